"""To whom a rung speaks, and whether it still has to. The sweep and the sending ask the same questions here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.utils import timezone

from lms.people.models import Headship, Leave, Person
from lms.requirements.models import Assignment
from lms.requirements.standing import Standing
from reminders.models import LadderRung

OTHER_RECIPIENT = "other_recipient"


class Recipients:
    """Resolves audiences for many assignments with a constant number of queries.

    Standing, leave and departures are read by days of UTC (docs/figures.md).
    """

    def __init__(self, assignments: Iterable[Assignment], *, now: datetime) -> None:
        people = {assignment.person for assignment in assignments}
        self.today = today = timezone.localdate(now, timezone=UTC)
        ids = {person.supervisor_id for person in people if person.supervisor_id}
        self.supervisors = {item.pk: item for item in Person.objects.filter(pk__in=ids).select_related("office")}
        headships = Headship.objects.filter(office__in={person.office_id for person in people}, starts_on__lte=today)
        self.heads = {
            item.office_id: item.person
            for item in headships.select_related("person__office").order_by("starts_on")
            if item.ends_on is None or item.ends_on >= today
        }
        self.away = people_away({person.pk for person in people}, today)

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

    def of(self, assignment: Assignment, audience: str) -> Person | None:
        """The person to write to; None where there is nobody, who has an address, to be reminded."""
        person = assignment.person
        found: Person | None = person
        if audience == LadderRung.Audience.SUPERVISOR:
            found = self.supervisors.get(person.supervisor_id) if person.supervisor_id else None
        elif audience == LadderRung.Audience.HEAD:
            found = self.heads.get(person.office_id)
        if found is None or found.has_left(self.today) or not found.address:
            return None
        return None if audience != LadderRung.Audience.PERSON and found.pk == person.pk else found


def people_away(people: Iterable[int], today: date) -> set[int]:
    """Those on any approved absence that covers the day: leave pauses every reminder."""
    covering = Leave.objects.filter(person__in=list(people), first_day__lte=today, last_day__gte=today)
    return set(covering.values_list("person", flat=True))
