"""When the clock starts the courses' jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.management import call_command

from courses.players.external.examining import examine_all
from courses.players.external.forgetting import forget_old_files
from courses.players.external.lti.forgetting import forget_old_launches
from lms.periodic import periodic


@periodic(every=timedelta(minutes=5), name="courses.publish_scheduled")
def publish_scheduled(now: datetime) -> None:
    """Wagtail's own command: pages whose time to go live, or to end, has come."""
    call_command("publish_scheduled", verbosity=0)


@periodic(every=timedelta(minutes=2), name="courses.examine_proofs")
def examine_proofs(now: datetime) -> None:
    """What no worker was woken for, and files that the scanner has not answered about."""
    examine_all()


@periodic(every=timedelta(hours=24), name="courses.forget_proof_files")
def forget_proof_files(now: datetime) -> None:
    """Files of proofs that were refused long ago."""
    forget_old_files(now=now)


@periodic(every=timedelta(hours=24), name="courses.forget_tool_launches")
def forget_tool_launches(now: datetime) -> None:
    """Launches, tokens and requests of LTI tools whose time is over."""
    forget_old_launches(now=now)
