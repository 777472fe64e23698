"""Looks once an hour whether something is due that the sweep does not write, and remembers the answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reminders.alarm_models import Alarm, alarm
from reminders.finding import Finding, ladders
from reminders.relations import set_based
from reminders.standstill import Run
from reminders.watching import SWEEP, runs

EVERY, AGAIN, FRESH = timedelta(hours=1), timedelta(minutes=10), timedelta(minutes=15)
ONE = "SELECT assignment, audience, days, anchor, recipient FROM ({found}) AS found {this} LIMIT 1"
THIS = "WHERE assignment = %(f0)s AND audience = %(f1)s AND days = %(f2)s AND anchor = %(f3)s AND recipient = %(f4)s"


def look(now: datetime) -> None:
    """What is found may have become due after the last sweep: only what a whole one has passed over is not written."""
    row, run = alarm(), runs()[SWEEP]
    if not _is_whole(run, now) or not _is_time(row, run, now):
        return
    is_passed_over = row.found is not None and unwritten(now, this=row.found) is not None
    found = row.found if is_passed_over else unwritten(now)
    since = row.unwritten_since or row.looked_at if is_passed_over else row.unwritten_since
    Alarm.objects.filter(pk=row.pk, looked_at=row.looked_at).update(
        looked_at=now, found=found, unwritten_since=since if found else None
    )


def unwritten(now: datetime, *, this: list[Any] | None = None) -> list[Any] | None:
    """A reminder that is due and not written, as ids; ``this`` one only, if it is given."""
    finding = Finding(now)
    for ladder in ladders():
        statement = finding.statement(ladder)
        if statement is None:
            continue
        parameters = statement.parameters | {f"f{place}": value for place, value in enumerate(this or [])}
        with set_based() as cursor:
            cursor.execute(ONE.format(found=statement.sql, this=THIS if this else ""), parameters)
            if row := cursor.fetchone():
                return [*row[:3], str(row[3]), row[4]]
    return None


def _is_whole(run: Run, now: datetime) -> bool:
    """The last sweep that was started has ended, just now and without an error."""
    if run.error or run.started_at is None or run.finished_at is None:
        return False
    return run.started_at <= run.finished_at and now - run.finished_at <= FRESH


def _is_time(row: Alarm, run: Run, now: datetime) -> bool:
    if row.looked_at is None:
        return True
    if row.found is None:
        return now - row.looked_at >= EVERY
    is_swept = run.started_at is not None and run.started_at > row.looked_at
    return is_swept and (row.unwritten_since is None or now - row.looked_at >= AGAIN)
