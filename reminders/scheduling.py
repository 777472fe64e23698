"""The sweep: writes a row for every reminder that is due, and gathers them into one message a person and day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from lms.conf import conf
from lms.people.models import Person
from lms.requirements.models import Assignment
from lms.requirements.standing import Standing
from reminders.ladder import Rung, rung_due
from reminders.models import Ladder, Message, Reminder
from reminders.recipients import Recipients, people_away

BATCH = 1000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Planned:
    """A reminder that is due, before it is written."""

    assignment: Assignment
    rung: Rung
    recipient: Person


def due(now: datetime) -> Iterator[Planned]:
    """Every reminder that is due at that moment and not yet written, in the recipient's own calendar."""
    for ladder in Ladder.objects.filter(is_active=True).prefetch_related("rungs", "requirements"):
        rungs = [
            Rung(id=item.pk, days=item.days, counted_from=item.counted_from, audience=item.audience)  # type: ignore[arg-type]
            for item in ladder.rungs.all()
        ]
        if not rungs:
            continue
        batch: list[Assignment] = []
        for assignment in candidates(ladder, rungs, now).iterator(chunk_size=BATCH):
            batch.append(assignment)
            if len(batch) == BATCH:
                yield from _due_of(batch, ladder, rungs, now)
                batch = []
        yield from _due_of(batch, ladder, rungs, now)


def candidates(ladder: Ladder, rungs: list[Rung], now: datetime):  # type: ignore[no-untyped-def]
    """Open assignments near enough to a rung: the index on the due date keeps the rest out.

    A day more on both sides, because it is already tomorrow or still yesterday somewhere.
    """
    today = timezone.localdate(now)
    offsets = [rung.days for rung in rungs if rung.counted_from == "due"]
    mine = Assignment.objects.open().filter(requirement__in=ladder.requirements.all()).select_related("person__office")
    mine = mine.with_standing(today).exclude(standing__in=[Standing.COMPLETE.value, Standing.WAIVED.value])
    # The proof of this cycle still counts: it is the next cycle that asks for its renewal.
    mine = mine.exclude(completed_on__isnull=False, valid_until__gte=today)
    opening = mine.filter(opened_on__gte=ladder.starts_on, opened_on__lte=today + DAY)
    if not offsets:
        return opening
    near = mine.filter(due_on__lte=today - timedelta(days=min(offsets)) + DAY)
    return near if len(offsets) == len(rungs) else (near | opening)


def _due_of(batch: list[Assignment], ladder: Ladder, rungs: list[Rung], now: datetime) -> Iterator[Planned]:
    recipients = Recipients(batch, today=timezone.localdate(now))
    written = set(Reminder.objects.filter(assignment__in=batch).values_list("assignment", "rung", "due_on"))
    for assignment in batch:
        today = now.astimezone(assignment.person.zone).date()
        found = rung_due(
            rungs,
            due_on=assignment.due_on,
            opened_on=assignment.opened_on,
            starts_on=ladder.starts_on,
            today=today,
        )
        for audience, rung in found.items():
            recipient = recipients.of(assignment, audience)
            if recipient is not None and (assignment.pk, rung.id, assignment.due_on) not in written:
                yield Planned(assignment, rung, recipient)


def sweep(now: datetime) -> list[int]:
    """Write what is due and place it into messages; answers the ids of messages that wait to be sent.

    Two sweeps at once, or one after the other, write nothing twice: the rows are unique.
    """
    rows = [
        Reminder(
            assignment=item.assignment,
            rung_id=item.rung.id,
            due_on=item.assignment.due_on,
            recipient=item.recipient,
            planned_at=now,
        )
        for item in due(now)
    ]
    with transaction.atomic():
        Reminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
        resume(timezone.localdate(now))
        place(now)
    return list(Message.objects.waiting(now).order_by("pk").values_list("pk", flat=True))


def resume(today: date) -> None:
    """What leave held back is planned again when the leave is over. It is the latest rung, and standing is read anew."""
    paused = Reminder.objects.filter(
        state=Reminder.State.CANCELLED, because=Reminder.ON_LEAVE, assignment__ended_on=None
    )
    later = Reminder.objects.filter(
        assignment=OuterRef("assignment"), recipient=OuterRef("recipient"), pk__gt=OuterRef("pk")
    )
    away = people_away(set(paused.values_list("assignment__person", flat=True)), today)
    paused.exclude(Exists(later)).exclude(assignment__person__in=away).update(
        state=Reminder.State.PLANNED, because="", message=None
    )


def place(now: datetime) -> None:
    """Put planned reminders into their recipient's message of the day; where that is already out they wait for the next.

    A reminder that missed its message by a moment is loose again once the message has gone; one whose message was refused
    for good, once the recipient has another address.
    """
    gone = Q(message__state__in=[Message.State.SENT, Message.State.CANCELLED]) | (
        Q(message__state=Message.State.FAILED)
        & ~Q(message__address=Coalesce(NullIf("recipient__email", Value("")), "recipient__personal_email"))
    )
    loose = Reminder.objects.filter(Q(message=None) | gone, state=Reminder.State.PLANNED)
    recipients = Person.objects.filter(pk__in=loose.values("recipient")).select_related("office")
    for person in recipients:
        day = now.astimezone(person.zone).date()
        message, _ = Message.objects.get_or_create(
            recipient=person, day=day, defaults={"message_id": message_id(person, day), "not_before": now}
        )
        if message.state == Message.State.READY:
            Reminder.objects.filter(pk__in=list(loose.filter(recipient=person).values_list("pk", flat=True))).update(
                message=message
            )


def message_id(person: Person, day: date) -> str:
    """The same for the same person and day, so that a receiver can recognise a repeat."""
    key = hashlib.sha256(f"reminder {person.uuid} {day}".encode()).hexdigest()[:32]
    return f"<{key}@{urlsplit(conf.SITE_URL).hostname or 'localhost'}>"
