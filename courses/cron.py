"""When the clock starts the courses' jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.management import call_command

from lms.periodic import periodic


@periodic(every=timedelta(minutes=5), name="courses.publish_scheduled")
def publish_scheduled(now: datetime) -> None:
    """Wagtail's own command: pages whose time to go live, or to end, has come."""
    call_command("publish_scheduled", verbosity=0)
