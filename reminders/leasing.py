"""Rows as a queue: how workers take some of them, hold them for a while and lose them when they die."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

READY = "ready"


class LeaseManager(models.Manager[Any]):
    """Of rows with ``state``, ``not_before``, ``claimed_by``, ``lease_until`` and ``attempts``.

    Leases run on the database's clock, so that a worker whose own is wrong takes nothing from the others.
    """

    held_state: str
    """The state of a row that a worker has taken."""

    def claim(self, *, by: UUID, at: datetime, lease: timedelta, most: int) -> list[int]:
        """Take so many that no other worker has; their ids. One conditional UPDATE; what another holds locked at that
        moment is passed over."""
        with transaction.atomic():
            free = self.waiting(at).order_by("not_before", "pk").select_for_update(skip_locked=True)
            found = list(free.values_list("pk", flat=True)[:most])
            self.waiting(at).filter(pk__in=found).update(
                state=self.held_state, claimed_by=by, lease_until=Now() + lease, attempts=F("attempts") + 1
            )
        return list(self.held(by).filter(pk__in=found).order_by("pk").values_list("pk", flat=True))

    def held(self, by: UUID) -> models.QuerySet[Any]:
        """What that worker has claimed and no other has taken since."""
        return self.filter(claimed_by=by, state=self.held_state)

    def waiting(self, at: datetime) -> models.QuerySet[Any]:
        """What is to be done at that moment: ready, or left behind by a worker that died, whatever moment is played."""
        ready = Q(state=READY, not_before__lte=at)
        abandoned = Q(state=self.held_state, lease_until__lt=Now())
        unsettled = self.filter(state__in=[READY, self.held_state])  # an index that holds no more than these
        return unsettled.filter(ready | abandoned)


class Worker(Protocol):
    """Takes rows, works on them, and gives back what it did not come to."""

    is_cut_off: bool

    def claim(self) -> bool: ...
    def work(self, until: float | None) -> None: ...
    def let_go(self) -> None: ...


def work_off(worker: Worker, *, within: timedelta | None) -> None:
    """Until nothing waits, the time is over (what is left goes with the next round) or the worker is cut off."""
    until = monotonic() + within.total_seconds() if within is not None else None
    while not worker.is_cut_off and (until is None or monotonic() < until) and worker.claim():
        try:
            worker.work(until)
        finally:
            worker.let_go()
