"""Takes what comes back: keeps it once as a fact, and holds what was sent to an address that is dead."""

from __future__ import annotations

import logging
import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.people.models import Person
from lms.redacting import without_addresses
from reminders.bounce_reports import MAX_REASON, Report, plain
from reminders.models import Bounce, Message, Reminder
from reminders.reaching import is_permanent, status_in

logger = logging.getLogger(__name__)
STRAYS_A_DAY = 1000
KINDS = {"failed": Bounce.Kind.BOUNCE, "complained": Bounce.Kind.COMPLAINT, "delivered": Bounce.Kind.DELIVERED}
NO_SUCH_FORM = "5.1.3"


def take(*, report: Report) -> None:
    """Keep it, once however often it is told; it has an effect only if message and address are those of one we sent.

    Whoever can write to the address to which mail comes back could else silence anybody. That a message is late, or went
    on to a system that tells no more, is nothing to keep.
    """
    kind = KINDS.get(report.action)
    if kind is None:
        return
    with transaction.atomic():
        message = message_of(report)
        if message is None:
            _keep_stray(report, kind)
            return
        address = address_of(message)
        at = _moment_of(report, message)
        Bounce.objects.get_or_create(
            message=message, address=address, kind=kind, permanent=report.permanent,
            defaults={
                "does_fit": True, "told_message_id": message.message_id, "status": report.status,
                "reason": report.reason, "at": at, "day": at.astimezone(UTC).date(),
            },
        )  # fmt: skip
        if kind == Bounce.Kind.BOUNCE:
            _say_on(message, report)
            hold_back(address=address)
        elif kind == Bounce.Kind.DELIVERED and not Bounce.objects.is_dead(address):
            _let_go(address)


def message_of(report: Report) -> Message | None:
    """The message that the report is about; None unless it went to one of the addresses that the report names."""
    found: Message | None = (
        Message.objects.filter(message_id=report.message_id).select_related("recipient").first()
        if report.message_id
        else None
    )
    return found if found is not None and address_of(found) in report.addresses else None


def address_of(message: Message) -> str:
    """Where it was sent, in lower case. A report can be quicker than the mark that the message is sent."""
    sent_to = message.address or (message.recipient.address if message.attempts else "")
    return str(sent_to).lower()


def keep_refusal(*, message: Message, error: Exception) -> None:
    """The server refused the address while we were speaking to it: the same fact as one that comes back later.

    Only where its code says so.
    """
    said = NO_SUCH_FORM
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
                   for _, answer in error.recipients.values()]  # fmt: skip
        said = " ".join(answers)
    status, now = status_in(said), timezone.now()
    if not is_permanent(status):
        return
    Bounce.objects.get_or_create(
        message=message, address=message.recipient.address.lower()[:254], kind=Bounce.Kind.BOUNCE, permanent=True,
        defaults={
            "does_fit": True, "told_message_id": message.message_id, "status": status,
            "reason": "" if said == NO_SUCH_FORM else plain(said, MAX_REASON), "at": now, "day": now.astimezone(UTC).date(),
        },
    )  # fmt: skip


def hold_back(*, address: str = "") -> int:
    """What was sent to a dead address and came back waits again, as what is refused does; how many messages.

    It goes when the feed brings another address (``MessageManager.gone``) or HR says that this one works. Without an
    address: everywhere, for a report that came between a message's handing over and its mark.
    """
    dead = Bounce.objects.dead()
    dead = dead.filter(address=address) if address else dead
    came_back = Bounce.objects.that_count().filter(address__in=dead.values("address"))
    with transaction.atomic():
        sent = Message.objects.filter(state=Message.State.SENT, pk__in=came_back.values("message"))
        held = list(sent.values_list("pk", flat=True))
        Message.objects.filter(pk__in=held).update(state=Message.State.FAILED)
        Reminder.objects.filter(message__in=held, state=Reminder.State.SENT).update(state=Reminder.State.PLANNED)
    return len(held)


def say_it_works(*, person: Person, by: Any) -> bool:
    """HR knows better: what is known against the address does not count any more, and what waits goes. False: nothing is.

    Another bounce after this one counts again.
    """
    address, now = person.address.lower(), timezone.now()
    with transaction.atomic():
        if not address or not Bounce.objects.to_be_shown().filter(address=address).exists():
            return False
        Bounce.objects.create(
            kind=Bounce.Kind.WORKS, address=address, does_fit=True, said_by=by.get_username(), at=now,
            day=now.astimezone(UTC).date(),
        )  # fmt: skip
        _let_go(address)
        log(person, "lms.person.address_works", user=by)
    return True


def _let_go(address: str) -> None:
    """What was held because of the address goes with the next messages."""
    Reminder.objects.filter(
        state=Reminder.State.PLANNED, message__state=Message.State.FAILED, message__address__iexact=address
    ).update(message=None, planned_at=timezone.now())


def _moment_of(report: Report, message: Message) -> datetime:
    """Not in the future, and not before the message went. What tells no time is taken for then."""
    now = timezone.now()
    return max(min(report.at or message.sent_at or now, now), message.sent_at or now - timedelta(days=14))


def _say_on(message: Message, report: Report) -> None:
    """In the list of messages, whether or not it counts against the address."""
    said = without_addresses(f"{report.status} {report.reason}".strip())
    settled = [Message.State.SENT, Message.State.FAILED]
    Message.objects.filter(pk=message.pk, state__in=settled).update(last_error=said or "–")


def _keep_stray(report: Report, kind: str) -> None:
    """What fits nothing: that it came, from which domain. So many a day and no more, because anybody can send it."""
    now = timezone.now()
    strays = Bounce.objects.filter(does_fit=False, taken_at__gt=now - timedelta(days=1))
    if strays.count() >= STRAYS_A_DAY:
        logger.warning("more than %s reports that fit no message came in a day", STRAYS_A_DAY)
        return
    domains = [address.rpartition("@")[2] for address in report.addresses]
    Bounce.objects.get_or_create(
        does_fit=False, told_message_id=report.message_id, kind=kind, permanent=report.permanent,
        address=f"@{domains[0]}" if domains else "",
        defaults={"status": report.status, "at": now, "day": now.astimezone(UTC).date()},
    )  # fmt: skip
