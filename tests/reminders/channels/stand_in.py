"""A real HTTP server on this machine that stands in for Slack and Teams, and answers as it is told."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


def answer(status: int, body: str = "", **headers: str) -> Reply:
    """A whole answer; ``retry_after`` is the header Retry-After."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return reply


class StandIn:
    """What it got, in order, and what it answers next; when nothing is left to say, that all is well."""

    def __init__(self, port: int, scheme: str) -> None:
        self.origin = f"{scheme}://127.0.0.1:{port}"
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[Reply] = []
        self.always: Reply = answer(200, "ok")

    @property
    def slack(self) -> str:
        return f"{self.origin}/services/T000/B000/the-secret-key"

    @property
    def teams(self) -> str:
        return (
            f"{self.origin}/powerautomate/automations/direct/workflows/w1/triggers/manual/paths/invoke?sig=the-secret"
        )

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.got]


@contextmanager
def standing_in(context: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stand_in.got.append((self.path, dict(self.headers), body))
            reply = stand_in.answers.pop(0) if stand_in.answers else stand_in.always
            self.close_connection = True
            with suppress(OSError):  # whoever asked has gone
                reply(self)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    stand_in = StandIn(server.server_port, "https" if context else "http")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
