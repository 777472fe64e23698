"""A calendar file is what icalendar would have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from reminders.calendar_files import Entry, calendar

SUMMARY = st.sampled_from(
    ["Learning task due", "Tâche; à, faire \\ n" * 6, "学习任务到期" * 9, "UID:0@stand-in 19000101"]
)
ENTRY = st.builds(
    Entry,
    uid=st.builds(lambda: f"{uuid4()}@learning"),
    day=st.dates(min_value=datetime(2000, 1, 1).date()),
    stamp=st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=0)
    ),
    address=st.integers(1, 10**12).map(lambda pk: f"https://learn.example.org/{'a' * (pk % 90)}/learning/go/{pk}/"),
)


@given(summary=SUMMARY, entries=st.lists(ENTRY, max_size=3))
def test_it_is_what_the_library_writes(summary: str, entries: list[Entry]) -> None:
    book = Calendar()
    book.add("prodid", "-//Safeguard//learning//EN")
    book.add("version", "2.0")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", entry.stamp)
        event.add("dtstart", entry.day)
        event.add("summary", summary)
        event.add("url", entry.address)
        event.add("transp", "TRANSPARENT")
        book.add_component(event)
    assert calendar(summary, entries) == book.to_ical().decode()


def test_the_moment_is_told_in_utc() -> None:
    stamp = datetime(2026, 11, 25, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    assert "DTSTAMP:20261126T043000Z" in calendar("Due", [Entry("1@learning", stamp.date() + timedelta(1), stamp, "")])
