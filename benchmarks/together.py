"""Writers in processes of their own that begin together; each tells at its end, in one line of JSON, what it did."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
READY, GO = "ready\n", "go\n"
Writer = subprocess.Popen[str]


def begin(commands: Iterable[Sequence[str]]) -> list[Writer]:
    """Start each module of ours with its arguments, wait until all are ready, and let them go."""
    pipe = subprocess.PIPE
    writers = [
        subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, text=True, stdin=pipe, stdout=pipe)
        for command in commands
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == READY
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(GO)
        writer.stdin.flush()
    return writers


def told(writers: Iterable[Writer]) -> list[dict[str, Any]]:
    """What each did, when all have ended."""
    return [json.loads(writer.communicate()[0].splitlines()[-1]) for writer in writers]


def wait() -> None:
    """A writer's own: it is ready, and goes on when all are."""
    sys.stdout.write(READY)
    sys.stdout.flush()
    sys.stdin.readline()
