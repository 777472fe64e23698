"""Opens, moves and ends assignments so that everybody owes what the rules say. Safe to repeat.

Piece by piece, each in a transaction of its own with the projections of what it wrote: whoever is interrupted leaves a
state that holds, and the next refresh finds what is left, because it asks what is still to be done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import DateField, Exists, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from lms.log_entries import log_all
from lms.people.models import Person
from lms.people.querysets import PersonQuerySet
from lms.requirements.models import Assignment, Completion, Extension, Requirement
from lms.requirements.opening import Due, open_for
from lms.requirements.projecting import batches, project_all
from lms.requirements.querysets import AssignmentQuerySet, RequirementQuerySet, audience

PIECE = 1000
OPENED = 10_000
"""People of a piece that opens: one command of the database for all of them."""


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
    """Bring every assignment, or those of the people given by id or of one requirement, up to the rules of that day.

    Of people given by id all at once, in one transaction: they must owe what they owe. Two refreshes at the same time do
    nothing twice; one of everybody passes over whoever is being changed by another, and the next finds them.
    """
    total = Refreshed()
    rules = Requirement.objects.all() if requirement is None else Requirement.objects.filter(pk=requirement.pk)
    try:
        with transaction.atomic() if dry_run or people is not None else nullcontext():
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
        moved=_move(requirement, today, people),  # before what is opened, which has its day already
        opened=_open(requirement, today, people),
    )


def _end(rules: RequirementQuerySet, today: date, people: list[int] | None) -> Refreshed:
    """End what nobody owes any more: leavers first, then people whom the rule has ceased to cover."""
    mine = Assignment.objects.open().filter(requirement__in=rules)
    mine = mine if people is None else mine.filter(person__in=people)
    wait = people is not None
    left = _close(mine.filter(person__left_on__lte=today), _day_of_leaving(), Assignment.Ended.LEFT, wait=wait)
    outside = 0
    for requirement in rules:
        theirs = mine.filter(requirement=requirement)
        over = not requirement.live or (requirement.applies_until is not None and requirement.applies_until < today)
        covered = Exists(
            audience(requirement, today).filter(pk=OuterRef("person"))
        )  # asked of a piece, not of everybody
        gone = theirs if over else theirs.filter(~covered)
        outside += _close(gone, Value(today, output_field=DateField()), Assignment.Ended.OUTSIDE, wait=wait)
    return Refreshed(ended=left + outside)


def _close(assignments: AssignmentQuerySet, day: Any, because: str, *, wait: bool) -> int:
    """End them, piece by piece."""
    closed = 0
    for ids in batches(assignments, PIECE):
        with transaction.atomic():
            closed += _close_part(_locked(assignments, ids, wait=wait), day, because)
    return closed


def _close_part(part: AssignmentQuerySet, day: Any, because: str) -> int:
    """End them on that day, but not before they opened. What was given on the very day may now belong elsewhere."""
    closed = part.update(ended_on=Greatest(F("opened_on"), day), ended_because=because)
    project_all(part)
    return closed


def _locked(assignments: AssignmentQuerySet, ids: list[int], *, wait: bool) -> AssignmentQuerySet:
    """Those of a piece that are still asked for now that their people are locked, as ``completing`` locks them first.

    Without ``wait`` whoever is locked by another is left out, so that a refresh of everybody never waits for a long import.
    """
    part = assignments.filter(pk__range=(ids[0], ids[-1]))
    mine = _locked_people(Person.objects.filter(pk__in=part.order_by().values("person")), wait=wait)
    still = part.filter(person__in=mine).order_by().values_list("pk", flat=True)
    return Assignment.objects.filter(pk__in=list(still))


def _locked_people(people: PersonQuerySet, *, wait: bool) -> list[int]:
    """Their ids, locked until the piece is done, in one order for all."""
    found = Person.objects.filter(pk__in=people.order_by().values("pk")).order_by("pk")
    return list(found.select_for_update(no_key=True, skip_locked=not wait).values_list("pk", flat=True))


def _day_of_leaving() -> Subquery:
    """A leaver who is reported late left on the day of leaving, not on the day of the report."""
    return Subquery(Person.objects.filter(pk=OuterRef("person")).values("left_on"))


def _renew(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Open the next cycle of every proof that has reached its renewal window; due when the proof ends."""
    ready = Assignment.objects.open().filter(requirement=requirement, renew_from__lte=today)
    ready = ready if people is None else ready.filter(person__in=people)
    renewed = 0
    for ids in batches(ready, PIECE):
        with transaction.atomic():
            part = _locked(ready, ids, wait=people is not None)
            following = [_next(assignment, today) for assignment in part]
            _close_part(part, Value(today, output_field=DateField()), Assignment.Ended.RENEWED)
            Assignment.objects.bulk_create(following)
            project_all(Assignment.objects.open().filter(requirement=requirement, person__in=part.values("person")))
            renewed += len(following)
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
    missing = audience(requirement, today).filter(
        ~Exists(Assignment.objects.open().filter(requirement=requirement, person=OuterRef("pk")))
    )
    missing = missing if people is None else missing.filter(pk__in=people)
    due = Due(requirement, today, used_from=_used_from(requirement))
    # A proof that is there already counts at once; of everybody else the facts say nothing.
    proven = Completion.objects.filter(activity__in=requirement.accepted.values("activity")).values("person")
    mine = Q(person__in=proven) | Q(person__merged__in=proven)
    new = Assignment.objects.open().filter(mine, requirement=requirement, opened_on=today).distinct()
    opened = 0
    for ids in batches(missing, OPENED):
        with transaction.atomic():
            # Who completes something at this moment would not see the assignment, nor this the completion.
            free = _locked_people(missing.filter(pk__range=(ids[0], ids[-1])), wait=people is not None)
            opened += open_for(missing.filter(pk__in=free), due)
            project_all(new.filter(person__pk__range=(ids[0], ids[-1])))
    return opened


def _used_from(requirement: Requirement) -> date | None:
    found: date | None = Assignment.objects.filter(requirement=requirement).aggregate(first=Min("opened_on"))["first"]
    return found


def _move(requirement: Requirement, today: date, people: list[int] | None) -> int:
    """Follow a start date that HR changed, or a rule; only for first cycles that are still to be done."""
    waiting = Assignment.objects.open().filter(requirement=requirement, completed_on=None, carried_until=None)
    mine = waiting if people is None else waiting.filter(person__in=people)
    due = Due(requirement, today, used_from=_used_from(requirement))
    moved = 0
    for ids in batches(mine, PIECE):
        with transaction.atomic():
            wanted = dict(_moved(mine.filter(pk__range=(ids[0], ids[-1])), due))
            if not wanted:
                continue
            locked = _locked(waiting.filter(pk__in=wanted), sorted(wanted), wait=people is not None)
            rows = [row for row in locked.select_related("person") if row.due_on != wanted[row.pk]]
            for row in rows:
                row.requirement = requirement  # once, not read with each
            log_all(
                ((row, {"from": str(row.due_on), "to": str(wanted[row.pk])}) for row in rows), "lms.assignment.move"
            )
            by_day: dict[date, list[int]] = defaultdict(list)
            for row in rows:
                by_day[wanted[row.pk]].append(row.pk)
            for day, pks in by_day.items():
                Assignment.objects.filter(pk__in=pks).update(due_on=day)
            moved += len(rows)
    return moved


def _moved(waiting: AssignmentQuerySet, due: Due) -> Iterator[tuple[int, date]]:
    """Those whose day is another, with that day."""
    given = Extension.objects.filter(assignment=OuterRef("pk")).order_by("-due_on").values("due_on")[:1]
    waiting = waiting.annotate(known_from=due.known_from("person__assignments"), extended=Subquery(given))
    told = waiting.order_by().values_list(
        "pk", "due_on", "opened_on", "known_from", "person__joined_on", "person__office", "extended"
    )
    for pk, due_now, opened_on, known_from, joined_on, office, extended in told:
        wanted = due.of(joined_on=joined_on, office=office, known_from=known_from, opened_on=opened_on)
        wanted = max(wanted, extended or wanted)
        if wanted != due_now:
            yield pk, wanted
