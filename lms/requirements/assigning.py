"""Opens, moves and ends assignments so that everybody owes what the rules say. Safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from django.db import transaction
from django.db.models import F, Max, Q
from wagtail.log_actions import log

from lms.people.models import Person
from lms.requirements.models import Assignment, Requirement
from lms.requirements.periods import due_on
from lms.requirements.projecting import project_all
from lms.requirements.querysets import audience

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


def refresh(*, today: date, people: list[int] | None = None, dry_run: bool = False) -> Refreshed:
    """Bring every assignment, or those of the people given by id, up to the rules of that day."""
    total = Refreshed()
    try:
        with transaction.atomic():
            total += _end(today, people)
            for requirement in Requirement.objects.in_force(today).prefetch_related("accepted"):
                total += _refresh_one(requirement, today, people)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return total


def _refresh_one(requirement: Requirement, today: date, people: list[int] | None) -> Refreshed:
    return Refreshed(
        renewed=_renew(requirement, today, people),
        opened=_open(requirement, today, people),
        moved=_move(requirement, today, people),
    )


def _end(today: date, people: list[int] | None) -> Refreshed:
    """End what nobody owes any more: leavers first, then people whom the rule has ceased to cover."""
    mine = Assignment.objects.open() if people is None else Assignment.objects.open().filter(person__in=people)
    left = mine.filter(person__left_on__lte=today).update(
        ended_on=_not_before_opening(today), ended_because=Assignment.Ended.LEFT
    )
    outside = 0
    for requirement in Requirement.objects.all():
        theirs = mine.filter(requirement=requirement)
        over = requirement.applies_until is not None and requirement.applies_until < today
        gone = theirs if over else theirs.exclude(person__in=audience(requirement, today).values("pk"))
        outside += gone.update(ended_on=_not_before_opening(today), ended_because=Assignment.Ended.OUTSIDE)
    return Refreshed(ended=left + outside)


def _not_before_opening(today: date) -> object:
    from django.db.models import DateField, Value
    from django.db.models.functions import Greatest

    return Greatest(F("opened_on"), Value(today, output_field=DateField()))


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
    ready.update(ended_on=_not_before_opening(today), ended_because=Assignment.Ended.RENEWED)
    Assignment.objects.bulk_create(following, batch_size=BATCH)
    return len(following)


def _open(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Give everybody covered an assignment; a proof that is valid already counts at once."""
    missing = audience(requirement, today).exclude(
        pk__in=Assignment.objects.open().filter(requirement=requirement).values("person")
    )
    missing = missing if people is None else missing.filter(pk__in=people)
    missing = missing.annotate(
        cycles=Max("assignments__cycle", filter=Q(assignments__requirement=requirement))
    ).order_by("pk")
    new = [
        Assignment(
            requirement=requirement,
            person=person,
            cycle=(person.cycles or 0) + 1,
            opened_on=today,
            due_on=_due(requirement, person, today),
        )
        for person in missing
    ]
    Assignment.objects.bulk_create(new, batch_size=BATCH)
    if new:
        project_all(Assignment.objects.open().filter(requirement=requirement, person__in=[a.person_id for a in new]))
    return len(new)


def _move(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Follow a start date that HR changed; only for first cycles that are still to be done."""
    if requirement.due_from != Requirement.DueFrom.JOINING:
        return 0
    waiting = (
        Assignment.objects.open()
        .filter(requirement=requirement, completed_on=None, carried_until=None)
        .select_related("person")
    )
    waiting = waiting if people is None else waiting.filter(person__in=people)
    moved = []
    for assignment in waiting:
        due = _due(requirement, assignment.person, assignment.opened_on)
        if due != assignment.due_on:
            log(assignment, "lms.assignment.move", data={"from": str(assignment.due_on), "to": str(due)})
            assignment.due_on = due
            moved.append(assignment)
    Assignment.objects.bulk_update(moved, ["due_on"], batch_size=BATCH)
    return len(moved)


def _due(requirement: Requirement, person: Person, opened_on: date) -> date:
    return due_on(
        due_from="joining" if requirement.due_from == Requirement.DueFrom.JOINING else "issuance",
        days=requirement.due_days,
        joined_on=person.joined_on,
        applies_from=requirement.applies_from,
        opened_on=opened_on,
    )
