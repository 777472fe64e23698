"""Named ways to read proofs: whose turn it is, who may see them, and which are past the service level."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import BooleanField, Case, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from lms.people.models import Office, Person

OPEN = ("waiting", "more_needed")
SERVICE_DAYS = 7
"""Where no page says otherwise."""


class ProofQuerySet(models.QuerySet[Any]):
    def of(self, person: Person) -> ProofQuerySet:
        """Of the person, and of records that were merged into theirs."""
        return self.filter(Q(person=person) | Q(person__merged_into=person))

    def open(self) -> ProofQuerySet:
        return self.filter(state__in=OPEN)

    def to_be_checked(self) -> ProofQuerySet:
        return self.filter(state="waiting")

    def to_be_examined(self, *, is_scanned: bool) -> ProofQuerySet:
        """Also those whose files came when there was no scanner. What was never looked at comes first."""
        unscanned = apps.get_model("lms_courses", "ProofFile").objects.filter(
            proof=OuterRef("pk"), scan__in=["none", "waiting"]
        )
        checks = apps.get_model("lms_courses", "ProofCheck").objects.filter(proof=OuterRef("pk"))
        wanted = Q(examined_at=None) | (Exists(unscanned) if is_scanned else Q(pk__in=[]))
        found = self.to_be_checked().filter(wanted).annotate(was_looked_at=Exists(checks))
        return found.order_by("was_looked_at", "handed_in_at", "pk")

    def in_offices(self, offices: list[Office]) -> ProofQuerySet:
        """Of people who are in these offices now: of a merged record the one that is kept."""
        found = [office.pk for office in offices]
        return self.filter(
            Q(person__merged_into=None, person__office__in=found) | Q(person__merged_into__office__in=found)
        )

    def ruled(self, now: datetime) -> ProofQuerySet:
        """With the ``days`` of their service level and whether they are ``overdue``; what waits longest comes first."""
        pages = apps.get_model("lms_courses", "ExternalPage").objects
        rule = pages.filter(activity=OuterRef("activity")).order_by("-live", _english_first(), "pk")
        days = Coalesce(Subquery(rule.values("service_days")[:1]), SERVICE_DAYS)
        # A case for each of the few numbers of days: no arithmetic with intervals that two databases do differently.
        late = [
            When(days=number, handed_in_at__lt=now - timedelta(days=number), then=Value(True))
            for number in {SERVICE_DAYS, *pages.values_list("service_days", flat=True)}
        ]
        return self.annotate(days=days).annotate(
            overdue=Case(When(~Q(state="waiting"), then=Value(False)), *late, default=Value(False),
                         output_field=BooleanField()),
            turn=Case(When(state="waiting", then=Value(0)), When(state="more_needed", then=Value(1)), default=Value(2),
                      output_field=IntegerField()),
        )  # fmt: skip

    def in_turn(self) -> ProofQuerySet:
        """What waits for who checks, then what waits for the person, then what is decided, newest first."""
        return self.order_by("turn", Case(When(turn=2, then=None), default=F("handed_in_at")), "-handed_in_at", "pk")


def _english_first() -> Case:
    return Case(When(locale__language_code="en", then=Value(0)), default=Value(1), output_field=IntegerField())
