"""Opens, moves and ends assignments so that everybody owes what the rules say. Safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import DateField, F, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from wagtail.log_actions import log

from lms.people.calendars import Calendars
from lms.people.models import Person
from lms.requirements.models import Assignment, Extension, Requirement
from lms.requirements.periods import due_on
from lms.requirements.projecting import project_all
from lms.requirements.querysets import AssignmentQuerySet, RequirementQuerySet, audience

BATCH = 1000


@dataclass
class Refreshed:
    """How many assignments a refresh opened, renewed, moved to another due date, ended."""

    opened: int = 0
    renewed: int = 0
    moved: int = 0
    ended: int = 0

    def __add__(self, other: Refreshed) -> Refreshed:
        return Refreshed(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


class _DryRun(Exception):
    pass


def refresh(
    *, today: date, people: list[int] | None = None, requirement: Requirement | None = None, dry_run: bool = False
) -> Refreshed:
    """Bring every assignment, or those of the people given by id or of one requirement, up to the rules of that day."""
    total = Refreshed()
    rules = Requirement.objects.all() if requirement is None else Requirement.objects.filter(pk=requirement.pk)
    try:
        with transaction.atomic():
            total += _end(rules, today, people)
            for rule in rules.in_force(today).prefetch_related("accepted"):
                total += _refresh_one(rule, today, people)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return total


def owe_at_once(people: list[int]) -> int:
    """What joiners, movers and leavers, given by id, owe from this moment on; how many assignments were opened."""
    return refresh(today=timezone.localdate(), people=people).opened


def _refresh_one(requirement: Requirement, today: date, people: list[int] | None) -> Refreshed:
    return Refreshed(
        renewed=_renew(requirement, today, people),
        opened=_open(requirement, today, people),
        moved=_move(requirement, today, people),
    )


def _end(rules: RequirementQuerySet, today: date, people: list[int] | None) -> Refreshed:
    """End what nobody owes any more: leavers first, then people whom the rule has ceased to cover."""
    mine = Assignment.objects.open().filter(requirement__in=rules)
    mine = mine if people is None else mine.filter(person__in=people)
    left = _close(mine.filter(person__left_on__lte=today), _day_of_leaving(), Assignment.Ended.LEFT)
    outside = 0
    for requirement in rules:
        theirs = mine.filter(requirement=requirement)
        over = not requirement.live or (requirement.applies_until is not None and requirement.applies_until < today)
        gone = theirs if over else theirs.exclude(person__in=audience(requirement, today).values("pk"))
        outside += _close(gone, Value(today, output_field=DateField()), Assignment.Ended.OUTSIDE)
    return Refreshed(ended=left + outside)


def _close(assignments: AssignmentQuerySet, day: Any, because: str) -> int:
    """End them on that day, but not before they opened. What was given on the very day may now belong elsewhere."""
    ids = list(assignments.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        part = Assignment.objects.filter(pk__in=ids[start : start + BATCH])
        part.update(ended_on=Greatest(F("opened_on"), day), ended_because=because)
        project_all(part)
    return len(ids)


def _day_of_leaving() -> Subquery:
    """A leaver who is reported late left on the day of leaving, not on the day of the report."""
    return Subquery(Person.objects.filter(pk=OuterRef("person")).values("left_on"))


def _renew(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Open the next cycle of every proof that has reached its renewal window; due when the proof ends."""
    ready = Assignment.objects.open().filter(requirement=requirement, renew_from__lte=today)
    ready = ready if people is None else ready.filter(person__in=people)
    following = [
        Assignment(
            requirement=requirement,
            person_id=assignment.person_id,
            cycle=assignment.cycle + 1,
            opened_on=today,
            due_on=assignment.valid_until,
            counts_from=today,
            carried_until=assignment.valid_until,
        )
        for assignment in ready
    ]
    _close(ready, Value(today, output_field=DateField()), Assignment.Ended.RENEWED)
    Assignment.objects.bulk_create(following, batch_size=BATCH)
    _project_new(requirement, following)
    return len(following)


def _project_new(requirement: Requirement, new: list[Assignment]) -> None:
    """A proof that is there already counts at once."""
    people = [assignment.person_id for assignment in new]
    for start in range(0, len(people), BATCH):
        project_all(
            Assignment.objects.open().filter(requirement=requirement, person__in=people[start : start + BATCH])
        )


def _open(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Give everybody covered an assignment; a proof that is valid already counts at once."""
    missing = audience(requirement, today).exclude(
        pk__in=Assignment.objects.open().filter(requirement=requirement).values("person")
    )
    missing = missing if people is None else missing.filter(pk__in=people)
    missing = missing.annotate(
        cycles=Max("assignments__cycle", filter=Q(assignments__requirement=requirement)),
        known_from=Min("assignments__opened_on"),
    ).order_by("pk")
    used_from = _used_from(requirement)
    calendars = Calendars() if requirement.working_days else None
    new = [
        Assignment(
            requirement=requirement,
            person=person,
            cycle=(person.cycles or 0) + 1,
            opened_on=today,
            due_on=_due(requirement, person, today, _before(today, person.known_from, used_from), calendars),
        )
        for person in missing
    ]
    Assignment.objects.bulk_create(new, batch_size=BATCH)
    _project_new(requirement, new)
    return len(new)


def _used_from(requirement: Requirement) -> date | None:
    found: date | None = Assignment.objects.filter(requirement=requirement).aggregate(first=Min("opened_on"))["first"]
    return found


def _before(day: date, *days: date | None) -> bool:
    """All of them are known and lie before ``day``."""
    return all(other is not None and other < day for other in days)


def _move(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Follow a start date that HR changed, or a rule; only for first cycles that are still to be done."""
    waiting = (
        Assignment.objects.open()
        .filter(requirement=requirement, completed_on=None, carried_until=None)
        .annotate(
            known_from=Min("person__assignments__opened_on"),
            extended=Subquery(
                Extension.objects.filter(assignment=OuterRef("pk")).order_by("-due_on").values("due_on")[:1]
            ),
        )
        .select_related("person")
    )
    waiting = waiting if people is None else waiting.filter(person__in=people)
    moved = []
    used_from = _used_from(requirement)
    calendars = Calendars() if requirement.working_days else None
    for assignment in waiting:
        opened = assignment.opened_on
        scoped = _before(opened, assignment.known_from, used_from)
        due = _due(requirement, assignment.person, opened, scoped, calendars)
        due = max(due, assignment.extended or due)
        if due != assignment.due_on:
            log(assignment, "lms.assignment.move", data={"from": str(assignment.due_on), "to": str(due)})
            assignment.due_on = due
            moved.append(assignment)
    Assignment.objects.bulk_update(moved, ["due_on"], batch_size=BATCH)
    return len(moved)


def _due(
    requirement: Requirement, person: Person, opened_on: date, came_into_scope: bool, calendars: Calendars | None
) -> date:
    return due_on(
        requirement.deadline,
        joined_on=person.joined_on,
        applies_from=requirement.applies_from,
        opened_on=opened_on,
        came_into_scope=came_into_scope,
        is_free=calendars.free(person.office_id) if calendars else None,
    )
