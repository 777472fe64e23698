"""Named ways to read classroom sessions; where a session stands, as an expression of the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lms.people.models import Office, Person


class State(models.TextChoices):
    """Where a session stands; what waits for somebody comes first in lists."""

    TO_SIGN = "to_sign", _("To be signed")
    AWAITING = "awaiting", _("Awaiting confirmations")
    UPCOMING = "upcoming", _("Upcoming")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


def _number(rows: Any) -> Coalesce:
    """How many there are of each session, as a subquery; joins would count products."""
    counted = rows.order_by().values("session").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class SessionQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person | None, offices: list[Office]) -> SessionQuerySet:
        """Those held in these offices, and those that the person holds."""
        own = Q(facilitator=person) if person else Q(pk__in=[])
        return self.filter(own | Q(office__in=[office.pk for office in offices]))

    def counted(self, now: datetime) -> SessionQuerySet:
        """With ``listed``, ``present``, ``confirmed`` and ``state``."""
        seats, sheets, entries, confirmations = (
            apps.get_model("lms_courses", name).objects for name in ("Seat", "Sheet", "SheetEntry", "Confirmation")
        )
        last = sheets.filter(session=OuterRef("pk")).order_by("-number").values("pk")[:1]
        present = (
            entries.filter(sheet=OuterRef("last_sheet"), is_present=True)
            .order_by().values("sheet").annotate(n=Count("pk")).values("n")
        )  # fmt: skip
        return self.annotate(
            listed=_number(seats.filter(session=OuterRef("pk"))),
            last_sheet=Subquery(last),
            present=Coalesce(Subquery(present, output_field=IntegerField()), 0),
            confirmed=_number(confirmations.filter(session=OuterRef("pk"))),
            state=Case(
                When(cancelled_at__isnull=False, then=Value(State.CANCELLED.value)),
                When(last_sheet__isnull=True, ends_at__gt=now, then=Value(State.UPCOMING.value)),
                When(last_sheet__isnull=True, then=Value(State.TO_SIGN.value)),
                When(present__gt=F("confirmed"), then=Value(State.AWAITING.value)),
                default=Value(State.DONE.value),
                output_field=CharField(),
            ),
            urgency=Case(
                *(When(state=state.value, then=Value(place)) for place, state in enumerate(State)),
                output_field=IntegerField(),
            ),
        )
