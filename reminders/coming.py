"""What will be written in the days to come: whom, about what, and why, as the facts stand now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from reminders.finding import Finding, as_day, ladders, rows
from reminders.ladder import DAY
from reminders.models import Ladder, LadderRung
from reminders.recipients import day_of
from reminders.relations import set_based

DAYS = 14
NUMBERS = """
SELECT p.office_id, count(*) FROM ({found}) AS found
JOIN lms_assignment a ON a.id = found.assignment JOIN lms_person p ON p.id = a.person_id GROUP BY p.office_id
"""
NAMED = """
SELECT r.number, r.name, p.name, q.code, q.title, found.audience, found.kind, found.days, a.due_on
FROM ({found}) AS found
JOIN lms_person r ON r.id = found.recipient JOIN lms_assignment a ON a.id = found.assignment
JOIN lms_person p ON p.id = a.person_id JOIN lms_requirement q ON q.id = a.requirement_id
ORDER BY r.name, r.number, p.name, a.due_on, q.code
"""


@dataclass(frozen=True)
class Coming:
    """One reminder that will be written, for somebody to read."""

    number: str
    recipient: str
    person: str
    code: str
    title: str
    audience: str
    kind: str
    days: int
    due_on: date
    ladder: str

    @property
    def why(self) -> str:
        """Which step of which ladder, in words."""
        step = step_in_words(kind=self.kind, days=self.days)
        audience = LadderRung.Audience(self.audience).label
        return gettext("%(ladder)s: %(step)s, to %(audience)s") % {
            "ladder": self.ladder, "step": step, "audience": audience,
        }  # fmt: skip


def step_in_words(*, kind: str, days: int) -> str:
    """The day of a rung, as one says it."""
    number = {"number": abs(days)}
    if kind == "opening":
        if days == 0:
            return gettext("on the day it is assigned")
        return ngettext("%(number)d day after it is assigned", "%(number)d days after it is assigned", days) % number
    if days == 0:
        return gettext("on the due date")
    if days < 0:
        return ngettext("%(number)d day before it is due", "%(number)d days before it is due", -days) % number
    return ngettext("%(number)d day after it was due", "%(number)d days after it was due", days) % number


def numbers(now: datetime, *, offices: Sequence[int]) -> dict[date, Counter[int]]:
    """By day: how many reminders, by the office of the person who owes the task. Today: what is not yet written."""
    finding = Finding(now, offices=offices)
    found: dict[date, Counter[int]] = {day_of(now) + ahead * DAY: Counter() for ahead in range(DAYS)}
    with set_based() as cursor:
        for ladder in ladders():
            for ahead, day in enumerate(found):
                statement = finding.statement(ladder, ahead=ahead)
                if statement is not None:
                    found[day] += Counter(dict(rows(cursor, statement, NUMBERS)))
    return found


def listed(now: datetime, *, ahead: int = 0, offices: Sequence[int] | None = None) -> Iterator[Coming]:
    """One day's reminders, ladder by ladder, in the order of the recipients' names."""
    finding = Finding(now, offices=offices)
    with set_based() as cursor:
        for ladder in ladders():
            statement = finding.statement(ladder, ahead=ahead)
            if statement is not None:
                yield from (_coming(row, ladder) for row in rows(cursor, statement, NAMED))


def _coming(row: tuple[Any, ...], ladder: Ladder) -> Coming:
    number, recipient, person, code, title, audience, kind, days, due_on = row
    return Coming(number, recipient, person, code, title, audience, kind, days, as_day(due_on), ladder.name)
