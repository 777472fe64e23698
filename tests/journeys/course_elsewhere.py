"""Another server with a course on it that speaks cmi5 through ``@xapi/cmi5``, as a provider would run it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[1] / "browser" / "node_modules" / "@xapi" / "cmi5" / "dist" / "Cmi5.umd.js"
PAGE = b"""<!doctype html><html lang="en"><title>A course elsewhere</title><h1>A course elsewhere</h1>
<button id="begin">Begin</button> <button id="fail">Fail</button> <button id="pass">Pass</button>
<button id="leave">Leave</button> <p id="said"></p>
<script src="/cmi5.js"></script>
<script>
  const course = new Cmi5(), said = document.getElementById("said");
  const on = (name, act) => document.getElementById(name).addEventListener("click", () =>
    act().then(() => { said.textContent = name + " done"; }, (error) => { said.textContent = "error " + error; }));
  on("begin", () => course.initialize());
  on("fail", () => course.fail({ scaled: 0.5 }));
  on("pass", () => course.pass({ scaled: 0.9 }).then(() => course.complete()));
  on("leave", () => course.terminate().then(() => { location.href = course.launchData.returnURL; }));
</script>"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body, kind = (LIBRARY.read_bytes(), "text/javascript") if self.path == "/cmi5.js" else (PAGE, "text/html")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    """Its address, on another host name than the site's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/course/"
    server.shutdown()
    server.server_close()
