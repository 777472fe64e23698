"""What reminders put into an auditor pack: what was sent about a person, when, and to what kind of recipient."""

from __future__ import annotations

from typing import Any

from lms.compliance.auditing.sections import Period, auditor_section
from lms.people.models import Person
from reminders.models import Reminder


@auditor_section("reminders")
def reminders(person: Person, period: Period) -> list[dict[str, Any]]:
    """Those sent on days of the period. To whom is said by their part; no name and no address."""
    rows = Reminder.objects.filter(
        assignment__person=person,
        state=Reminder.State.SENT,
        message__day__gte=period.first,
        message__day__lte=period.last,
    )
    return [
        {
            "rule": row.assignment.requirement.code,
            "registration": row.assignment.registration,
            "to": row.audience,
            "days_after": row.days,
            "counted_from": row.anchor,
            "day": row.message.day if row.message else None,
            "sent_at": row.message.sent_at if row.message else None,
        }
        for row in rows.select_related("assignment__requirement", "message").order_by("message__sent_at", "pk")
    ]
