"""To whom a rung speaks, and whether it still has to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lms.people.models import Headship, Leave, Person
from lms.requirements.models import Assignment
from reminders.models import LadderRung


class Recipients:
    """Resolves audiences for many assignments with a constant number of queries."""

    def __init__(self, assignments: Iterable[Assignment], *, today: date) -> None:
        people = {assignment.person for assignment in assignments}
        self.today = today
        ids = {person.supervisor_id for person in people if person.supervisor_id}
        self.supervisors = {item.pk: item for item in Person.objects.filter(pk__in=ids).select_related("office")}
        headships = Headship.objects.filter(office__in={person.office_id for person in people}, starts_on__lte=today)
        self.heads = {
            item.office_id: item.person
            for item in headships.select_related("person__office").order_by("starts_on")
            if item.ends_on is None or item.ends_on >= today
        }
        self.away = people_away({person.pk for person in people}, today)

    def of(self, assignment: Assignment, audience: str) -> Person | None:
        """The person to write to; None where there is nobody, who has an address, to be reminded."""
        person = assignment.person
        if person.has_left(self.today) or person.pk in self.away:
            return None
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
