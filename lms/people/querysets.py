"""Named ways to read offices and people, and who may see whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from lms.conf import conf

if TYPE_CHECKING:
    from lms.people.models import Office


class OfficeQuerySet(MP_NodeQuerySet):  # type: ignore[misc]  # treebeard ships no types
    def visible_to(self, user: Any) -> OfficeQuerySet:
        """Offices whose figures the user may see: those given to them today, those they head, and all below.

        Fails closed: no grant, no office. Superusers see all.
        """
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        today = timezone.localdate()
        roots = self.model.objects.filter(
            Q(pk__in=user.office_access.running(today).values("office"))
            | Q(headships__person__user=user, headships__starts_on__lte=today)
            & (Q(headships__person__left_on__isnull=True) | Q(headships__person__left_on__gt=today))
            & (Q(headships__ends_on__isnull=True) | Q(headships__ends_on__gte=today))
        )
        above = roots.annotate(outer_path=ExpressionWrapper(OuterRef("path"), output_field=CharField())).filter(
            outer_path__startswith=F("path")
        )
        return self.filter(Exists(above))


class OfficeManager(MP_NodeManager):  # type: ignore[misc]
    def get_queryset(self) -> OfficeQuerySet:
        return OfficeQuerySet(self.model).order_by("path")

    def visible_to(self, user: Any) -> OfficeQuerySet:
        return self.get_queryset().visible_to(user)


class OfficeAccessQuerySet(models.QuerySet[Any]):
    def running(self, on: date) -> OfficeAccessQuerySet:
        """Given for that day: begun, and its last day has not passed."""
        begun = Q(starts_on__isnull=True) | Q(starts_on__lte=on)
        return self.filter(begun & (Q(ends_on__isnull=True) | Q(ends_on__gte=on)))


class PersonQuerySet(models.QuerySet[Any]):
    def employed(self, on: date) -> PersonQuerySet:
        """Everybody who has not left by that day; joiners who start later are included, second records of a person not."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gt=on), merged_into=None)

    def numbered(self, numbers: Collection[str]) -> PersonQuerySet:
        """With one of very many numbers. One array, since a parameter for each is parsed three times over."""
        if connections[self.db].vendor == "postgresql":
            return self.filter(number__in=RawSQL("SELECT unnest(%s::text[])", [list(numbers)]))
        return self.filter(number__in=numbers)

    def with_address(self, address: str) -> PersonQuerySet:
        """Of the organisation, or their own; nobody where it is empty."""
        mine = Q(email__iexact=address) | Q(personal_email__iexact=address)
        return self.filter(mine) if address else self.none()

    def below(self, office: Office) -> PersonQuerySet:
        return self.filter(office__path__startswith=office.path)


def away(on: date, person: str = "person", *, known_at: datetime | None = None) -> Exists:
    """True where the person is on an approved absence of more than LMS_LONG_LEAVE_DAYS that covers the day."""
    from lms.people.history_models import KnownLeave
    from lms.people.models import Leave

    leaves = Leave.objects.all() if known_at is None else KnownLeave.objects.at(known_at)
    return Exists(
        leaves.filter(
            person=OuterRef(person),
            first_day__lte=on,
            last_day__gte=on,
            last_day__gt=F("first_day") + timedelta(days=conf.LONG_LEAVE_DAYS - 1),
        )
    )
