"""The demo's mailbox: a real SMTP server that keeps what it gets, and a page to read it. On this machine only."""

from __future__ import annotations

import email
import html
import json
import threading
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
td, th {{ text-align: start; padding: .4rem .8rem .4rem 0; vertical-align: top; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }} iframe {{ width: 100%; height: 30rem; border: 1px solid #999; }}
</style></head><body>{body}</body></html>"""


class Store:
    """Messages as files, so that they survive a restart of the demo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()

    def add(self, content: bytes) -> None:
        with self.lock:
            number = max((int(path.stem) for path in self.folder.glob("*.eml")), default=0) + 1
            (self.folder / f"{number:06}.eml").write_bytes(content)

    def paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml"), reverse=True)

    def read(self, number: str) -> EmailMessage | None:
        path = self.folder / f"{number}.eml"
        if not number.isdigit() or not path.exists():
            return None
        message = email.message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        return message


def summary(number: str, message: EmailMessage) -> dict[str, str]:
    text = message.get_body(("plain",))
    return {
        "id": number,
        "to": str(message["to"]),
        "subject": str(message["subject"]),
        "date": str(message["date"]),
        "message_id": str(message["message-id"]),
        "language": str(message["content-language"] or ""),
        "text": text.get_content() if text else "",
    }


class Sink:
    """aiosmtpd's handler: takes every message."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.store.add(envelope.content)
        return "250 kept"


def smtp_server(store: Store, port: int) -> Controller:
    """The SMTP server, started; ``stop()`` ends it."""
    controller = Controller(Sink(store), hostname="127.0.0.1", port=port)
    controller.start()
    return controller


def web_server(store: Store, port: int) -> ThreadingHTTPServer:
    """The page, started in a thread; ``shutdown()`` ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0].strip("/")
            if path == "messages.json":
                found = [summary(item.stem, message) for item in store.paths() if (message := store.read(item.stem))]
                self.answer(json.dumps(found, ensure_ascii=False).encode(), "application/json")
            elif path == "":
                self.answer(_list(store).encode(), "text/html; charset=utf-8")
            elif path.startswith("messages/"):
                self.message(path.removeprefix("messages/"))
            else:
                self.send_error(404)

        def message(self, name: str) -> None:
            number, _, ending = name.partition(".")
            message = store.read(number)
            if message is None:
                self.send_error(404)
            elif ending == "eml":
                self.answer((store.folder / f"{number}.eml").read_bytes(), "message/rfc822")
            else:
                self.answer(_one(number, message).encode(), "text/html; charset=utf-8")

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """The demo's terminal stays quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _list(store: Store) -> str:
    rows = []
    for path in store.paths()[:500]:
        message = store.read(path.stem)
        if message is not None:
            cells = (html.escape(str(message[name] or "")) for name in ("to", "date"))
            link = f'<a href="/messages/{path.stem}">{html.escape(str(message["subject"]))}</a>'
            rows.append("<tr><td>" + "</td><td>".join([link, *cells]) + "</td></tr>")
    table = "<table><tr><th>Subject</th><th>To</th><th>Date</th></tr>" + "".join(rows) + "</table>"
    return PAGE.format(
        title="Mailbox", body=f"<h1>Mailbox</h1>{table if rows else '<p>Nothing has been sent yet.</p>'}"
    )


def _one(number: str, message: EmailMessage) -> str:
    told = summary(number, message)
    rich = message.get_body(("html",))
    frame = ""
    if rich is not None:
        frame = f'<h2>As HTML</h2><iframe sandbox srcdoc="{html.escape(rich.get_content(), quote=True)}"></iframe>'
    body = (
        f'<p><a href="/">All messages</a></p><h1>{html.escape(told["subject"])}</h1>'
        f"<p>To {html.escape(told['to'])}, {html.escape(told['date'])}</p><pre>{html.escape(told['text'])}</pre>"
        f'{frame}<p><a href="/messages/{number}.eml">The message as it was sent</a></p>'
    )
    return PAGE.format(title=html.escape(told["subject"]), body=body)
