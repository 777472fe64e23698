"""Due dates as a calendar file, for the reader's own calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from icalendar import Calendar, Event
from icalendar.parser import Contentline


@dataclass(frozen=True)
class Entry:
    """A whole day. Calendars know it again by ``uid``; the newest ``stamp`` counts."""

    uid: str
    day: date
    stamp: datetime
    address: str


STAND_IN = Entry("0@stand-in", date(1900, 1, 1), datetime(1900, 1, 1, tzinfo=UTC), "stand-in")


def calendar(summary: str, entries: Iterable[Entry]) -> str:
    """The file (RFC 5545). ``icalendar`` writes one for each summary; the entries are put in."""
    head, event, tail = _mould(summary)
    return head + "".join(_filled(event, entry) for entry in entries) + tail


def _filled(event: tuple[str, ...], entry: Entry) -> str:
    lines = dict(zip(_lines(STAND_IN), _lines(entry), strict=True))
    return "".join(lines.get(line, line) for line in event)


def _lines(entry: Entry) -> tuple[str, ...]:
    """Those that differ. A long address is folded (RFC 5545 section 3.1)."""
    address = Contentline(f"URL:{entry.address}").to_ical().decode()
    stamp = entry.stamp.astimezone(UTC)
    return (
        f"UID:{entry.uid}\r\n", f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}\r\n", f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}\r\n",
        f"{address}\r\n",
    )  # fmt: skip


@lru_cache(maxsize=64)
def _mould(summary: str) -> tuple[str, tuple[str, ...], str]:
    """What stands before the first event, an event with stand-ins, and what stands after the last."""
    book, event = Calendar(), Event()
    book.add("prodid", "-//Safeguard//learning//EN")
    book.add("version", "2.0")
    event.add("uid", STAND_IN.uid)
    event.add("dtstamp", STAND_IN.stamp)
    event.add("dtstart", STAND_IN.day)
    event.add("summary", summary)
    event.add("url", STAND_IN.address)
    event.add("transp", "TRANSPARENT")
    book.add_component(event)
    written, inner = book.to_ical().decode(), event.to_ical().decode()
    head, tail = written.split(inner)
    return head, tuple(inner.splitlines(keepends=True)), tail
