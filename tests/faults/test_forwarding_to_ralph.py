"""The same campaign against a record store of other people: Ralph, from its package, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.second_store import ROOT, SecondStore, clean_environment, running
from tests.faults.test_forwarding import (
    proxy,
    pytestmark,
    target,
    test_a_killed_forwarder_loses_and_doubles_nothing,
    test_every_statement_arrives_once_in_its_order_and_to_the_letter,
    test_one_statement_that_is_refused_is_set_aside_and_the_others_go,
    test_what_fails_on_the_way_is_sent_again_and_arrives_once,
    test_what_is_there_already_and_says_the_same_is_settled,
)
from tests.services import free_port

__all__ = [
    "proxy",
    "pytestmark",
    "target",
    "test_a_killed_forwarder_loses_and_doubles_nothing",
    "test_every_statement_arrives_once_in_its_order_and_to_the_letter",
    "test_one_statement_that_is_refused_is_set_aside_and_the_others_go",
    "test_what_fails_on_the_way_is_sent_again_and_arrives_once",
    "test_what_is_there_already_and_says_the_same_is_settled",
]
PYTHON = ROOT / ".venv-ralph" / "bin" / "python"


# As released, its file backend takes one batch and refuses the next, since the file is there.
APPENDING = """
import ralph.api.routers.statements as statements
from ralph.backends.data.base import BaseOperationType
from ralph.backends.lrs.fs import FSLRSBackend

class Appending(FSLRSBackend):
    default_operation_type = BaseOperationType.APPEND

statements.BACKEND_CLIENT = Appending()
from ralph.api import app
"""


class Ralph(SecondStore):
    """Keeps one statement a line, in the order in which they came."""

    root = "/xAPI/"

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(port)
        self.file = folder / "fs_lrs.jsonl"

    def statements(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ralph]:
    assert PYTHON.exists(), "make .venv-ralph/.installed"
    home, kept, port = tmp_path_factory.mktemp("ralph"), tmp_path_factory.mktemp("kept"), free_port()
    environment = {
        **clean_environment(), "HOME": str(home), "RALPH_APP_DIR": str(home), "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(kept),
    }  # fmt: skip
    account = ["auth", "-u", "second", "-p", "store", "-s", "all", "-M", "mailto:second@example.org", "-w"]
    subprocess.run([PYTHON, "-m", "ralph", *account], env=environment, check=True, capture_output=True)
    (home / "appending.py").write_text(APPENDING)
    server = [str(PYTHON), "-m", "uvicorn", "appending:app", "--app-dir", str(home), "--port", str(port),
              "--log-level", "error"]  # fmt: skip
    with running(server, port, environment):
        yield Ralph(port, kept)
