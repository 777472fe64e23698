"""Starts Redis, mailbox, web, worker and clock of the demo; restarts what dies; ends all of it on Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from lms.site.demo import mailbox, redis_server
from lms.site.demo_organisation.accounts import write

Say = Callable[[str], Any]
GIVE_UP_AFTER, WITHIN = 5, 60.0


class Child:
    """One process of the demo, with its log."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.starts: deque[float] = deque(maxlen=GIVE_UP_AFTER)
        self.process: subprocess.Popen[bytes] | None = None
        self.file: IO[bytes] | None = None

    def start(self) -> None:
        self.starts.append(time.monotonic())
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.file is None:
            self.file = self.log.open("ab")
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdout=self.file, stderr=self.file, start_new_session=True
        )

    @property
    def died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    @property
    def dies_too_often(self) -> bool:
        return len(self.starts) == GIVE_UP_AFTER and time.monotonic() - self.starts[0] < WITHIN

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        if self.file is not None:
            self.file.close()


def run(*, say: Say) -> None:
    """Blocks until SIGINT or SIGTERM, or until a part cannot be kept alive."""
    var: Path = settings.VAR
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    port = int(os.environ.get("PORT", "8000"))
    if not _is_free(port):
        raise SystemExit(f"Port {port} is taken. Set another one: make demo PORT=8001")
    with ExitStack() as stack:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.site.settings.demo"}
        environment.setdefault("SITE_URL", f"http://localhost:{port}")
        if "REDIS_URL" not in environment:
            environment["REDIS_URL"] = stack.enter_context(redis_server.running(var / "redis"))
        store = mailbox.Store(var / "mail")
        if "EMAIL_URL" not in environment:
            smtp_port = _free_port(8025)
            stack.callback(mailbox.smtp_server(store, smtp_port).stop)
            environment["EMAIL_URL"] = f"smtp://127.0.0.1:{smtp_port}"
        web_port = _free_port(8026)
        stack.callback(mailbox.web_server(store, web_port).shutdown)
        _prepare(environment, say)
        children = _children(environment, port, var / "log")
        for child in children:
            stack.callback(child.stop)
            child.start()
        told = _tell(var / "demo.json", environment["SITE_URL"], f"http://localhost:{web_port}/")
        _wait_until_up(port, children, stop)
        if not stop.is_set():
            say(welcome(told))
        _watch(children, stop, say)
    say("The demo has ended.")


def _prepare(environment: dict[str, str], say: Say) -> None:
    """Database, static files, demo organisation: each says so only when it has something to do."""
    people = environment.get("PEOPLE", "")
    commands = [
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--no-input", "--verbosity", "0"],
        ["load_demo", *(["--people", people] if people else [])],
    ]
    for command in commands:
        say(f"… {command[0]}")
        result = subprocess.run([sys.executable, "manage.py", *command], env=environment, cwd=settings.ROOT)
        if result.returncode:
            raise SystemExit(f"`manage.py {' '.join(command)}` failed; see the message above.")


def _children(environment: dict[str, str], port: int, logs: Path) -> list[Child]:
    manage = [sys.executable, str(settings.ROOT / "manage.py")]
    web = [sys.executable, "-m", "gunicorn", "lms.site.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
           "--threads", "4", "--chdir", str(settings.ROOT), "--log-level", "warning"]  # fmt: skip
    return [
        Child("web", web, environment, logs / "web.log"),
        Child("worker", [*manage, "run_worker"], environment, logs / "worker.log"),
        Child("clock", [*manage, "run_clock"], environment, logs / "clock.log"),
    ]


def _tell(path: Path, url: str, mailbox_url: str) -> dict[str, Any]:
    """Add the addresses to the file for scripts; only its owner may read it, because it holds passwords."""
    told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"accounts": {}, "tokens": {}}
    told |= {"url": url, "mailbox_url": mailbox_url}
    write(path, told)
    return told


def _wait_until_up(port: int, children: list[Child], stop: threading.Event) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
        except urllib.error.HTTPError as error:
            if error.code not in (404, 503):
                return
        except OSError:
            pass
        else:
            return
        if stop.wait(0.25) or any(child.dies_too_often for child in children):
            return


def _watch(children: list[Child], stop: threading.Event, say: Say) -> None:
    while not stop.wait(1):
        for child in children:
            if not child.died:
                continue
            if child.dies_too_often:
                raise SystemExit(f"The {child.name} cannot be kept alive; see {child.log}.")
            say(f"The {child.name} ended and is started again; see {child.log}.")
            child.start()


def welcome(told: dict[str, Any]) -> str:
    lines = [
        "",
        f"  Site     {told['url']}/",
        f"  Admin    {told['url']}/admin/",
        f"  Mailbox  {told['mailbox_url']}",
        "",
    ]
    for role, account in told["accounts"].items():
        password = account["password"] or "(chosen by the joiner)"
        lines.append(f"  {role.replace('_', ' '):20} {account['username']:12} {password:24} {account['name']}")
        if account.get("invitation"):
            lines.append(f"  {'':20} first opens {account['invitation']}")
    return "\n".join([*lines, "", "  Ctrl-C ends all of it; the data stay.", ""])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port(first: int) -> int:
    return next(port for port in range(first, first + 200) if _is_free(port))
