"""When the clock starts the floor's jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from lms.compliance.delivering import deliver_all
from lms.compliance.tallying import tally_if_large
from lms.log.appending import append_waiting
from lms.log.checkpoints import make_checkpoint
from lms.log.facts import enter_missing
from lms.lrs.effects import follow_up
from lms.lrs.forwarding.sending import forward_all
from lms.partners import inviting
from lms.partners.sending import send_all
from lms.people.linking import forget_ended
from lms.periodic import periodic
from lms.requirements.applying import apply_waiting
from lms.requirements.assigning import refresh
from lms.verifying import verify_and_keep

LONG = timedelta(hours=12)
"""What walks through everything that there ever was."""


@periodic(every=timedelta(hours=1), name="lms.refresh_assignments")
def refresh_assignments(now: datetime) -> None:
    refresh(today=timezone.localdate(now))


@periodic(every=timedelta(minutes=10), name="lms.tally")
def tally(now: datetime) -> None:
    tally_if_large(now)


@periodic(every=timedelta(minutes=1), name="lms.apply_rules")
def apply_rules(now: datetime) -> None:
    apply_waiting(now)


@periodic(every=timedelta(minutes=1), name="lms.follow_effects")
def follow_effects(now: datetime) -> None:
    follow_up(now=now)


@periodic(every=timedelta(minutes=1), name="lms.forward_statements")
def forward_statements(now: datetime) -> None:
    forward_all(now=now)


@periodic(every=timedelta(minutes=5), name="lms.deliver_reports")
def deliver_reports(now: datetime) -> None:
    deliver_all(now=now)


@periodic(every=timedelta(hours=1), name="lms.append_to_log")
def append_to_log(now: datetime) -> None:
    append_waiting()


@periodic(every=timedelta(days=1), name="lms.checkpoint", within=LONG)
def checkpoint(now: datetime) -> None:
    enter_missing()
    make_checkpoint(now=now)


@periodic(every=timedelta(days=1), name="lms.verify", within=LONG)
def verify(now: datetime) -> None:
    verify_and_keep()


@periodic(every=timedelta(days=1), name="lms.forget_links")
def forget_links(now: datetime) -> None:
    forget_ended(now=now)
    inviting.forget_ended(now=now)


@periodic(every=timedelta(minutes=1), name="lms.invite_partners")
def invite_partners(now: datetime) -> None:
    send_all(now=now)
