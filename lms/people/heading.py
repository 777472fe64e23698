"""Who heads an office, as a feed tells it row by row. The first one told counts, with a note about the others."""

from __future__ import annotations

from datetime import date, timedelta

from lms.people import feed
from lms.people.import_report import ImportReport
from lms.people.models import Headship, Office, Person


class Headships:
    """The open ones, and on which line the head of an office was told, for as long as a feed is taken in."""

    def __init__(self, report: ImportReport, today: date) -> None:
        self.report, self.today = report, today
        self.current = {item.office_id: item for item in Headship.objects.filter(ends_on__isnull=True)}
        self.told_on: dict[int, int] = {}

    def concerns(self, row: feed.PersonRow, pk: int) -> bool:
        return "head_of_office" in row.values and (row.head_of_office or pk in self._heads())

    def end_of_mover(self, person: Person, left: int) -> None:
        """Whoever goes to another office no longer heads, and no longer sees, the one left behind."""
        headship = self.current.get(left)
        if headship is not None and headship.person_id == person.pk:
            self._end(headship)

    def put(self, row: feed.PersonRow, person: Person, office: Office) -> None:
        headship = self.current.get(office.pk)
        is_head = row.head_of_office and not person.has_left(self.today)
        if is_head and self.told_on.setdefault(office.pk, row.line) != row.line:
            first = self.told_on[office.pk]
            self.report.warnings.append(
                f"line {row.line}: {office.code} has a head already on line {first}; the first one counts"
            )
        elif headship and headship.person_id == person.pk and not is_head:
            self._end(headship)
        elif is_head and (headship is None or headship.person_id != person.pk):
            if headship:
                self._end(headship)
            self.current[office.pk] = Headship.objects.create(office=office, person=person, starts_on=self.today)

    def _heads(self) -> set[int]:
        return {item.person_id for item in self.current.values()}

    def _end(self, headship: Headship) -> None:
        headship.ends_on = max(headship.starts_on, self.today - timedelta(days=1))
        headship.save(update_fields=["ends_on"])
        del self.current[headship.office_id]
