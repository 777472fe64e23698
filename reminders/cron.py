"""When the clock starts the reminders' jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.periodic import periodic
from reminders.channels.tasks import nudge
from reminders.returning import hold_back
from reminders.tasks import drain, sweep_and_kick


@periodic(every=timedelta(minutes=5), name="reminders.sweep")
def sweep(now: datetime) -> None:
    sweep_and_kick()


@periodic(every=timedelta(minutes=1), name="reminders.drain")
def drain_outbox(now: datetime) -> None:
    drain()


@periodic(every=timedelta(minutes=1), name="reminders.channels")
def nudge_in_channels(now: datetime) -> None:
    nudge()


@periodic(every=timedelta(minutes=5), name="reminders.hold_back")
def hold_back_what_returned(now: datetime) -> None:
    hold_back()
