"""Packs a letter into what a mail server takes: the finished MIME text and its envelope.

Django builds each form of message once, with marks where letters differ; they are put in for each. It is the same to the
byte as what Django would have built, but for the boundary between the parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formatdate, parseaddr
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from reminders.letters import Written

CALENDAR = ("learning.ics", "text/calendar")
LONGEST_LINE = 998  # octets (RFC 5322 section 2.1.1)
# What needs no encoding and can bring in no header line. Everything else goes the way of Django, with its own checks.
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
PLAIN_ID = re.compile(r"<[A-Za-z0-9]+@[A-Za-z0-9.-]+>")
TO, ID, DATE = "to@mark.invalid", "<id@mark.invalid>", "@@date@@"
MARK = re.compile(rb"(to@mark\.invalid|<id@mark\.invalid>|@@date@@|@@part-\d(?:-\xc3\xa9)?@@)")


class Letter(EmailMultiAlternatives):
    """An e-mail that also says what is kept of it: ``record`` is its text without the link that signs its reader in."""

    record = ""


@dataclass(frozen=True)
class Packed:
    """Ready for ``smtplib``: the envelope, and lines that end as they do on the wire."""

    sender: str
    to: str
    content: bytes


@dataclass(frozen=True)
class Mould:
    """``pieces`` of a message, every other one a mark."""

    pieces: tuple[bytes, ...]
    boundaries: tuple[bytes, ...]


def letter_of(written: Written, *, to: str, language: str, message_id: str = "", calendar: str = "") -> Letter:
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": language}
    if message_id:
        headers["Message-ID"] = message_id
    letter = Letter(subject=written.subject, body=written.text, to=[to], headers=headers)
    letter.attach_alternative(written.html, "text/html")
    if calendar:
        name, kind = CALENDAR
        letter.attach(name, calendar, kind)
    letter.record = written.text
    return letter


def hand_over(letter: Letter, connection: Any) -> None:
    """One conversation with the mail server. Any other backend than Django's own for SMTP gets the letter as it is."""
    ready = packed(letter) if type(connection) is EmailBackend else None
    if ready is None:
        connection.send_messages([letter])
    else:
        connection.connection.sendmail(ready.sender, [ready.to], ready.content)


def packed(letter: Letter) -> Packed | None:
    """None where something about it is out of the ordinary: then it is Django that packs and sends it."""
    sender, [to], message_id = parseaddr(letter.from_email)[1], letter.to, letter.extra_headers["Message-ID"]
    if not (PLAIN_ADDRESS.fullmatch(sender) and PLAIN_ADDRESS.fullmatch(to) and PLAIN_ID.fullmatch(message_id)):
        return None
    texts = [str(letter.body), *(str(part.content) for part in (*letter.alternatives, *letter.attachments))]
    mould = _mould(
        letter.from_email, letter.subject, letter.extra_headers["Content-Language"], tuple(map(str.isascii, texts))
    )
    parts = [_on_the_wire(text) for text in texts]
    if any(_is_too_long(part) or any(boundary in part for boundary in mould.boundaries) for part in parts):
        return None
    values = {TO: to.encode(), ID: message_id.encode()}
    values[DATE] = formatdate(localtime=settings.EMAIL_USE_LOCALTIME).encode()
    values |= {_mark(number, text.isascii()): parts[number] for number, text in enumerate(texts)}
    by_mark = {mark.encode(): value for mark, value in values.items()}
    return Packed(sender, to, b"".join(by_mark.get(piece, piece) for piece in mould.pieces))


@lru_cache(maxsize=256)
def _mould(sender: str, subject: str, language: str, is_ascii: tuple[bool, ...]) -> Mould:
    """``is_ascii``: of each part, since they are declared otherwise than the rest."""
    text, html, *calendar = (_mark(number, plain) for number, plain in enumerate(is_ascii))
    written = Written(subject, text, html)
    letter = letter_of(written, to=TO, language=language, message_id=ID, calendar="".join(calendar))
    letter.from_email = sender
    letter.extra_headers["Date"] = DATE
    message = letter.message()
    content = message.as_bytes(linesep="\r\n")
    boundaries = [str(part.get_boundary()).encode() for part in message.walk() if part.is_multipart()]
    return Mould(tuple(MARK.split(content)), tuple(boundaries))


def _mark(number: int, is_ascii: bool) -> str:
    return f"@@part-{number}{'' if is_ascii else '-é'}@@"


def _on_the_wire(text: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\r\n").encode()


def _is_too_long(part: bytes) -> bool:
    return max(map(len, part.split(b"\r\n"))) > LONGEST_LINE
