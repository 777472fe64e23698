"""Pure: reads delivery status notifications (RFC 3464) and abuse reports (RFC 5965). Imports no Django.

What comes is written by strangers: it is cut to a size, a number of lines and a depth before the parser sees it, and
whatever the parser does with the rest, the outcome is a list of reports or NotAReport. Nothing of the returned message is
kept but its Message-ID.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from lms.redacting import LIKE_AN_ADDRESS
from reminders.reaching import is_permanent, status_in

MAX_BYTES, MAX_LINES, MAX_DEPTH, MAX_RECIPIENTS, MAX_HEADER, MAX_REASON = 1_000_000, 20_000, 30, 10, 2000, 200
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
FEEDBACK_PART = "message/feedback-report"
RETURNED = {"message/rfc822", "message/global"}
RETURNED_HEADERS = {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
COMPLAINTS = {"abuse", "fraud", "virus", "opt-out", "opt-out-list", "other"}
ACTIONS = {"failed", "delayed", "delivered", "relayed", "expanded"}
MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,100}@[!-;=?A-~]{1,97}>")
"""Visible ASCII, 200 characters at most; ours are shorter."""
SMTP_CODE = re.compile(r"\b([45])\d\d\b")

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded", "complained"]


class NotAReport(ValueError):
    """The message is neither a delivery status notification nor an abuse report."""


@dataclass(frozen=True)
class Report:
    """What one report says of one recipient. ``addresses``: as we addressed it, and as it was at the end of its way."""

    action: Action
    addresses: tuple[str, ...]
    message_id: str
    status: str = ""
    permanent: bool = False
    reason: str = ""
    at: datetime | None = None


class Bounded(Compat32):
    """Headers cut to a length: the parser's time grows with the square of some of them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name[:100], value[:MAX_HEADER]


POLICY: Any = Bounded()


def read(raw: bytes) -> list[Report]:
    """One for each recipient; none where a report says nothing of consequence. Raises NotAReport and nothing else."""
    try:
        return _read(_cut(raw))
    except NotAReport:
        raise
    except Exception as error:  # what the standard parser makes of broken input differs from version to version
        raise NotAReport("The message cannot be read.") from error


def plain(text: str, limit: int) -> str:
    """One line that every database and page can hold."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text[: limit * 4])
    return " ".join(kept.split())[:limit].strip()


def _cut(raw: bytes) -> bytes:
    """The beginning, where the report is; what was returned comes last."""
    raw = raw[:MAX_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if len(re.findall(rb"(?i)boundary|message/", raw)) > 2 * MAX_DEPTH:
        raise NotAReport("The message is nested too deeply.")
    return b"\n".join(raw.split(b"\n", MAX_LINES)[:MAX_LINES])


def _read(raw: bytes) -> list[Report]:
    top: Message = message_from_bytes(raw, policy=POLICY)
    for container in top.walk():
        parts = _parts(container) if container.get_content_maintype() == "multipart" else []
        for part in parts:
            kind = part.get_content_type()
            if kind in STATUS_PARTS:
                return list(_statuses(part, _returned(parts), top))
            if kind == FEEDBACK_PART:
                return list(_complaints(part, _returned(parts), top))
    raise NotAReport("The message holds no delivery status and no abuse report.")


def _statuses(part: Message, returned: Message | None, top: Message) -> Iterator[Report]:
    blocks = _blocks(part)
    message_id = _message_id(returned, top)
    recipients = [block for block in blocks if _said(block, "Final-Recipient") or _said(block, "Original-Recipient")]
    if not recipients and not any(_said(block, "Reporting-MTA") for block in blocks):
        raise NotAReport("The delivery status names no recipient.")
    for block in recipients[:MAX_RECIPIENTS]:
        action = _said(block, "Action").split(" ")[0].lower()
        if action not in ACTIONS:
            continue
        diagnostic = _said(block, "Diagnostic-Code").partition(";")[2].strip()
        status = status_in(_said(block, "Status"))
        if status[2:] in ("", "0.0"):  # says nothing; what the other server answered may
            status = status_in(diagnostic) or status or _from_smtp(diagnostic)
        yield Report(
            action=action,  # type: ignore[arg-type]
            addresses=addresses_in(_said(block, "Original-Recipient"), _said(block, "Final-Recipient")),
            message_id=message_id,
            status=status,
            permanent=action == "failed" and is_permanent(status),
            reason=plain(diagnostic, MAX_REASON),
            at=_moment(_said(block, "Last-Attempt-Date")) or _moment(_said(top, "Date")),
        )


def _complaints(part: Message, returned: Message | None, top: Message) -> Iterator[Report]:
    blocks = _blocks(part)
    fields = next((block for block in blocks if _said(block, "Feedback-Type")), None)
    if fields is None:
        raise NotAReport("The abuse report does not say what it is about.")
    kind = _said(fields, "Feedback-Type").lower()
    if kind not in COMPLAINTS:
        return
    told = [str(value) for value in fields.get_all("Original-Rcpt-To", [])][:MAX_RECIPIENTS]
    if not told and returned is not None:
        told = [_said(returned, "To")]
    for address in addresses_in(*told) or ("",):
        yield Report(
            action="complained",
            addresses=(address,) if address else (),
            message_id=_message_id(returned, top),
            reason=plain(kind, MAX_REASON),
            at=_moment(_said(fields, "Arrival-Date")) or _moment(_said(top, "Date")),
        )


def _blocks(part: Message) -> list[Message]:
    """The groups of fields. The parser splits them in one kind of part, and takes the rest of another for a body."""
    found: list[Message] = []
    for block in _parts(part) or [_headers(part)]:
        found.append(block)
        body = block.get_payload()
        if isinstance(body, str):
            found += [_parsed(text.encode("utf-8", "surrogateescape")) for text in body.split("\n\n", 50)[:50]]
    return found


def _returned(parts: list[Message]) -> Message | None:
    """The message that came back, or its headers."""
    for part in parts:
        kind, inner = part.get_content_type(), _parts(part)
        if kind in RETURNED and inner:
            return inner[0]
        if kind in RETURNED_HEADERS:
            return inner[0] if inner else _headers(part)
    return None


def _parts(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [item for item in inner if isinstance(item, Message)] if isinstance(inner, list) else []


def _headers(part: Message) -> Message:
    """A part that holds header fields as text."""
    content = part.get_payload(decode=True)
    return _parsed(content if isinstance(content, bytes) else b"")


def _parsed(content: bytes) -> Message:
    return BytesHeaderParser(policy=POLICY).parsebytes(content.lstrip())


def _message_id(returned: Message | None, top: Message) -> str:
    """That of the message which came back; else the one that the report answers."""
    named = [_said(returned, "Message-ID")] if returned is not None else []
    for text in [*named, _said(top, "In-Reply-To"), _said(top, "X-Original-Message-ID"), _said(top, "References")]:
        found = MESSAGE_ID.search(text)
        if found:
            return found.group()
    return ""


def addresses_in(*texts: str) -> tuple[str, ...]:
    """Lower case, each once. ``rfc822; somebody@example.org``, with or without brackets and type."""
    found: list[str] = []
    for text in texts:
        match = LIKE_AN_ADDRESS.search(plain(text, MAX_HEADER))
        if match and match.group().lower() not in found:
            found.append(match.group().lower())
    return tuple(found)


def _said(block: Message, name: str) -> str:
    return plain(str(block.get(name, "")), MAX_HEADER)


def _from_smtp(diagnostic: str) -> str:
    found = SMTP_CODE.search(diagnostic)
    return f"{found.group(1)}.0.0" if found else ""


def _moment(text: str) -> datetime | None:
    """With an offset; without one it is UTC."""
    try:
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
