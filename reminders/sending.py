"""Sends messages: claims one, reads standing again, hands it to the mail server, marks it sent."""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import uniform
from time import monotonic

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from reminders.messages import compose
from reminders.models import Message, Reminder
from reminders.recipients import OTHER_RECIPIENT, Recipients

logger = logging.getLogger(__name__)

# Longer than a mail server can take that answers each of some ten commands just within EMAIL_TIMEOUT (20 seconds).
LEASE = timedelta(minutes=5)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=2)
NOTHING: Mapping[str, list[int]] = {}


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
    needed, dropped = still_needed(message, at)
    if not needed:
        _settle(message, mine, dropped=dropped, state=Message.State.CANCELLED)
        return False
    email = None
    try:
        email = compose(message=message, reminders=needed, at=at)
        if not Message.objects.renew(message_pk, by=mine, until=timezone.now() + LEASE):
            return False
        email.send()
    except Exception as error:  # whatever is wrong with one message, the others must go
        _failed(message, mine, error, handed_over=email is not None)
        return False
    return _settle(
        message,
        mine,
        dropped=dropped,
        sent=[item.pk for item in needed],
        state=Message.State.SENT,
        sent_at=timezone.now(),
        address=message.recipient.address,
        language=message.recipient.language,
        subject=email.subject,
        body=email.record,
        last_error="",
    )


def send_each(messages: Iterable[int], *, at: datetime | None = None, within: timedelta | None = None) -> int:
    """Send them one by one; how many went. One that breaks us does not hold up the others: its lease brings it back.

    None is begun when the time ``within`` is over; the rest goes with the next round.
    """
    sent, began = 0, monotonic()
    for pk in list(messages):
        if within is not None and monotonic() - began >= within.total_seconds():
            break
        try:
            sent += send(pk, at=at)
        except Exception:
            logger.exception("message %s broke the sender", pk)
    return sent


def still_needed(message: Message, at: datetime) -> tuple[list[Reminder], dict[str, list[int]]]:
    """The message's reminders whose task is still open; the ids of the others by the reason. Writes nothing."""
    planned = list(
        message.reminders.filter(state=Reminder.State.PLANNED)
        .select_related("assignment__person__office", "assignment__requirement")
        .order_by("assignment__due_on", "assignment__person__name", "pk")
    )
    recipients = Recipients([item.assignment for item in planned], now=at)
    needed, dropped = [], defaultdict(list)
    for reminder in planned:
        reason = recipients.not_about(reminder.assignment) or _not_this_one(reminder, message, recipients)
        if reason:
            dropped[reason].append(reminder.pk)
        else:
            needed.append(reminder)
    return needed, dropped


def _not_this_one(reminder: Reminder, message: Message, recipients: Recipients) -> str:
    """Why the task is still to be reminded of, but not by this reminder to this person."""
    assignment = reminder.assignment
    if reminder.anchor not in (assignment.due_on, assignment.opened_on):
        return "moved"
    return "" if recipients.of(assignment, reminder.audience) == message.recipient else OTHER_RECIPIENT


def _failed(message: Message, mine: uuid.UUID, error: Exception, *, handed_over: bool) -> None:
    """An address that is refused for good is shown to HR; anything else is tried again, later each time."""
    address = message.recipient.address
    if handed_over and _is_for_good(error, address):
        _settle(message, mine, state=Message.State.FAILED, address=address, last_error=str(error) or repr(error))
        return
    wait = min(FIRST_RETRY * 2 ** min(message.attempts, 10), LONGEST_RETRY) * uniform(0.8, 1.2)
    _settle(
        message,
        mine,
        state=Message.State.READY,
        not_before=timezone.now() + wait,
        last_error=str(error) or repr(error),
    )
    expected = isinstance(error, (smtplib.SMTPException, OSError))
    logger.warning(
        "message %s was not sent: %s", message.pk, type(error).__name__, exc_info=None if expected else error
    )


def _is_for_good(error: Exception, address: str) -> bool:
    """The server refuses the address, or no e-mail can be written to it.

    A ValueError alone does not say so: our own sender's address or the server's TLS certificate raise one as well.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    if not isinstance(error, ValueError):
        return False
    try:
        validate_email(address)
    except ValidationError:
        return True
    return False


def _settle(
    message: Message,
    mine: uuid.UUID,
    *,
    dropped: Mapping[str, list[int]] = NOTHING,
    sent: Iterable[int] = (),
    **values: object,
) -> bool:
    """Write the outcome of the message and of its reminders together, unless the lease went to another worker meanwhile.

    Apart, a worker that dies between the two would leave the reminders of a sent message to the next day's.
    """
    held = Message.objects.filter(pk=message.pk, claimed_by=mine, state=Message.State.SENDING)
    with transaction.atomic():
        if not held.update(**values, lease_until=None):
            return False
        Reminder.objects.filter(pk__in=list(sent)).update(state=Reminder.State.SENT)
        for reason, reminders in dropped.items():
            Reminder.objects.filter(pk__in=reminders).update(state=Reminder.State.CANCELLED, because=reason)
    return True
