"""How a hand-over can end other than well, and what an answer of HTTP means for a post."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reminders.channels import outbound

AGAIN = (408, 425, 429)
GONE = (404, 410)


class NotAccepted(Exception):
    """Its text is shown in the admin: it holds no address."""


class Gone(NotAccepted):
    """There is no such address any more: it is switched off."""


class Later(NotAccepted):
    """Not now; ``pause`` is what the other side asks for, in seconds."""

    def __init__(self, reason: str, pause: float = 0) -> None:
        super().__init__(reason)
        self.pause = pause


class Refused(NotAccepted):
    """This will not be accepted, however often it is tried."""


class Unsure(NotAccepted):
    """It was handed over and no answer came. It is not repeated: the e-mail has gone in any case."""


def deliver(address: str, body: bytes, *, word: Callable[[str], str]) -> None:
    """POST it; returns where it was accepted, else raises one of the above. ``word``: what the answer says, in short."""
    try:
        answer = outbound.post(address, body)
    except outbound.Forbidden as error:
        raise Refused(str(error)) from error
    except outbound.Unreachable as error:
        raise Later(str(error)) from error
    except outbound.NoAnswer as error:
        raise Unsure(str(error)) from error
    if 200 <= answer.status < 300:
        return
    said = f"{answer.status} {word(answer.text)}".strip()
    if answer.status in GONE:
        raise Gone(said)
    if answer.status in AGAIN or answer.status >= 500:
        raise Later(said, seconds(answer.retry_after, datetime.now(UTC)))
    raise Refused(said)  # a redirect as well: nobody follows it


def seconds(retry_after: str, now: datetime) -> float:
    """Retry-After in either of its forms (RFC 9110, 10.2.3); 0 where it says nothing that can be read."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return 0
    return max((moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds(), 0)
