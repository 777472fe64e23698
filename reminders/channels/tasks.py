"""What RQ runs: nothing in, nothing out; lost, late or twice without harm."""

from __future__ import annotations

from django.utils import timezone

from reminders.channels.posting import post_waiting
from reminders.channels.writing import write_posts
from reminders.tasks import ONE_ROUND


def nudge() -> None:
    """Write the posts of the messages that have gone, and post what waits."""
    write_posts(timezone.now())
    post_waiting(within=ONE_ROUND)
