"""To whom a rung speaks, and whether it still has to: asked again for each message at the moment of sending.

``finding`` asks the same questions of everybody at once, in the database; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.utils import timezone

from lms.people.models import Leave, Person
from lms.requirements.models import Assignment
from lms.requirements.standing import Standing
from reminders.answering import Answering
from reminders.models import LadderRung

OTHER_RECIPIENT = "other_recipient"


def day_of(now: datetime) -> date:
    """Standing, leave and departures are read by days of UTC (docs/figures.md)."""
    return timezone.localdate(now, timezone=UTC)


class Recipients:
    """Resolves audiences for many assignments with a constant number of queries."""

    def __init__(self, assignments: Iterable[Assignment], *, now: datetime) -> None:
        self.today = today = day_of(now)
        self.away = people_away({assignment.person_id for assignment in assignments}, today)
        self.answering = Answering(today)

    def not_about(self, assignment: Assignment) -> str:
        """Why nobody is to be reminded of it; empty where somebody is.

        What was completed is not reminded of, expiring or expired: it is the next cycle that asks for the renewal, and
        until that is opened the due date is the one of long ago.
        """
        if assignment.ended_on is not None:
            return "ended"
        if assignment.person.has_left(self.today):
            return "left"
        if assignment.person_id in self.away:
            return "on_leave"
        if assignment.completed_on is not None:
            return Standing.COMPLETE.value
        standing = assignment.standing_on(self.today)
        return "" if standing.is_open else standing.value

    def speaks_to(self, assignment: Assignment, audience: str, recipient: Person) -> bool:
        """True where that rung of that assignment is for them, and they can be written to."""
        if recipient.has_left(self.today) or not recipient.address:
            return False
        person = assignment.person
        if audience == LadderRung.Audience.PERSON:
            return recipient.pk == person.pk
        if recipient.pk == person.pk:
            return False
        if audience == LadderRung.Audience.SUPERVISOR:
            return recipient.pk == person.supervisor_id
        return recipient.pk in self.answering.of(person.office_id, audience)


def people_away(people: Iterable[int], today: date) -> set[int]:
    """Those on any approved absence that covers the day: leave pauses every reminder."""
    covering = Leave.objects.filter(person__in=list(people), first_day__lte=today, last_day__gte=today)
    return set(covering.values_list("person", flat=True))
