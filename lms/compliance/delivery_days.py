"""Pure: when a report by e-mail falls due, and of which day its figures are. Imports no Django."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

HOUR = time(5, tzinfo=UTC)  # before the working day in Dakar as in Bangkok


def due_day(every: str, on: date) -> date:
    """The last day until then on which it fell due: a Monday, or the first of a month."""
    return on - timedelta(days=on.weekday()) if every == "week" else on.replace(day=1)


def next_time(every: str, after: date) -> datetime:
    """The moment at which it falls due next, later than that day."""
    day = due_day(every, after)
    following = day + timedelta(days=7) if every == "week" else (day + timedelta(days=31)).replace(day=1)
    return datetime.combine(following, HOUR)


def figures_day(every: str, on: date) -> date:
    """Of which day the figures are: a Sunday, or the last day of a month."""
    return due_day(every, on) - timedelta(days=1)
