"""Gives people their new number in the HR system, so that a change of number keeps one history."""

from __future__ import annotations

from wagtail.log_actions import log

from lms.people import feed
from lms.people.comparing import Held
from lms.people.feed_survey import Survey
from lms.people.import_report import ImportReport
from lms.people.models import Person


class Renumbering:
    """Of one feed, whose rows come some thousands at a time.

    Whoever has a row's ``former_number`` gets its ``number``. Nobody's history is ever merged into another's: where both
    numbers belong to somebody, the row is rejected. Safe to repeat.
    """

    def __init__(self, survey: Survey, report: ImportReport) -> None:
        self.survey, self.report = survey, report
        self.taken_over: set[str] = set()

    def of(self, rows: list[feed.PersonRow]) -> list[feed.PersonRow]:
        """Make the changes; the rows that may be taken."""
        asked = [row for row in rows if row.former_number]
        if not asked:
            return rows
        existing = set(
            Person.objects.filter(number__in=[row.number for row in asked]).values_list("number", flat=True)
        )
        former = Person.objects.in_bulk([row.former_number for row in asked], field_name="number")
        rejected = set()
        for row in asked:
            reason = self._reason_against(row, row.number in existing, row.former_number in former)
            if reason:
                self.report.rejected.append(feed.Rejected(row.line, reason, row.values))
                self.survey.drop(row.number)
                rejected.add(row.number)
            elif row.former_number in former:
                change_number(person=former[row.former_number], number=row.number)
                self.report.renumbered[row.number] = row.former_number
                self.taken_over.add(row.former_number)
            elif row.number not in existing:
                note = f"nobody has the former number {row.former_number}; taken as a joiner"
                self.report.warnings.append(f"line {row.line}: {note}")
        return [row for row in rows if row.number not in rejected]

    def _reason_against(self, row: feed.PersonRow, exists: bool, former_exists: bool) -> str:
        line = self.survey.first_line_of(row.former_number)
        if line is not None:
            return f"former_number {row.former_number} is somebody's number on line {line}: whose history is it?"
        if row.former_number in self.taken_over:
            return f"former_number {row.former_number} was taken over on an earlier line"
        if exists and former_exists:
            return (
                f"number {row.number} and former_number {row.former_number} are two people already; "
                "their histories cannot be made one"
            )
        return ""


def change_number(*, person: Person, number: str) -> Person:
    """The account keeps the name it was opened with; the invitation, proof and history stay with the person."""
    before, person.number = person.number, number
    person.save(update_fields=["number"])
    log(person, "lms.person.renumber", data={"from": before, "to": number})
    return person


def without_merged(
    rows: list[feed.PersonRow], held: dict[str, Held], survey: Survey, report: ImportReport
) -> list[feed.PersonRow]:
    """A record that was merged into another of the same person is no longer kept up: HR sends the one that is kept."""
    merged = {row.number for row in rows if row.number in held and held[row.number].merged}
    if not merged:
        return rows
    kept = dict(Person.objects.filter(number__in=merged).values_list("number", "merged_into__number"))
    for row in rows:
        if row.number in merged:
            reason = f"number {row.number} was merged into {kept[row.number]}, the same person: send that one"
            report.rejected.append(feed.Rejected(row.line, reason, row.values))
            survey.drop(row.number)
    return [row for row in rows if row.number not in merged]
