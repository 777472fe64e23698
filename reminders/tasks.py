"""What RQ runs: nothing in, nothing out. Each may be lost, late or run twice, on several machines at once."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from lms.periodic import kick
from reminders import scheduling, sending
from reminders.models import Message

ONE_ROUND = timedelta(minutes=4)  # well within the ten minutes after which RQ cuts a job off (RQ_QUEUES)
A_ROUND_SENDS = 2000
MOST_WORKERS = 8


def sweep_and_kick() -> None:
    """Write what is due, then wake as many workers as there is work for; each takes what the others have not."""
    now = timezone.now()
    scheduling.sweep(now)
    waiting = Message.objects.waiting(now).count()
    for _ in range(min(-(-waiting // A_ROUND_SENDS), MOST_WORKERS)):
        kick("reminders.tasks.drain")


def drain() -> None:
    """Send what is waiting: also what Redis lost and what a worker left that died."""
    sending.send_waiting(within=ONE_ROUND)
