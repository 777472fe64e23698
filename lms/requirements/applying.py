"""Brings assignments up to the terms of a rule that came into force. Resumes where it was interrupted; safe to repeat."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from lms.requirements.assigning import Refreshed, refresh
from lms.requirements.models import Assignment, Requirement, RuleToApply
from lms.requirements.projecting import batches, project_all

logger = logging.getLogger(__name__)
BATCH = 1000
PAUSE = timedelta(minutes=1)
LEASE = timedelta(minutes=15)
"""How long a worker is left alone with a piece, and in the end with opening and ending for everybody; where that takes
longer, two of them share it."""


def apply_waiting(now: datetime | None = None) -> int:
    """Apply every version that waits; how many were. What RQ calls, and the clock."""
    now = now or timezone.now()
    done = 0
    for pk in RuleToApply.objects.filter(next_try__lte=now).order_by("pk").values_list("pk", flat=True):
        done += _apply(pk, now)
    return done


def _apply(pk: int, now: datetime) -> bool:
    """One version, unless another worker has it: whoever puts its next try off first does the work."""
    mine = RuleToApply.objects.filter(pk=pk, next_try__lte=now)
    if not mine.update(next_try=timezone.now() + LEASE, tries=F("tries") + 1):
        return False
    row = RuleToApply.objects.select_related("version__requirement").get(pk=pk)
    try:
        _project_from(row)
        follow(row.version.requirement, today=timezone.localdate(now))
        with transaction.atomic():  # behind pieces of their own: whoever is interrupted does again only what is left
            row.delete()
    except Exception as error:
        logger.exception("A rule could not be applied to all")
        text = f"{type(error).__name__}: {error}"[:2000]
        RuleToApply.objects.filter(pk=pk).update(error=text, next_try=timezone.now() + PAUSE)
        return False
    return True


def _project_from(row: RuleToApply) -> None:
    """In pieces of their own transaction, each with the place that it came to."""
    mine = Assignment.objects.filter(requirement=row.version.requirement).order_by("pk")
    while ids := list(mine.filter(pk__gt=row.cursor).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            project_all(Assignment.objects.filter(pk__in=ids))
            row.cursor, row.next_try = ids[-1], timezone.now() + LEASE
            row.save(update_fields=["cursor", "next_try"])


def apply_all(requirement: Requirement, *, today: date) -> Refreshed:
    """All at once, within the caller's transaction: for a dry run."""
    project_all(requirement.assignments.all())
    return follow(requirement, today=today)


def follow(requirement: Requirement, *, today: date) -> Refreshed:
    """What the new dates of the proofs mean for renewals that are open, then who owes and by when."""
    _follow_renewals(requirement)
    return refresh(today=today, requirement=requirement)


def _follow_renewals(requirement: Requirement) -> None:
    """An open renewal is due when the proof before it ends. A proof that lasts longer now counts for it (``choose``)."""
    before = Assignment.objects.filter(
        person=OuterRef("person"),
        requirement=OuterRef("requirement"),
        cycle=OuterRef("cycle") - 1,
        ended_because="renewed",
    )
    renewals = (
        Assignment.objects.open()
        .filter(requirement=requirement, counts_from__isnull=False, completion=None)
        .annotate(proven_until=Subquery(before.values("valid_until")))
        .exclude(proven_until=None)
        .exclude(proven_until=F("carried_until"))
    )
    for ids in batches(renewals, BATCH):
        part = renewals.filter(pk__range=(ids[0], ids[-1]))
        part.update(carried_until=F("proven_until"), due_on=F("proven_until"))
