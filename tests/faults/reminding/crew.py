"""The processes under test: started, killed, stopped and waited for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.faults.second_store import ROOT, clean_environment


class Process:
    """One ``manage.py`` command."""

    def __init__(self, crew: Crew, pid: int, log: Path, command: tuple[str, ...], must_live: bool) -> None:
        self.crew, self.pid, self.log, self.command, self.must_live = crew, pid, log, command, must_live

    @property
    def is_alive(self) -> bool:
        return self.pid not in self.crew.ended

    def kill(self) -> None:
        """kill -9: of itself and of what it has forked."""
        for process in [*self.children(), self.pid]:
            if self.is_alive or process != self.pid:
                self._signal(process, signal.SIGKILL)
        self.wait()

    def kill_children(self) -> int:
        """kill -9 of RQ's work horse, while the worker lives; how many there were."""
        found = self.children()
        for process in found:
            self._signal(process, signal.SIGKILL)
        return len(found)

    def children(self) -> list[int]:
        try:
            return [process.pid for process in psutil.Process(self.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stand_still(self) -> None:
        self._signal(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(self.pid, signal.SIGCONT)

    def wait(self, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while self.is_alive:
            assert time.monotonic() < until, f"{self.pid} does not end:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.01)

    @staticmethod
    def _signal(process: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(process, number)


class Crew:
    """Starts processes that find this database, this Redis and this mail server."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {
            **clean_environment(), **environment, "PYTHONWARNINGS": "ignore", "SAFEGUARD_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.faults.reminding.settings", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.ended: set[int] = set()
        self.all: list[Process] = []
        self._started: list[int] = []
        self._forker = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.reminding.forker"], cwd=ROOT, env=self.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._told = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, *command: str, must_live: bool = False) -> Process:
        """``must_live``: whoever watches over the processes starts it again."""
        log = self.folder / f"{len(self.all):04}-{command[0]}.log"
        with self._told:
            count = len(self._started)
            assert self._forker.stdin is not None
            self._forker.stdin.write(json.dumps({"command": command, "log": str(log)}) + "\n")
            self._forker.stdin.flush()
            assert self._told.wait_for(lambda: len(self._started) > count, timeout=60), "the forker is gone"
            process = Process(self, self._started[-1], log, command, must_live)
        self.all.append(process)
        return process

    def run(self, *command: str) -> str:
        """Until it has ended; what it said."""
        process = self.start(*command)
        process.wait()
        return process.log.read_text()

    def told(self) -> str:
        """What the last ones have said last."""
        return "\n".join(
            f"{process.log.name}, {'alive' if process.is_alive else 'ended'}: {process.log.read_text()[-1500:]}"
            for process in self.all[-4:]
        )

    def kill_all(self) -> None:
        for process in self.all:
            process.must_live = False
            if process.is_alive:
                process.kill()

    def dismiss(self) -> None:
        self.kill_all()
        assert self._forker.stdin is not None
        assert self._forker.stdout is not None
        self._forker.stdin.close()
        self._forker.wait()
        self._forker.stdout.close()

    def _listen(self) -> None:
        assert self._forker.stdout is not None
        for line in self._forker.stdout:
            told: dict[str, Any] = json.loads(line)
            with self._told:
                if "started" in told:
                    self._started.append(told["started"])
                    self.ended.discard(told["started"])
                if "ended" in told:
                    self.ended.add(told["ended"])
                self._told.notify_all()
