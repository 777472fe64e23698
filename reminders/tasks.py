"""What RQ runs: ids in, nothing out. Each may be lost, late or run twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from lms.periodic import kick
from reminders import scheduling, sending
from reminders.models import Message

ONE_ROUND = timedelta(minutes=4)  # well within the ten minutes after which RQ cuts a job off (RQ_QUEUES)


def sweep_and_kick() -> None:
    """Write what is due, then wake a worker for each message."""
    for pk in scheduling.sweep(timezone.now()):
        kick("reminders.tasks.send_message", pk)


def send_message(pk: int) -> None:
    sending.send(pk)


def drain() -> None:
    """Send what is still waiting: for jobs that Redis lost and for workers that died."""
    waiting = Message.objects.waiting(timezone.now()).order_by("pk")
    sending.send_each(waiting.values_list("pk", flat=True)[:500], within=ONE_ROUND)
