"""Opens the first assignments of very many people at once, with their due dates."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import DateField, Max, Min, Q, Value

from lms.people.calendars import Calendars
from lms.people.querysets import PersonQuerySet
from lms.requirements.models import Assignment, Requirement
from lms.requirements.periods import due_on

BATCH = 1000
# The dates come from ``periods.due_on``, once for each day of joining, however many people joined on it.
INSERT = """
INSERT INTO lms_assignment (requirement_id, person_id, cycle, registration, opened_on, due_on, ended_because)
SELECT %s, m.person, coalesce(m.cycles, 0) + 1, gen_random_uuid(), %s, d.due_on, ''
FROM ({missing}) m (person, joined_on, cycles, known_from)
JOIN unnest(%s::date[], %s::boolean[], %s::date[]) d (joined_on, known_before, due_on)
    ON d.joined_on = m.joined_on AND d.known_before = coalesce(m.known_from::date < %s, false)
ORDER BY m.person
ON CONFLICT DO NOTHING
"""


class Due:
    """By when somebody has to have met a requirement, by what of the person the rule asks."""

    def __init__(self, requirement: Requirement, today: date, *, used_from: date | None) -> None:
        """``used_from``: since when somebody has owed it."""
        self.requirement, self.today, self.used_from = requirement, today, used_from
        self.calendars = Calendars() if requirement.working_days else None
        self._due = cache(self._reckon)

    @property
    def is_new(self) -> bool:
        """Nobody owed it before today, so that it makes no difference who was known before."""
        return self.used_from is None or self.used_from >= self.today

    def known_from(self, assignments: str) -> Any:
        """Since when a person has owed anything, as an expression: spared where it makes no difference, since it reads all
        that everybody ever owed."""
        return Value(None, output_field=DateField()) if self.is_new else Min(f"{assignments}__opened_on")

    def of(self, *, joined_on: date, office: int, known_from: date | None, opened_on: date | None = None) -> date:
        """``known_from``: since when the person has owed anything. ``opened_on``: today, where it is not given."""
        day = opened_on or self.today
        return self._due(joined_on, office if self.calendars else 0, day, known_from is not None and known_from < day)

    def _reckon(self, joined_on: date, office: int, opened_on: date, known_before: bool) -> date:
        used_before = self.used_from is not None and self.used_from < opened_on
        return due_on(
            self.requirement.deadline,
            joined_on=joined_on,
            applies_from=self.requirement.applies_from,
            opened_on=opened_on,
            came_into_scope=known_before and used_before,
            is_free=self.calendars.free(office) if self.calendars else None,
        )


def open_for(missing: PersonQuerySet, due: Due) -> int:
    """Give each of these people an assignment as of today; how many. Somebody to whom another gives it has it then."""
    joined = missing.order_by().values_list("joined_on", flat=True).distinct()
    mine = Q(assignments__requirement=due.requirement)
    never = due.used_from is None
    people = missing.annotate(
        cycles=Value(0) if never else Max("assignments__cycle", filter=mine), known_from=due.known_from("assignments")
    )
    if connection.vendor == "postgresql" and due.calendars is None:
        return _in_the_database(people, list(joined), due) if joined else 0
    opened = 0
    rows = iter(people.order_by("pk").values_list("pk", "joined_on", "office", "cycles", "known_from"))
    while part := list(islice(rows, BATCH)):
        Assignment.objects.bulk_create(
            [
                Assignment(
                    requirement=due.requirement,
                    person_id=pk,
                    cycle=(cycles or 0) + 1,
                    opened_on=due.today,
                    due_on=due.of(joined_on=joined_on, office=office, known_from=known_from),
                )
                for pk, joined_on, office, cycles, known_from in part
            ],
            ignore_conflicts=True,
        )
        opened += len(part)
    return opened


def _in_the_database(people: Any, joined: list[date], due: Due) -> int:
    said = [
        (joined_on, known_from is not None, due.of(joined_on=joined_on, office=0, known_from=known_from))
        for joined_on in joined
        for known_from in (None, date.min)
    ]
    columns = [list(column) for column in zip(*said, strict=True)] or [[], [], []]
    found = people.order_by().values_list("pk", "joined_on", "cycles", "known_from")
    sql, parameters = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(missing=sql), [due.requirement.pk, due.today, *parameters, *columns, due.today])
        return int(cursor.rowcount)
