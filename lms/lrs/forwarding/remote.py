"""The other record store, spoken to with ``tincan``."""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tincan
from tincan.http_request import HTTPRequest

from lms.lrs import attachments
from lms.lrs.models import ForwardingTarget

SECONDS = 30.0


class Unavailable(Exception):
    """The target cannot take anything now; ``pause`` is what it asks for, in seconds."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class Refused(Exception):
    """The target will not take what was sent."""


class AlreadyThere(Refused):
    """409: an id is taken there."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    retry_after: str | None


class Remote(tincan.RemoteLRS):  # type: ignore[misc]
    """tincan's client, sending statements as the exact text that they are."""

    def put_in(self, texts: Sequence[str], contents: Sequence[tuple[str, str, bytes]]) -> None:
        """Raises AlreadyThere, Refused or Unavailable."""
        body, content_type = f"[{','.join(texts)}]".encode(), "application/json"
        if contents:
            body, content_type = attachments.joined(body.decode(), contents)
        answer = self._ask("POST", content=body, headers={"Content-Type": content_type})
        if answer.status == 409:
            raise AlreadyThere(answer.text)
        if answer.status >= 300:
            raise Refused(f"{answer.status}: {answer.text[:500]}")

    def find(self, statement_id: str) -> dict[str, Any] | None:
        """The statement as the target has it; some answer with a list of one. Raises Unavailable."""
        for name in ("statementId", "voidedStatementId"):
            answer = self._ask("GET", query_params={name: statement_id})
            if answer.status == 200:
                found = _json(answer.text)
                listed = found.get("statements", [found])
                return next((item for item in listed if isinstance(item, dict) and "verb" in item), None)
        return None

    def _ask(self, method: str, **parts: Any) -> Answer:
        request = HTTPRequest(method=method, resource="statements", **parts)
        try:
            with patience(SECONDS):
                found = self._send_request(request)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        status = found.response.status
        text = found.data.decode(errors="replace") if isinstance(found.data, bytes) else str(found.data or "")
        answer = Answer(status, text, found.response.getheader("Retry-After"))
        if (status in (401, 403, 404, 408, 425, 429) and not (method == "GET" and status == 404)) or status >= 500:
            wanted = answer.retry_after or ""
            pause = float(wanted) if wanted.isdigit() else None
            raise Unavailable(f"{status}: {text[:500]}", pause)
        return answer


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unavailable(f"The answer is not JSON: {text[:200]}") from error
    return found if isinstance(found, dict) else {}


def remote_of(target: ForwardingTarget) -> Remote:
    """Raises Unavailable when the environment does not hold its key and secret."""
    key, colon, secret = os.environ.get(target.credential_name, "").partition(":")
    if not colon:
        raise Unavailable(f"The environment variable {target.credential_name} does not hold key:secret.")
    return Remote(version=target.version, endpoint=target.endpoint, username=key, password=secret)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """tincan sets no timeout of its own; a target that hangs must not hang us."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
