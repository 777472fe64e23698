"""Taking packs, unpacking them, and running the verifier that lies in them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

ASKED = {"office": "HQ", "first": "2026-01-01", "last": "2026-11-23", "size": 4, "seed": "dice 4 1 6"}


def take(path: Path, **asked: Any) -> str:
    """What the command printed."""
    out = StringIO()
    call_command("auditor_pack", out=str(path), stdout=out, **{**ASKED, **asked})
    return out.getvalue()


def unpack(path: Path) -> Path:
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def verify(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and what it said. Isolated: it sees neither this package nor any that is installed."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def change(folder: Path, name: str, how: Callable[[Any], Any], *, seal: bool = True) -> None:
    """Change one file as a forger would: the manifest is made to fit unless ``seal`` is False."""
    path = folder / name
    if name.endswith(".json"):
        value = read(folder, name)
        how(value)
        path.write_text(json.dumps(value, ensure_ascii=False))
    else:
        path.write_text(how(path.read_text()))
    if seal and name != "manifest.json":
        reseal(folder)


def reseal(folder: Path) -> None:
    manifest = read(folder, "manifest.json")
    for name in manifest["files"]:
        if (folder / name).exists():
            data = (folder / name).read_bytes()
            manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False))


def place_of(folder: Path, number: str) -> str:
    """The file of the person with that number."""
    for path in sorted((folder / "people").iterdir()):
        if json.loads(path.read_text())["person"]["number"] == number:
            return f"people/{path.name}"
    raise LookupError(number)
