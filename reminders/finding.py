"""Finds every reminder that is due: one statement a ladder, whatever the number of people.

The days of the ladder are reckoned here, once for each calendar day that it is somewhere (``ladder.steps``); the database
joins them with what is owed. Who is done, away or gone, and whom a rung speaks to, is asked as ``recipients`` asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from lms.requirements.models import Requirement
from reminders.answering import Answering
from reminders.ladder import DAY, LONGEST_BREAK, Reach, Step, steps
from reminders.models import Ladder
from reminders.places import Place, Places
from reminders.recipients import day_of
from reminders.relations import as_values, set_based

SELECT = """
WITH place (office, zone, calendar) AS (VALUES {places}),
step (calendar, kind, audience, days, first, last, opened_first, opened_last) AS (VALUES {steps}),
answering (office, audience, person) AS (VALUES {answering}),
near AS {materialized} (
    SELECT a.id, a.person_id, a.due_on, a.opened_on FROM lms_assignment a
    WHERE a.requirement_id IN ({requirements}) AND a.ended_on IS NULL AND a.completed_on IS NULL
        AND (a.due_on <= %(furthest_due)s OR a.opened_on >= %(first_opened)s)
        AND (a.waived_from IS NULL OR a.waived_from > %(today)s OR a.waived_until < %(today)s
            OR a.carried_until >= %(today)s)
),
missing AS (
    SELECT near.id, near.due_on, near.opened_on, p.id AS person, p.supervisor_id AS supervisor, p.office_id AS office,
        place.calendar
    FROM near
    JOIN lms_person p ON p.id = near.person_id
    JOIN place ON place.office = p.office_id AND place.zone = p.time_zone
    WHERE (p.left_on IS NULL OR p.left_on > %(today)s)
        AND NOT EXISTS (SELECT 1 FROM lms_leave l
            WHERE l.person_id = p.id AND l.first_day <= %(today)s AND l.last_day >= %(today)s)
),
come AS (
    SELECT m.id, m.person, m.supervisor, m.office, s.audience, s.kind, s.days, m.due_on AS anchor
    FROM missing m JOIN step s ON s.kind = 'due' AND {matches_due}
    WHERE {due_day} >= m.opened_on
        AND NOT EXISTS (SELECT 1 FROM step o WHERE o.kind = 'opening' AND o.audience = s.audience
            AND {matches_opening} AND {opening_day} > {due_day})
    UNION ALL
    SELECT m.id, m.person, m.supervisor, m.office, o.audience, o.kind, o.days, m.opened_on AS anchor
    FROM missing m JOIN step o ON o.kind = 'opening' AND {matches_opening}
    WHERE {opening_day} >= m.opened_on
        AND NOT EXISTS (SELECT 1 FROM step s WHERE s.kind = 'due' AND s.audience = o.audience
            AND {matches_due} AND {due_day} >= {opening_day})
)
SELECT c.id AS assignment, c.audience, c.kind, c.days, c.anchor, r.id AS recipient
FROM come c
LEFT JOIN answering ON answering.office = c.office AND answering.audience = c.audience
JOIN lms_person r ON r.id = CASE c.audience
    WHEN 'person' THEN c.person WHEN 'supervisor' THEN c.supervisor ELSE answering.person END
WHERE (r.id <> c.person OR c.audience = 'person')
    AND (r.left_on IS NULL OR r.left_on > %(today)s) AND (r.email <> '' OR r.personal_email <> '')
    AND NOT EXISTS (SELECT 1 FROM lms_reminders_reminder w WHERE w.assignment_id = c.id AND w.audience = c.audience
        AND w.anchor = c.anchor AND w.days >= c.days AND w.state <> 'cancelled')
"""
MATCHES_DUE = """s.calendar = m.calendar AND m.due_on BETWEEN s.first AND s.last
        AND m.opened_on BETWEEN s.opened_first AND s.opened_last"""
MATCHES_OPENING = """o.calendar = m.calendar AND m.opened_on BETWEEN o.first AND o.last
        AND m.opened_on BETWEEN o.opened_first AND o.opened_last"""
LATER = {"postgresql": "({day} + {days})", "sqlite": "date({day}, {days} || ' days')"}
NOBODY = (0, "", 0)


@dataclass(frozen=True)
class Statement:
    """SQL that answers assignment, audience, kind, days, anchor and recipient, and its parameters by name."""

    sql: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A reminder that is due, before it is written: ids, but for the audience, its days and the anchor."""

    assignment: int
    audience: str
    days: int
    anchor: date
    recipient: int


class Finding:
    """What is due at one moment. Reads calendars and who answers for whom once, for every ladder and for days ahead."""

    def __init__(self, now: datetime, *, offices: Iterable[int] | None = None) -> None:
        """``offices``: of the people of these only."""
        self.now, self.places = now, Places()
        self._answering = Answering(day_of(now)).rows() or [NOBODY]
        within = None if offices is None else set(offices)
        self._spots = [spot for spot in self.places.all if within is None or spot.office in within]

    def statement(self, ladder: Ladder, *, requirement: Requirement | None = None, ahead: int = 0) -> Statement | None:
        """Of one requirement only, if one is given; ``ahead``: what comes anew on the day so many days later, as the facts
        stand now. None where the ladder has nothing to say on that day."""
        rungs = [item.rule for item in ladder.rungs.all()]
        mine = [item.pk for item in ladder.requirements.all() if requirement is None or item.pk == requirement.pk]
        spots, calendars = self._day(ahead)
        said = [
            (calendar, step)
            for (reached, before), calendar in calendars.items()
            for step in steps(rungs, starts_on=ladder.starts_on, reached=reached, before=before)
        ]
        if not mine or not said:
            return None
        due = [step.last for _, step in said if step.rung.counted_from == "due"]
        opening = [step.first for _, step in said if step.rung.counted_from == "opening"]
        parameters: dict[str, Any] = {
            "today": day_of(self.now) + ahead * DAY,
            "furthest_due": max(due, default=date.min),
            "first_opened": min(opening, default=date.max),
        }
        later = LATER[connection.vendor]
        sql = SELECT.format(
            places=as_values(parameters, "p", spots),
            steps=as_values(parameters, "s", [(calendar, *_row(step)) for calendar, step in said]),
            answering=as_values(parameters, "a", self._answering),
            materialized="MATERIALIZED" if connection.vendor == "postgresql" else "",
            requirements=", ".join(str(pk) for pk in mine),
            matches_due=MATCHES_DUE,
            matches_opening=MATCHES_OPENING,
            due_day=later.format(day="m.due_on", days="s.days"),
            opening_day=later.format(day="m.opened_on", days="o.days"),
        )
        return Statement(sql, parameters)

    def _day(self, ahead: int) -> tuple[list[tuple[int, str, int]], dict[tuple[Reach, Reach | None], int]]:
        """Where somebody works on that day, and by which of the calendars that there are; these, by their number."""
        calendars: dict[tuple[Reach, Reach | None], int] = {}
        spots = []
        for spot in self._spots:
            day = self.places.today(spot, self.now) + ahead * DAY
            reached = self.places.reach(spot.office, day)
            if reached is not None:
                key = (reached, self._before(spot, day) if ahead else None)
                spots.append((spot.office, spot.zone, calendars.setdefault(key, len(calendars))))
        return spots, calendars

    def _before(self, spot: Place, day: date) -> Reach | None:
        """The working day before that one; None if there is none of late."""
        days = (self.places.reach(spot.office, day - back * DAY) for back in range(1, LONGEST_BREAK.days))
        return next((reached for reached in days if reached is not None), None)


def _row(step: Step) -> tuple[Any, ...]:
    rung = step.rung
    return (rung.counted_from, rung.audience, rung.days, step.first, step.last, step.opened_first, step.opened_last)


def in_use() -> QuerySet[Ladder]:
    """With their rungs and requirements."""
    return Ladder.objects.filter(is_active=True).prefetch_related("rungs", "requirements")


def ladders() -> Iterable[Ladder]:
    """Those in use that are about what people owe."""
    return in_use().filter(about=Ladder.About.TASKS)


def due(now: datetime, *, requirement: Requirement | None = None, ahead: int = 0) -> Iterator[Found]:
    """Every reminder that is due at that moment and not yet written, in the calendar of the person who owes the task."""
    finding = Finding(now)
    with set_based() as cursor:
        for ladder in ladders():
            statement = finding.statement(ladder, requirement=requirement, ahead=ahead)
            if statement is not None:
                for assignment, audience, _, days, anchor, recipient in rows(cursor, statement):
                    yield Found(assignment, audience, days, as_day(anchor), recipient)


def rows(cursor: Any, statement: Statement, sql: str = "{found}") -> Iterator[tuple[Any, ...]]:
    """What the statement answers, as it is or within another that reads ``{found}``. The cursor is one of ``set_based``."""
    cursor.execute(sql.format(found=statement.sql), statement.parameters)
    while part := cursor.fetchmany(1000):
        yield from part


def as_day(value: date | str) -> date:
    """SQLite knows no dates."""
    return value if isinstance(value, date) else date.fromisoformat(value)
