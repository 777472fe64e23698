"""Takes rows of a feed in, some thousands at a time, and writes only what they change."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import date
from typing import Any

from lms.log_entries import log_all
from lms.people import addresses, feed
from lms.people.comparing import FIELDS, Comparison, Held
from lms.people.feed_survey import Survey
from lms.people.heading import Headships
from lms.people.import_report import ImportReport
from lms.people.leaves import put_leaves
from lms.people.models import Office, Organisation, Person
from lms.people.posting import Move, keep_earlier_posts, post_of
from lms.people.renumbering import Renumbering, without_merged
from lms.people.supervising import link_supervisors

BATCH = 1000
POST = {"office_id", "category", "is_manager"}
Changes = dict[str, dict[str, Any]]
"""By number: the fields that change, with what they held."""


class Intake:
    """One feed. Supervisors are linked at its end, when everybody is there whom a row may name."""

    action, by = "lms.person.import", ""

    def __init__(
        self, report: ImportReport, today: date, *, offices: dict[str, Office], survey: Survey, comparison: Comparison
    ) -> None:
        self.report, self.today, self.offices = report, today, offices
        self.survey, self.comparison = survey, comparison
        self.headships = Headships(report, today)
        self.renumbering = Renumbering(survey, report)
        self.touched: list[int] = []
        self._other_supervisor = array("q")

    def take(self, rows: list[feed.PersonRow]) -> None:
        rows = self.renumbering.of(rows)
        held = self.comparison.held(rows)
        rows = without_merged(rows, held, self.survey, self.report)
        self._make_organisations(rows)
        known = [row for row in rows if row.number in held]
        changes = {row.number: self.comparison.before(row, held[row.number]) for row in known}
        self._other_supervisor.extend(
            self.survey.place(row.number)
            for row in rows
            if self.comparison.supervisor_differs(row, held.get(row.number))
        )
        people = self._read(known, held, changes) | self._create([row for row in rows if row.number not in held])
        self._account(known, changes)
        self._update(known, people, changes)
        self._put_heads(rows, people)
        pks = {number: item.pk for number, item in (held | people).items()}
        put_leaves({pks[row.number]: row for row in rows}, today=self.today)

    def finish(self) -> None:
        self.report.warnings += link_supervisors(self._other_supervisor, self.survey)
        self.report.rejected.sort(key=lambda item: item.line)

    def _make_organisations(self, rows: Iterable[feed.PersonRow]) -> None:
        known = self.comparison.organisations
        for row in rows:
            if row.organisation and row.organisation not in known:
                known[row.organisation] = Organisation.objects.create(code=row.organisation, name=row.organisation).pk

    def _read(self, rows: Iterable[feed.PersonRow], held: dict[str, Held], changes: Changes) -> dict[str, Person]:
        """Whoever has anything to be written."""
        wanted = [
            row.number
            for row in rows
            if changes[row.number] or row.in_post_since or self.headships.concerns(row, held[row.number].pk)
        ]
        return Person.objects.in_bulk(wanted, field_name="number")

    def _create(self, rows: Iterable[feed.PersonRow]) -> dict[str, Person]:
        made = [Person(number=row.number, **dict(zip(FIELDS, self.comparison.said(row), strict=True))) for row in rows]
        Person.objects.bulk_create(made, batch_size=BATCH)
        self.report.created += [person.number for person in made]
        self.touched += [person.pk for person in made]
        return {person.number: person for person in made}

    def _account(self, rows: Iterable[feed.PersonRow], changes: Changes) -> None:
        for row in rows:
            before = changes[row.number]
            if "office_id" in before:
                self.report.moved.append(row.number)
            if "left_on" in before and row.left_on:
                self.report.left.append(row.number)
            elif before or row.number in self.report.renumbered:
                self.report.changed.append(row.number)
            else:
                self.report.unchanged += 1

    def _update(self, rows: Iterable[feed.PersonRow], people: dict[str, Person], changes: Changes) -> None:
        moves: list[Move] = []
        changed: list[Person] = []
        for row in rows:
            before = changes[row.number]
            if row.in_post_since or before.keys() & POST:
                person = people[row.number]
                moves.append(Move(person, post_of(person), row.in_post_since or self.today))
            if not before:
                continue
            person = people[row.number]
            said = dict(zip(FIELDS, self.comparison.said(row), strict=True))
            for name in before:
                setattr(person, name, said[name])
            changed.append(person)
        fields = sorted({name.removesuffix("_id") for person in changed for name in changes[person.number]})
        if changed:
            Person.objects.bulk_update(changed, fields, batch_size=BATCH)
        by = {"by": self.by} if self.by else {}
        log_all(((person, {"changed": sorted(changes[person.number])} | by) for person in changed), self.action)
        keep_earlier_posts(moves, today=self.today)
        addresses.follow(changed)
        for person in changed:
            if (left := changes[person.number].get("office_id")) is not None:
                self.headships.end_of_mover(person, left)
        self.touched += [person.pk for person in changed]

    def _put_heads(self, rows: Iterable[feed.PersonRow], people: dict[str, Person]) -> None:
        for row in rows:
            if "head_of_office" in row.values and (person := people.get(row.number)):
                self.headships.put(row, person, self.offices[row.office])
