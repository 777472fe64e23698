"""Makes one person of two records: what was done under either counts, and nobody is counted twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.log_actions import log

from lms.people.models import Headship, Person
from lms.requirements.assigning import refresh
from lms.requirements.models import Assignment
from lms.requirements.projecting import project_all


class CannotMerge(ValueError):
    """The two are one already, or one of them was merged into another person before."""


def merge(*, kept: Person, merged: Person, by: Any = None, today: date | None = None) -> Person:
    """``merged`` stands for ``kept`` from now on; the kept one. Raises CannotMerge.

    The ledger is not touched: completions of the merged record stay in its chain and count for the kept person. What was
    owed under the merged record is ended with the day on which it was opened: it never was another person's.
    """
    today = today or timezone.localdate()
    with transaction.atomic():
        both = {
            item.pk: item
            for item in Person.objects.select_for_update(of=("self",)).filter(pk__in=(kept.pk, merged.pk))
        }
        if len(both) != 2 or any(item.merged_into_id for item in both.values()):
            raise CannotMerge
        kept, merged = both[kept.pk], both[merged.pk]
        theirs = Assignment.objects.filter(person=merged)
        theirs.update(ended_on=F("opened_on"), ended_because=Assignment.Ended.MERGED)
        merged.merged_into = kept
        _hand_over(kept, merged)
        merged.save()
        kept.save()
        project_all(Assignment.objects.filter(person__in=[kept, merged]))
        refresh(today=today, people=[kept.pk, merged.pk])
        log(kept, "lms.person.merge", user=by, data={"merged": merged.number})
    return kept


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
    Person.objects.filter(supervisor=merged).exclude(pk=kept.pk).update(supervisor=kept)
    Person.objects.filter(pk=kept.pk, supervisor=merged).update(supervisor=None)
    if kept.supervisor_id == merged.pk:
        kept.supervisor = None
    Headship.objects.filter(person=merged).update(person=kept)
    Person.objects.filter(merged_into=merged).update(merged_into=kept)
