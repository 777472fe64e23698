"""When the clock starts the reminders' jobs."""

from __future__ import annotations

from datetime import datetime

from lms.periodic import periodic
from reminders import alarming
from reminders.channels.tasks import nudge
from reminders.returning import hold_back
from reminders.tasks import drain, sweep_and_kick
from reminders.watching import CHANNELS, DRAIN, EVERY, HOLD_BACK, SWEEP, WATCH


@periodic(every=EVERY[SWEEP], name=SWEEP)
def sweep(now: datetime) -> None:
    sweep_and_kick()


@periodic(every=EVERY[DRAIN], name=DRAIN)
def drain_outbox(now: datetime) -> None:
    drain()


@periodic(every=EVERY[CHANNELS], name=CHANNELS)
def nudge_in_channels(now: datetime) -> None:
    nudge()


@periodic(every=EVERY[HOLD_BACK], name=HOLD_BACK)
def hold_back_what_returned(now: datetime) -> None:
    hold_back()


@periodic(every=EVERY[WATCH], name=WATCH, by_clock=True)
def watch(now: datetime) -> None:
    alarming.watch(now)
