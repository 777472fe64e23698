"""Sends messages: claims some, reads standing again, hands them to the mail server one by one, marks each as sent.

Many are claimed and read at once, since it is the round trips to the database that cost. But the mark of one is in the
database before the next is handed over: a worker that dies leaves one message at most of which nobody knows whether it
went. That one goes again under the same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from time import monotonic, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from lms.redacting import without_addresses
from reminders.leasing import work_off
from reminders.marking import mark_sent
from reminders.messages import Composer
from reminders.models import Bounce, Message, Reminder
from reminders.packing import Letter, hand_over
from reminders.places import Place, Places
from reminders.reaching import is_about_address, status_in
from reminders.recipients import OTHER_RECIPIENT, Recipients
from reminders.returning import keep_refusal
from reminders.telling import find_words, is_to_wait

logger = logging.getLogger(__name__)

CLAIM = 200
READ = 100
"""Of so many messages standing is read at once: the last of them goes a moment later."""
FRESH = 2.0
"""Seconds for which that holds: where the mail server is slow, people complete meanwhile, and it is read again."""
# Longer than a mail server can take that answers each of some ten commands just within EMAIL_TIMEOUT (20 seconds).
LEASE, ONE_HANDOVER = timedelta(minutes=8), timedelta(minutes=4)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=2)
LOST_IN_A_ROW = 3
DEAD = "Mail to this address comes back."
FAILING_SINCE = Coalesce("failing_since", Now())


def send_waiting(*, at: datetime | None = None, within: timedelta | None = None) -> int:
    """Send what waits, unless other workers have it or nothing in it is needed any more; how many went.

    ``at`` is the moment for which standing is read and which decides what waits; leases run on the database's clock.
    A mail server that cannot be reached ends the round.
    """
    sender = Sender(at or timezone.now())
    work_off(sender, within=within)
    return sender.sent


@dataclass(frozen=True)
class Ready:
    """A message with what it says, ready to be handed over."""

    message: Message
    email: Letter


class Sender:
    """One worker in one round: what it has claimed, and its connection to the mail server."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.mine = uuid.uuid4()
        self.sent = 0
        self.is_cut_off = False
        self._lost = 0
        self._places = Places()
        self._composer = Composer(at)
        self._claimed: list[int] = []
        self._done: list[int] = []
        self._connection: Any = None
        self._held_until = self._read_at = 0.0

    def claim(self) -> bool:
        """Take messages; False where none waits."""
        self._claimed = Message.objects.claim(by=self.mine, at=self.at, lease=LEASE, most=CLAIM)
        self._held_until = monotonic() + LEASE.total_seconds()
        return bool(self._claimed)

    def work(self, until: float | None) -> None:
        left, at_once = self._claimed, READ
        while left:
            read, left = left[:at_once], left[at_once:]
            self._read_at = time()  # the clock on the wall goes on while a machine sleeps
            letters = self._written(read)
            for number, letter in enumerate(letters):
                if self.is_cut_off or (until is not None and monotonic() >= until):
                    return
                if number and abs(time() - self._read_at) > FRESH:
                    left, at_once = [item.message.pk for item in letters[number:]] + left, number
                    break
                if self._still_holds(letter.message.pk):
                    self._hand_over(letter)
            else:
                at_once = min(2 * at_once, READ)

    def let_go(self) -> None:
        """Give back what was not come to, and note of the others' reminders that they are sent."""
        self._hang_up()
        self._held().update(state=Message.State.READY, claimed_by=None, lease_until=None)
        planned = Reminder.objects.filter(state=Reminder.State.PLANNED, message__in=self._done)
        planned.filter(message__state=Message.State.SENT).update(state=Reminder.State.SENT)
        self._done = []

    def _held(self) -> QuerySet[Message]:
        """What is left of what was claimed. Found by key: whoever claimed what stands in no index."""
        return Message.objects.held(self.mine).filter(pk__in=self._claimed)

    def _still_holds(self, pk: int) -> bool:
        """Whether there is time for handing it over; where it is short it is asked for, of the database."""
        if self._held_until - monotonic() > ONE_HANDOVER.total_seconds():
            return True
        self._held_until = monotonic() + LEASE.total_seconds()
        held = self._held().filter(lease_until__gt=Now())
        held.update(lease_until=Now() + LEASE)
        return held.filter(pk=pk).exists() or self._doubts()

    def _doubts(self) -> bool:
        """One that it took to be its own has gone to another: it stood still unnoticed, and reads anew what it has."""
        self._held_until = self._read_at = 0.0
        return False

    def _written(self, ids: list[int]) -> list[Ready]:
        """What is still to be sent of these; the others are cancelled, or wait until their recipient's day begins."""
        messages = Message.objects.held(self.mine).select_related("recipient__office", "recipient__user")
        found = {message.pk: message for message in messages.filter(pk__in=ids).order_by("pk")}
        dropped = defaultdict[str, list[int]](list)
        addresses = [message.recipient.address.lower() for message in found.values()]
        dead = set(Bounce.objects.dead().filter(address__in=addresses).values_list("address", flat=True))
        to_write = []
        for message, reminders in self._still_needed(found, dropped):
            address = message.recipient.address
            opens = self._places.opens(Place.of(message.recipient), self.at)
            if opens > self.at:
                self._settle(message, state=Message.State.READY, not_before=opens)
            elif not reminders:
                self._settle(message, state=Message.State.CANCELLED)
            elif address.lower() in dead:
                self._settle(message, state=Message.State.FAILED, address=address, last_error=DEAD)
            else:
                to_write.append((message, reminders))
        for reason, gone in dropped.items():
            Reminder.objects.filter(pk__in=gone).update(state=Reminder.State.CANCELLED, because=reason)
        self._composer.make_links(to_write)
        return [letter for message, reminders in to_write for letter in self._compose(message, reminders)]

    def _still_needed(
        self, messages: dict[int, Message], dropped: dict[str, list[int]]
    ) -> Iterable[tuple[Message, list[Reminder]]]:
        """Each message with the reminders whose task is still open, and what is still to be told; the ids of the others by
        the reason."""
        planned = list(
            Reminder.objects.filter(message__in=messages, state=Reminder.State.PLANNED)
            .select_related("assignment__person__office", "assignment__requirement")
            .order_by("assignment__due_on", "assignment__person__name", "pk")
        )
        recipients = Recipients([item.task for item in planned if not item.is_notice], now=self.at)
        for item in planned:  # as it was read with its message
            item.recipient = messages[item.message_id].recipient  # type: ignore[index]
        planned = [item for item in planned if not item.is_notice or not is_to_wait(item)]
        unsaid = find_words([item for item in planned if item.is_notice], today=recipients.today)
        needed = defaultdict[int, list[Reminder]](list)
        for reminder in planned:
            assert reminder.message_id is not None
            message = messages[reminder.message_id]
            if reminder.is_notice:
                reason = unsaid.get(reminder.pk, "")
            else:
                reason = recipients.not_about(reminder.task) or _not_this_one(reminder, message, recipients)
            (dropped[reason].append(reminder.pk) if reason else needed[message.pk].append(reminder))
        return [(message, needed[message.pk]) for message in messages.values()]

    def _compose(self, message: Message, reminders: list[Reminder]) -> list[Ready]:
        try:
            return [Ready(message, self._composer.compose(message=message, reminders=reminders))]
        except Exception as error:  # whatever is wrong with one message, the others must go
            self._failed(message, error)
            return []

    def _hand_over(self, letter: Ready) -> None:
        if not self._is_connected():
            return
        message, email = letter.message, letter.email
        try:
            hand_over(email, self._connection)
        except Exception as error:
            self._failed(message, error, for_good=_is_for_good(error, message.recipient.address))
            self._lost = self._lost + 1 if _is_lost(error) else 0
            self.is_cut_off = self._lost == LOST_IN_A_ROW
            if _is_lost(error):
                self._hang_up()
            return
        self._lost = 0
        self.sent += mark_sent(message, email, by=self.mine) or self._doubts()
        self._done.append(message.pk)

    def _is_connected(self) -> bool:
        """One connection for the whole round. A server that cannot be reached puts off all that is held."""
        if self._connection is not None:
            return True
        try:
            connection = get_connection()
            connection.open()
        except Exception as error:  # no such server, no such setting: nothing is wrong with the messages
            self.is_cut_off = True
            wait = _wait(1)
            self._held().update(
                state=Message.State.READY, claimed_by=None, lease_until=None, not_before=timezone.now() + wait,
                last_error=str(error) or repr(error), failing_since=FAILING_SINCE,
            )  # fmt: skip
            logger.warning("the mail server cannot be reached: %s", type(error).__name__)
            return False
        self._connection = connection
        return True

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _failed(self, message: Message, error: Exception, *, for_good: bool = False) -> None:
        """An address that is refused for good is shown to HR; anything else is tried again, later each time."""
        text = without_addresses(str(error) or repr(error))
        if for_good:
            address = message.recipient.address
            since = None if _says_why(error) else FAILING_SINCE
            if self._settle(
                message, state=Message.State.FAILED, address=address, last_error=text, failing_since=since
            ):
                keep_refusal(message=message, error=error)
            return
        later = timezone.now() + _wait(message.attempts)
        again = self._places.opens(Place.of(message.recipient), later)
        since = FAILING_SINCE if again == later else None  # nobody tries until the recipient's day begins
        self._settle(message, state=Message.State.READY, not_before=again, last_error=text, failing_since=since)
        expected = isinstance(error, (smtplib.SMTPException, OSError))
        logger.warning(
            "message %s was not sent: %s", message.pk, type(error).__name__, exc_info=None if expected else error
        )

    def _settle(self, message: Message, *, failing_since: Any = None, **values: Any) -> bool:
        """Write what became of it, unless it has gone to another worker meanwhile. One UPDATE: whole, or not at all."""
        values |= {"failing_since": failing_since, "lease_until": None}
        written = Message.objects.held(self.mine).filter(pk=message.pk).update(**values)
        return bool(written) or self._doubts()


def _not_this_one(reminder: Reminder, message: Message, recipients: Recipients) -> str:
    """Why the task is still to be reminded of, but not by this reminder to this person."""
    assignment = reminder.task
    if reminder.anchor not in (assignment.due_on, assignment.opened_on):
        return "moved"
    return "" if recipients.speaks_to(assignment, reminder.audience, message.recipient) else OTHER_RECIPIENT


def _wait(attempts: int) -> timedelta:
    return min(FIRST_RETRY * 2 ** min(attempts, 10), LONGEST_RETRY) * uniform(0.8, 1.2)


def _says_why(error: Exception) -> bool:
    """What is refused for good is so because of its address. Without a code it may be that the server refuses everybody."""
    return not isinstance(error, smtplib.SMTPRecipientsRefused) or bool(status_in(str(error)))


def _is_lost(error: Exception) -> bool:
    """The connection is gone, or the server is about to close it (421)."""
    closing = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == 421
    refused = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
    return closing or (isinstance(error, OSError) and not refused)


def _is_for_good(error: Exception, address: str) -> bool:
    """The server refuses the address, or no e-mail can be written to it.

    A server that forbids us to relay refuses everybody: that passes when it is mended. A ValueError alone does not say so:
    our own sender's address or the server's TLS certificate raise one as well.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(
            500 <= code < 600 and is_about_address(status_in(str(answer)))
            for code, answer in error.recipients.values()
        )
    if not isinstance(error, ValueError):
        return False
    try:
        validate_email(address)
    except ValidationError:
        return True
    return False
