"""Named ways to read agreements, and who may see which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from lms.partners.trees import below
from lms.people.models import Office, Organisation, Person


def parents() -> dict[int, int | None]:
    """Of every partner, the one that it works for. One query."""
    return dict(Organisation.objects.order_by().values_list("pk", "parent"))


class AgreementQuerySet(models.QuerySet[Any]):
    def unended(self, on: date) -> AgreementQuerySet:
        """Running on that day, or still to begin."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def running(self, on: date) -> AgreementQuerySet:
        return self.unended(on).filter(starts_on__lte=on)

    def of_offices(self, offices: Iterable[Office]) -> AgreementQuerySet:
        return self.filter(office__in=[office.pk for office in offices])

    def kept_by(self, person: Person | None, on: date) -> AgreementQuerySet:
        """What a focal point sees. Fails closed: nobody who is not named under an agreement that has not ended.

        Somebody of a partner who is named under an agreement sees those of the same partner and of its sub-partners, and
        never one above or beside their own organisation; one of our people sees the agreements that name them.
        """
        if person is None or person.merged_into_id or person.has_left(on):
            return self.none()
        named = list(self.model.objects.unended(on).filter(focal_points=person).values_list("pk", "organisation"))
        if person.organisation_id is None:
            return self.filter(pk__in=[pk for pk, _ in named])
        if not named:
            return self.none()
        tree = parents()
        own = below([person.organisation_id], tree)
        return self.filter(organisation__in=below({item for _, item in named if item in own}, tree))


class MemberQuerySet(models.QuerySet[Any]):
    def current(self, on: date) -> MemberQuerySet:
        """Named by that day and not ended; people who have left are out."""
        own = Q(person__left_on__isnull=True) | Q(person__left_on__gt=on)
        kept = Q(person__merged_into__left_on__isnull=True) | Q(person__merged_into__left_on__gt=on)
        staying = Q(person__merged_into__isnull=True) & own | Q(person__merged_into__isnull=False) & kept
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), staying, named_on__lte=on)

    def open(self) -> MemberQuerySet:
        return self.filter(ended_on__isnull=True)


class InvitationQuerySet(models.QuerySet[Any]):
    def usable(self, at: Any) -> InvitationQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=at)

    def due(self, at: Any) -> InvitationQuerySet:
        """E-mails to be sent at that moment, unless a worker that is alive has them, by the database's clock."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        return self.usable(at).filter(free, outcome="", channel="email", not_before__lte=at)

    def claim(self, pk: int, *, by: Any, at: Any, lease: timedelta) -> bool:
        """Take it for sending, unless another worker has it. One conditional UPDATE."""
        due = self.due(at).filter(pk=pk)
        return bool(due.update(claimed_by=by, lease_until=Now() + lease, attempts=F("attempts") + 1))

    def given_up(self, agreement: Any) -> dict[int, str]:
        """People whose last invitation under an agreement could not be sent, with what became of it. A code on paper that
        was made since is another way in."""
        mine = self.filter(agreement=agreement, purpose="learn").order_by("made_at", "pk")
        last = dict(mine.values_list("person", "outcome"))
        return {person: outcome for person, outcome in last.items() if outcome in ("no_address", "failed")}
