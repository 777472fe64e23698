"""What reminders put into an auditor pack: what was sent about a person, and what they were told of decisions."""

from __future__ import annotations

from typing import Any

from lms.compliance.auditing.sections import Period, auditor_section
from lms.people.models import Person
from reminders.models import LadderRung, Reminder


@auditor_section("reminders")
def reminders(person: Person, period: Period) -> list[dict[str, Any]]:
    """Those sent on days of the period. To whom is said by their part; no name and no address. A notice of what was decided
    names the decision (``about``)."""
    sent = (
        Reminder.objects.filter(
            state=Reminder.State.SENT, message__day__gte=period.first, message__day__lte=period.last
        )
        .select_related("assignment__requirement", "message")
        .order_by()
    )
    told = sent.filter(assignment=None, audience=LadderRung.Audience.PERSON, recipient=person)
    rows = sent.filter(assignment__person=person).union(told, all=True)  # each finds its own by an index
    return [_entry(row) for row in sorted(rows, key=_place)]


def _place(row: Reminder) -> tuple[bool, Any, int]:
    at = row.message.sent_at if row.message else None
    return at is None, at, row.pk


def _entry(row: Reminder) -> dict[str, Any]:
    when = {
        "day": row.message.day if row.message else None,
        "sent_at": row.message.sent_at if row.message else None,
    }
    if row.is_notice:
        return {"kind": row.kind, "about": row.key, "to": row.audience, **when}
    return {
        "rule": row.task.requirement.code,
        "registration": row.task.registration,
        "to": row.audience,
        "days_after": row.days,
        "counted_from": row.anchor,
        **when,
    }
