"""Sends messages: claims one, reads standing again, hands it to the mail server, marks it sent."""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import uniform

from django.utils import timezone

from lms.people.models import Person
from reminders.messages import compose
from reminders.models import Message, Reminder
from reminders.recipients import people_away

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=2)


def send(message_pk: int, *, at: datetime | None = None) -> bool:
    """Send it, unless another worker has it or nothing in it is needed any more. True if this call sent it.

    ``at`` is the moment for which standing is read; leases always run on the real clock. A worker that dies between the
    server's answer and the mark leaves the lease to expire: the message then goes once more with the same Message-ID.
    """
    mine = uuid.uuid4()
    at = at or timezone.now()
    if not Message.objects.claim(message_pk, by=mine, at=at, until=timezone.now() + LEASE):
        return False
    message = Message.objects.select_related("recipient__office", "recipient__user").get(pk=message_pk)
    needed = still_needed(message, at)
    if not needed or not message.recipient.address:
        _finish(message, mine, state=Message.State.CANCELLED)
        return False
    try:
        email = compose(message=message, reminders=needed, at=at)
        email.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        _failed(message, mine, error)
        return False
    sent = _finish(
        message,
        mine,
        state=Message.State.SENT,
        sent_at=timezone.now(),
        address=message.recipient.address,
        language=message.recipient.language,
        subject=email.subject,
        body=email.body,
        last_error="",
    )
    if sent:
        Reminder.objects.filter(pk__in=[item.pk for item in needed]).update(state=Reminder.State.SENT)
    return sent


def send_each(messages: Iterable[int], *, at: datetime | None = None) -> int:
    """Send them one by one; how many went. One that breaks us does not hold up the others: its lease brings it back."""
    sent = 0
    for pk in list(messages):
        try:
            sent += send(pk, at=at)
        except Exception:
            logger.exception("message %s broke the sender", pk)
    return sent


def still_needed(message: Message, at: datetime) -> list[Reminder]:
    """The message's reminders whose task is still open; the others are cancelled with the reason."""
    today = timezone.localdate(at, timezone=UTC)  # standing is read by days of UTC (docs/figures.md)
    planned = list(
        message.reminders.filter(state=Reminder.State.PLANNED)
        .select_related("assignment__person__office", "assignment__requirement", "rung")
        .order_by("assignment__due_on", "assignment__person__name")
    )
    away = people_away({item.assignment.person_id for item in planned}, today)
    needed = []
    for reminder in planned:
        reason = _no_longer(reminder, today, away, message.recipient)
        if reason:
            Reminder.objects.filter(pk=reminder.pk).update(state=Reminder.State.CANCELLED, because=reason)
        else:
            needed.append(reminder)
    return needed


def _no_longer(reminder: Reminder, today: date, away: set[int], recipient: Person) -> str:
    assignment = reminder.assignment
    if assignment.ended_on is not None:
        return "ended"
    if assignment.person.has_left(today) or recipient.has_left(today):
        return "left"
    if assignment.person_id in away:
        return Reminder.ON_LEAVE
    if assignment.completed_on is not None and assignment.valid_until is not None and assignment.valid_until >= today:
        return "complete"  # its renewal is asked for by the next cycle
    standing = assignment.standing_on(today)
    return "" if standing.is_open else standing.value


def _failed(message: Message, mine: uuid.UUID, error: Exception) -> None:
    """A refusal for good is shown to HR; anything else is tried again, later each time."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _ in error.recipients.values()
    )
    unmailable = isinstance(error, ValueError) and not isinstance(error, OSError)
    if refused or unmailable:
        address = message.recipient.address
        _finish(message, mine, state=Message.State.FAILED, address=address, last_error=str(error) or repr(error))
        return
    wait = min(FIRST_RETRY * 2 ** min(message.attempts, 10), LONGEST_RETRY) * uniform(0.8, 1.2)
    _finish(
        message,
        mine,
        state=Message.State.READY,
        not_before=timezone.now() + wait,
        last_error=str(error) or repr(error),
    )
    logger.warning("message %s was not sent: %s", message.pk, type(error).__name__)


def _finish(message: Message, mine: uuid.UUID, **values: object) -> bool:
    """Write the outcome, unless the lease went to another worker meanwhile."""
    return bool(
        Message.objects.filter(pk=message.pk, claimed_by=mine, state=Message.State.SENDING).update(
            **values, lease_until=None
        )
    )
