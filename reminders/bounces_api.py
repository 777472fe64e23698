"""The webhook for what comes back: a report as the mail server wrote it, or what a provider's adapter makes of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja import Router, Schema, Status

from reminders.bounce_reports import MAX_BYTES, MAX_REASON, MESSAGE_ID, NotAReport, Report, addresses_in, plain, read
from reminders.reaching import is_permanent, status_in
from reminders.returning import take

MOST = 200
bounces = Router(tags=["bounces"])


class Told(msgspec.Struct):
    """One entry. ``at``: without an offset it is UTC; none: when the message was sent."""

    message_id: Annotated[str, msgspec.Meta(max_length=250)]
    address: Annotated[str, msgspec.Meta(max_length=320)]
    kind: Literal["bounce", "complaint"]
    permanent: bool = False
    reason: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    at: datetime | None = None


class TakenOut(Schema):
    """How many entries were read. Whether they fit a message of ours is not told."""

    taken: int


class RefusedOut(Schema):
    error: str


class Refused(Exception):
    """The request cannot be read: the status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


ENTRY = {
    "type": "object",
    "required": ["message_id", "address", "kind"],
    "properties": {
        "message_id": {"type": "string", "description": "The Message-ID of our message, with or without < and >."},
        "address": {"type": "string", "description": "The address that we wrote to."},
        "kind": {"enum": ["bounce", "complaint"]},
        "permanent": {"type": "boolean", "default": False},
        "reason": {"type": "string", "description": "What the other server answered, best with its code: 550 5.1.1 …"},
        "at": {"type": "string", "format": "date-time"},
    },
}
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"oneOf": [ENTRY, {"type": "array", "maxItems": MOST, "items": ENTRY}]}},
        "message/rfc822": {"schema": {"type": "string", "format": "binary"}},
    },
}
ERRORS = dict.fromkeys((400, 401, 413, 415), RefusedOut)


@bounces.post(
    "", response={200: TakenOut, **ERRORS}, summary="Messages that came back", openapi_extra={"requestBody": BODY}
)
def take_bounces(request: HttpRequest) -> Status:
    """One entry or a list of up to 200; or the report itself. Told twice is taken once."""
    try:
        reports = reports_of(request)
    except Refused as refused:
        return Status(refused.status, {"error": str(refused)})
    for report in reports:
        take(report=report)
    return Status(200, {"taken": len(reports)})


def reports_of(request: HttpRequest) -> list[Report]:
    """What the body tells. Raises Refused."""
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise Refused(413, f"The body is larger than {MAX_BYTES} bytes.") from error
    if len(body) > MAX_BYTES:
        raise Refused(413, f"The body is larger than {MAX_BYTES} bytes.")
    if request.content_type == "message/rfc822":
        try:
            return read(body)
        except NotAReport as error:
            raise Refused(400, str(error)) from error
    if request.content_type != "application/json":
        raise Refused(415, "Send application/json or message/rfc822.")
    return [_report(entry, place) for place, entry in enumerate(_entries(body))]


def _entries(body: bytes) -> list[Told]:
    try:
        told: Any = msgspec.json.decode(body, type=list[Told] | Told)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refused(400, plain(f"The body is not as described: {error}", 400)) from error
    entries: list[Told] = told if isinstance(told, list) else [told]
    if len(entries) > MOST:
        raise Refused(400, f"The list has more than {MOST} entries.")
    return entries


def _report(told: Told, place: int) -> Report:
    addresses = addresses_in(told.address)
    message_id = MESSAGE_ID.search(f"<{told.message_id.strip().strip('<>')}>")
    if not addresses or message_id is None:
        raise Refused(400, f"Entry {place}: the {'message_id' if addresses else 'address'} is none.")
    status = status_in(told.reason)
    return Report(
        action="failed" if told.kind == "bounce" else "complained",
        addresses=addresses,
        message_id=message_id.group(),
        status=status,
        permanent=told.kind == "bounce" and told.permanent and (not status or is_permanent(status)),
        reason=plain(told.reason, MAX_REASON),
        at=_moment(told.at),
    )


def _moment(told: datetime | None) -> datetime | None:
    """In UTC; a day at the edge of the calendar is none."""
    if told is None or told.tzinfo is None:
        return told and told.replace(tzinfo=UTC)
    try:
        return told.astimezone(UTC)
    except OverflowError:
        return None
