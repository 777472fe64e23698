"""A second Safeguard as a process of its own, and a proxy before it that fails on demand."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]
KEY = "second:store"
ISSUE = """
from lms.lrs.models import Credential
c = Credential(name="first store", key="second", scopes=["all"], secret_hash=Credential.hash_secret("store")); c.save()
"""


class SecondStore:
    """Its address, and what it holds."""

    root = "/xapi/1.0.3/"

    def __init__(self, port: int) -> None:
        self.port = port

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.root}"

    def statements(self) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        found: list[dict[str, Any]] = []
        path = f"{self.root}statements?ascending=true"
        while path:
            token = base64.b64encode(KEY.encode()).decode()
            headers = {"Authorization": f"Basic {token}", "X-Experience-API-Version": "1.0.3"}
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
                connection.request("GET", path, headers=headers)
                page = json.loads(connection.getresponse().read())
            found += page["statements"]
            path = page["more"]
        return found


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """The server, from when it answers until the end of the block."""
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondStore]:
    folder, port = tmp_path_factory.mktemp("second"), free_port()
    environment = {
        **clean_environment(),
        "DJANGO_SETTINGS_MODULE": "lms.site.settings.test",
        "DATABASE_URL": f"sqlite:///{folder / 'second.sqlite3'}",
        "SAFEGUARD_VAR": str(folder),
        "PYTHONWARNINGS": "ignore",
    }
    for command in (["migrate", "-v0"], ["shell", "-v0", "-c", ISSUE]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "lms.site.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4",
                "--log-level", "error"]  # fmt: skip
    with running(gunicorn, port, environment):
        yield SecondStore(port)


class Proxy:
    """Passes on to the second store, except for the next calls in ``faults``: a status, ``cut`` (after the store has
    taken it), ``slow`` or ``refuse`` (before)."""

    def __init__(self, to: SecondStore) -> None:
        self.to, self.faults, self.calls = to, list[Any](), 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.calls += 1
                fault = proxy.faults.pop(0) if proxy.faults else None
                if fault == "refuse":
                    return self.connection.close()
                if isinstance(fault, int):
                    return self.answer(fault, b"trouble", {"Retry-After": "7"} if fault == 429 else {})
                if fault == "slow":
                    time.sleep(1.5)
                status, text = self.passed_on("POST", body)
                if fault == "cut":
                    return self.connection.close()
                self.answer(status, text, {})

            def do_GET(self) -> None:
                self.answer(*self.passed_on("GET", b""), {})

            def passed_on(self, method: str, body: bytes) -> tuple[int, bytes]:
                with closing(http.client.HTTPConnection("127.0.0.1", proxy.to.port, timeout=20)) as connection:
                    connection.request(method, self.path, body, dict(self.headers))
                    answer = connection.getresponse()
                    return answer.status, answer.read()

            def answer(self, status: int, text: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{to.root}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
