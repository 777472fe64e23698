"""Another organisation's server with a course on it that knows nobody of ours: a reference came with the link, and an
address is typed in there. It says who finished by libraries of others: ``tincan``, ``@xapi/xapi``, ``openbadgeslib``."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import tincan

from tests.courses.badge_issuer import COURSE, BadgeIssuer

BROWSER = Path(__file__).resolve().parents[1] / "browser"
PAGE = """<!doctype html><html lang="en"><title>A course elsewhere</title><h1>A course elsewhere</h1>{}</html>"""
FORM = """<form method="post" action="/result"><input type="hidden" name="ref" value="{}">
<label>Your address <input name="email"></label>
<button name="verb" value="failed">Failed</button> <button name="verb" value="passed">Passed</button>
<button name="verb" value="completed">Completed</button></form>"""
DONE = """<p id="said">{}</p><p><a href="/badge.png?{}" download>Your badge</a></p>"""
Report = Callable[[str, str], None]


def by_tincan(site: str, key: str, secret: str) -> Report:
    store = tincan.RemoteLRS(version="1.0.3", endpoint=f"{site}/xapi/1.0.3/", username=key, password=secret)

    def report(verb: str, reference: str) -> None:
        said = tincan.Statement(
            actor=tincan.Agent(account=tincan.AgentAccount(home_page="https://provider.example", name="user-7781")),
            verb=tincan.Verb(id=f"http://adlnet.gov/expapi/verbs/{verb}", display={"en": verb}),
            object=tincan.Activity(id=COURSE),
            result=tincan.Result(success=verb != "failed", duration=timedelta(minutes=45)),
            context=tincan.Context(registration=reference),
            timestamp=datetime.now(UTC),
        )
        answer = store.save_statement(said)
        assert answer.success, answer.data

    return report


def by_node(site: str, key: str, secret: str) -> Report:
    def report(verb: str, reference: str) -> None:
        subprocess.run(
            ["node", "clients/report.js", f"{site}/xapi/", key, secret, COURSE, verb, reference],
            cwd=BROWSER, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip

    return report


class Provider(ThreadingHTTPServer):
    """``report``: how it says to the record store what became of somebody. Without it, it only keeps its list."""

    report: Report | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.badges = BadgeIssuer()
        self.finished: dict[str, date] = {}
        self.came_with: list[Message] = []
        self.link = f"http://127.0.0.1:{self.server_port}/course?ref={{reference}}"

    def listed(self) -> str:
        lines = [f"{ref};{day};REC-{number}" for number, (ref, day) in enumerate(self.finished.items(), 1)]
        return "\n".join(["reference;completed_on;evidence", *lines])

    def keep(self, verb: str, reference: str) -> None:
        if verb != "failed":
            self.finished[reference] = datetime.now(UTC).date()
        if self.report is not None:
            self.report(verb, reference)


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        given = dict(parse_qsl(asked.query))
        if asked.path == "/badge.png":
            self._answer(self.server.badges.badge(given["email"]), "image/png")
        elif asked.path == "/course":
            self.server.came_with.append(self.headers)
            self._answer(PAGE.format(FORM.format(escape(given["ref"]))).encode())
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = dict(parse_qsl(body))
        self.server.keep(given["verb"], given["ref"])
        self._answer(PAGE.format(DONE.format(given["verb"], escape(body))).encode())

    def _answer(self, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
