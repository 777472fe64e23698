"""Makes one person of two records: what was done under either counts, and nobody is counted twice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone
from wagtail.log_actions import log

from lms.people.models import Headship, Person
from lms.people.posting import join_posts
from lms.requirements.assigning import refresh
from lms.requirements.models import Assignment
from lms.requirements.projecting import project_all


class CannotMerge(ValueError):
    """The two are one already, or one of them was merged into another person before."""


def merge(*, kept: Person, merged: Person, by: Any = None, today: date | None = None) -> Person:
    """``merged`` stands for ``kept`` from now on; the kept one. Raises CannotMerge.

    The ledger is not touched: completions of the merged record stay in its chain and count for the kept person. Until the
    day on which the kept record begins, the merged one tells what the person owed and where they were; from then on the
    kept one does, so that nobody is counted twice and nobody is missing from a day that is past.
    """
    today = today or timezone.localdate()
    with transaction.atomic():
        locked = Person.objects.select_for_update(of=("self",)).filter(pk__in=(kept.pk, merged.pk))
        both = {item.pk: item for item in locked.order_by("pk")}
        if len(both) != 2 or any(item.merged_into_id for item in both.values()):
            raise CannotMerge
        kept, merged = both[kept.pk], both[merged.pk]
        begins = _beginning(kept)
        join_posts(kept=kept, merged=merged, at=begins)
        _take_over(kept, merged, begins)
        merged.merged_into = kept
        _hand_over(kept, merged)
        merged.save()
        kept.save()
        project_all(Assignment.objects.filter(person__in=[kept, merged]))
        refresh(today=today, people=[kept.pk, merged.pk])
        log(kept, "lms.person.merge", user=by, data={"merged": merged.number})
    return kept


def _beginning(person: Person) -> date:
    """The first day of which the record tells anything."""
    first: date | None = person.assignments.aggregate(first=Min("opened_on"))["first"]
    return min(person.joined_on, first or person.joined_on)


def _take_over(kept: Person, merged: Person, begins: date) -> None:
    """Cycles of the merged record from before that day become the kept person's first ones; the others end unbegun."""
    theirs = Assignment.objects.filter(person=merged)
    theirs.filter(opened_on__gte=begins).update(ended_on=F("opened_on"), ended_because=Assignment.Ended.MERGED)
    earlier = theirs.filter(opened_on__lt=begins)
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=begins)
    earlier.filter(running).update(ended_on=begins, ended_because=Assignment.Ended.MERGED)
    mine: dict[int, list[Assignment]] = defaultdict(list)
    for cycle in earlier.order_by("cycle"):
        mine[cycle.requirement_id].append(cycle)
    for requirement, cycles in mine.items():
        # One by one from the last: no two cycles have the same number in between.
        for own in kept.assignments.filter(requirement=requirement).order_by("-cycle"):
            own.cycle += len(cycles)
            own.save(update_fields=["cycle"])
        for number, cycle in enumerate(cycles, 1):
            cycle.person, cycle.cycle = kept, number
            cycle.save(update_fields=["person", "cycle"])


def _hand_over(kept: Person, merged: Person) -> None:
    """The account where the kept one has none, else the merged one's is closed; leaves, reports and headships."""
    user, merged.user = merged.user, None
    if user is not None and kept.user is None:
        merged.save(update_fields=["user"])
        kept.user = user
    elif user is not None:
        merged.user = user
        user.is_active = False
        user.save(update_fields=["is_active"])
    known = set(kept.leaves.values_list("first_day", flat=True))
    merged.leaves.exclude(first_day__in=known).update(person=kept)
    if kept.supervisor_id == merged.pk:
        kept.supervisor = None
    merged.reports.exclude(pk=kept.pk).update(supervisor=kept)
    Headship.objects.filter(person=merged).update(person=kept)
    merged.merged.update(merged_into=kept)
