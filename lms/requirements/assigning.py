"""Opens, moves and ends assignments so that everybody owes what the rules say. Safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import DateField, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from wagtail.log_actions import log

from lms.people.models import Person
from lms.requirements.models import Assignment, Completion, Extension, Requirement
from lms.requirements.opening import Due, open_for
from lms.requirements.projecting import batches, project_all
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
    closed = 0
    for ids in batches(assignments):
        part = Assignment.objects.filter(pk__in=ids)
        part.update(ended_on=Greatest(F("opened_on"), day), ended_because=because)
        project_all(part)
        closed += len(ids)
    return closed


def _day_of_leaving() -> Subquery:
    """A leaver who is reported late left on the day of leaving, not on the day of the report."""
    return Subquery(Person.objects.filter(pk=OuterRef("person")).values("left_on"))


def _renew(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Open the next cycle of every proof that has reached its renewal window; due when the proof ends."""
    ready = Assignment.objects.open().filter(requirement=requirement, renew_from__lte=today)
    ready = ready if people is None else ready.filter(person__in=people)
    renewed = 0
    for ids in batches(ready):
        part = Assignment.objects.filter(pk__in=ids)
        following = [_next(assignment, today) for assignment in part]
        _close(part, Value(today, output_field=DateField()), Assignment.Ended.RENEWED)
        Assignment.objects.bulk_create(following)
        project_all(Assignment.objects.open().filter(requirement=requirement, person__in=part.values("person")))
        renewed += len(ids)
    return renewed


def _next(assignment: Assignment, today: date) -> Assignment:
    assert assignment.valid_until is not None  # what never ends is never renewed
    return Assignment(
        requirement_id=assignment.requirement_id,
        person_id=assignment.person_id,
        cycle=assignment.cycle + 1,
        opened_on=today,
        due_on=assignment.valid_until,
        counts_from=today,
        carried_until=assignment.valid_until,
    )


def _open(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Give everybody covered an assignment; a proof that is valid already counts at once."""
    missing = audience(requirement, today).exclude(
        pk__in=Assignment.objects.open().filter(requirement=requirement).values("person")
    )
    missing = missing if people is None else missing.filter(pk__in=people)
    opened = open_for(missing, Due(requirement, today, used_from=_used_from(requirement)))
    # A proof that is there already counts at once; of everybody else the facts say nothing.
    proven = Completion.objects.filter(activity__in=requirement.accepted.values("activity")).values("person")
    mine = Q(person__in=proven) | Q(person__merged__in=proven)
    new = Assignment.objects.open().filter(mine, requirement=requirement, opened_on=today).distinct()
    project_all(new if people is None else new.filter(person__in=people))
    return opened


def _used_from(requirement: Requirement) -> date | None:
    found: date | None = Assignment.objects.filter(requirement=requirement).aggregate(first=Min("opened_on"))["first"]
    return found


def _move(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Follow a start date that HR changed, or a rule; only for first cycles that are still to be done."""
    waiting = Assignment.objects.open().filter(requirement=requirement, completed_on=None, carried_until=None)
    waiting = waiting if people is None else waiting.filter(person__in=people)
    due = Due(requirement, today, used_from=_used_from(requirement))
    given = Extension.objects.filter(assignment=OuterRef("pk")).order_by("-due_on").values("due_on")[:1]
    waiting = waiting.annotate(known_from=due.known_from("person__assignments"), extended=Subquery(given))
    moved: dict[int, date] = {}
    told = waiting.order_by().values_list(
        "pk", "due_on", "opened_on", "known_from", "person__joined_on", "person__office", "extended"
    )
    for pk, due_now, opened_on, known_from, joined_on, office, extended in told.iterator(chunk_size=BATCH):
        wanted = due.of(joined_on=joined_on, office=office, known_from=known_from, opened_on=opened_on)
        wanted = max(wanted, extended or wanted)
        if wanted != due_now:
            moved[pk] = wanted
    for ids in batches(Assignment.objects.filter(pk__in=list(moved))) if moved else ():
        rows = list(Assignment.objects.filter(pk__in=ids).select_related("person"))
        for row in rows:
            log(row, "lms.assignment.move", data={"from": str(row.due_on), "to": str(moved[row.pk])})
            row.due_on = moved[row.pk]
        Assignment.objects.bulk_update(rows, ["due_on"])
    return len(moved)
