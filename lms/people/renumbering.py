"""Gives people their new number in the HR system, so that a change of number keeps one history."""

from __future__ import annotations

from wagtail.log_actions import log

from lms.people import feed
from lms.people.models import Person


def renumber(
    rows: list[feed.PersonRow], existing: dict[str, Person]
) -> tuple[list[feed.PersonRow], list[feed.Rejected], dict[str, str], list[str]]:
    """Rows that may be taken, rejected ones, the changes made (new number to former) and notes.

    Whoever has a row's ``former_number`` gets its ``number`` and joins ``existing``. Nobody's history is ever merged
    into another's: where both numbers belong to somebody, the row is rejected. Safe to repeat.
    """
    asked = {row.former_number for row in rows if row.former_number}
    if not asked:
        return rows, [], {}, []
    former = {person.number: person for person in Person.objects.filter(number__in=asked)}
    lines = {row.number: row.line for row in rows}
    taken: list[feed.PersonRow] = []
    rejected: list[feed.Rejected] = []
    changed: dict[str, str] = {}
    notes: list[str] = []
    for row in rows:
        reason = _reason_against(row, existing, former, lines, changed)
        if reason:
            rejected.append(feed.Rejected(row.line, reason, row.values))
            continue
        taken.append(row)
        if row.former_number in former:
            existing[row.number] = change_number(person=former[row.former_number], number=row.number)
            changed[row.number] = row.former_number
        elif row.former_number and row.number not in existing:
            notes.append(f"line {row.line}: nobody has the former number {row.former_number}; taken as a joiner")
    return taken, rejected, changed, notes


def change_number(*, person: Person, number: str) -> Person:
    """The account keeps the name it was opened with; the invitation, proof and history stay with the person."""
    before, person.number = person.number, number
    person.save(update_fields=["number"])
    log(person, "lms.person.renumber", data={"from": before, "to": number})
    return person


def _reason_against(
    row: feed.PersonRow,
    existing: dict[str, Person],
    former: dict[str, Person],
    lines: dict[str, int],
    changed: dict[str, str],
) -> str:
    if not row.former_number:
        return ""
    if row.former_number in lines:
        line = lines[row.former_number]
        return f"former_number {row.former_number} is somebody's number on line {line}: whose history is it?"
    if row.former_number in changed.values():
        return f"former_number {row.former_number} was taken over on an earlier line"
    if row.former_number in former and row.number in existing:
        return (
            f"number {row.number} and former_number {row.former_number} are two people already; "
            "their histories cannot be made one"
        )
    return ""


def without_merged(
    rows: list[feed.PersonRow], existing: dict[str, Person]
) -> tuple[list[feed.PersonRow], list[feed.Rejected]]:
    """A record that was merged into another of the same person is no longer kept up: HR sends the one that is kept."""
    rejected = [
        feed.Rejected(
            row.line,
            f"number {row.number} was merged into {person.merged_into.number}, the same person: send that one",
            row.values,
        )
        for row in rows
        if (person := existing.get(row.number)) and person.merged_into
    ]
    lines = {item.line for item in rejected}
    return [row for row in rows if row.line not in lines], rejected
