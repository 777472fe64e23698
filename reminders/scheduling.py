"""The sweep: writes a row for every reminder that is due, and gathers them into one message a person and day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lms.conf import conf
from lms.people.models import Person
from lms.requirements.models import Assignment, Requirement
from reminders.ladder import Rung, rung_due
from reminders.models import Ladder, Message, Reminder
from reminders.recipients import OTHER_RECIPIENT, Recipients

BATCH = 1000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Planned:
    """A reminder that is due, before it is written."""

    assignment: Assignment
    rung: Rung
    anchor: date
    recipient: Person


def due(now: datetime, requirement: Requirement | None = None) -> Iterator[Planned]:
    """Every reminder that is due at that moment and not yet written, in the calendar of the person who owes the task.

    Of one requirement only, if one is given.
    """
    for ladder in Ladder.objects.filter(is_active=True).prefetch_related("rungs", "requirements"):
        rungs = [
            Rung(id=item.pk, days=item.days, counted_from=item.counted_from, audience=item.audience)  # type: ignore[arg-type]
            for item in ladder.rungs.all()
        ]
        if not rungs:
            continue
        batch: list[Assignment] = []
        found = candidates(ladder, rungs, now)
        found = found if requirement is None else found.filter(requirement=requirement)
        for assignment in found.iterator(chunk_size=BATCH):
            batch.append(assignment)
            if len(batch) == BATCH:
                yield from _due_of(batch, ladder, rungs, now)
                batch = []
        yield from _due_of(batch, ladder, rungs, now)


def candidates(ladder: Ladder, rungs: list[Rung], now: datetime):  # type: ignore[no-untyped-def]
    """Open assignments without a proof, near enough to a rung: the index on the due date keeps the rest out.

    A day more on both sides, because it is already tomorrow or still yesterday somewhere.
    """
    today = timezone.localdate(now)
    offsets = [rung.days for rung in rungs if rung.counted_from == "due"]
    mine = Assignment.objects.open().filter(requirement__in=ladder.requirements.all(), completed_on=None)
    mine = mine.select_related("person__office")
    opening = mine.filter(opened_on__gte=ladder.starts_on, opened_on__lte=today + DAY)
    if not offsets:
        return opening
    near = mine.filter(due_on__lte=today - timedelta(days=min(offsets)) + DAY)
    return near if len(offsets) == len(rungs) else (near | opening)


def _due_of(batch: list[Assignment], ladder: Ladder, rungs: list[Rung], now: datetime) -> Iterator[Planned]:
    recipients = Recipients(batch, now=now)
    written = _written(batch)
    for assignment in batch:
        if recipients.not_about(assignment):
            continue
        days = {"due_on": assignment.due_on, "opened_on": assignment.opened_on}
        today = now.astimezone(assignment.person.zone).date()
        for audience, rung in rung_due(rungs, **days, starts_on=ladder.starts_on, today=today).items():
            anchor = rung.anchor(**days)
            latest = written.get((assignment.pk, audience, anchor))
            recipient = recipients.of(assignment, audience)
            if recipient is not None and (latest is None or latest < rung.days):
                yield Planned(assignment, rung, anchor, recipient)


def _written(batch: list[Assignment]) -> dict[tuple[int, str, date], int]:
    """The latest rung that was planned or sent, by assignment, audience and anchor: what lies before it is past."""
    rows = Reminder.objects.filter(assignment__in=batch).exclude(state=Reminder.State.CANCELLED)
    ordered = rows.order_by("days").values_list("assignment", "audience", "anchor", "days")
    return {(assignment, audience, anchor): days for assignment, audience, anchor, days in ordered}


def sweep(now: datetime) -> list[int]:
    """Write what is due and place it into messages; answers the ids of messages that wait to be sent.

    Two sweeps at once, or one after the other, write nothing twice: the rows are unique.
    """
    release(now)
    rows = [
        Reminder(
            assignment=item.assignment,
            audience=item.rung.audience,
            days=item.rung.days,
            anchor=item.anchor,
            recipient=item.recipient,
            planned_at=now,
        )
        for item in due(now)
    ]
    with transaction.atomic():
        Reminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
        place(now)
    return list(Message.objects.waiting(now).order_by("pk").values_list("pk", flat=True))


def release(now: datetime) -> None:
    """What a refused message holds for somebody who is not asked any more is cancelled, so that the next one is asked."""
    refused = Reminder.objects.filter(state=Reminder.State.PLANNED, message__state=Message.State.FAILED)
    held = list(refused.select_related("assignment__person__office"))
    recipients = Recipients([item.assignment for item in held], now=now)
    others = [item.pk for item in held if recipients.of(item.assignment, item.audience) != item.recipient]
    refused.filter(pk__in=others).update(state=Reminder.State.CANCELLED, because=OTHER_RECIPIENT)


def place(now: datetime) -> None:
    """Put planned reminders into their recipient's message of the day; where that is already out they wait for the next.

    A reminder that missed its message by a moment is loose again once the message has gone. Each UPDATE asks for the state
    that it changes, so that of two sweeps at once the second leaves alone what the first has placed.
    """
    planned = Reminder.objects.filter(state=Reminder.State.PLANNED)
    gone = Message.objects.gone().filter(reminders__state=Reminder.State.PLANNED)
    planned.filter(message__in=list(gone.values_list("pk", flat=True).distinct())).update(message=None)
    loose = planned.filter(message=None)
    recipients = Person.objects.filter(pk__in=loose.values("recipient")).select_related("office")
    for person in recipients:
        day = now.astimezone(person.zone).date()
        message, _ = Message.objects.get_or_create(
            recipient=person, day=day, defaults={"message_id": message_id(person, day), "not_before": now}
        )
        if message.state == Message.State.READY:
            loose.filter(recipient=person).update(message=message)


def message_id(person: Person, day: date) -> str:
    """The same for the same person and day, so that a receiver can recognise a repeat.

    Nobody else can work it out, though other systems know the UUID: a bounce is believed because it names this.
    """
    key = salted_hmac("reminders.message_id", f"{person.uuid} {day}", algorithm="sha256").hexdigest()[:32]
    return f"<{key}@{urlsplit(conf.SITE_URL).hostname or 'localhost'}>"
