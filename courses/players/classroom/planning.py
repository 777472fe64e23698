"""Plans sessions, and puts people down for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from courses.models import ClassroomSession, Seat, SheetEntry
from courses.players.classroom.rules import MOST_LINES, Line
from lms.people.models import Office, Person


class CannotChange(Exception):
    """Said in words that the planner reads."""


@dataclass(frozen=True)
class Refused:
    """A line that put nobody down, and why."""

    line: Line
    why: str


def save(*, session: ClassroomSession, by: Any) -> ClassroomSession:
    """Plan the session, or change what is not signed yet. Raises CannotChange.

    Once there is a sheet only the facilitator can be another, who then signs corrections.
    """
    with transaction.atomic():
        action = "lms.session.change" if session.pk else "lms.session.plan"
        if session.pk:
            locked(session)
        if session.pk and session.seats_taken.filter(person__in=same_person(session.facilitator)).exists():
            raise CannotChange(
                _("The facilitator is on the list. Take them off it first: nobody signs for themselves.")
            )
        if session.pk and session.sheets.exists():
            session.save(update_fields=["facilitator"])
        else:
            session.save()
        log(session, action, user=by)
    return session


def cancel(*, session: ClassroomSession, by: Any) -> None:
    """It does not take place. Raises CannotChange once it is signed."""
    with transaction.atomic():
        found = locked(session)
        if found.sheets.exists():
            raise CannotChange(_("The sheet is signed: this session took place."))
        found.cancelled_at = timezone.now()
        found.save(update_fields=["cancelled_at"])
        log(found, "lms.session.cancel", user=by)


def put_down(*, session: ClassroomSession, lines: Sequence[Line], offices: list[Office]) -> tuple[int, list[Refused]]:
    """Put people of these offices, by number or name, on the list: how many were, and the lines that put down nobody.

    Somebody elsewhere is answered like somebody who does not exist. A constant number of queries.
    """
    lines, too_many = lines[:MOST_LINES], lines[MOST_LINES:]
    refused = [Refused(line, _("A list takes %(most)d lines at a time.") % {"most": MOST_LINES}) for line in too_many]
    with transaction.atomic():
        session = locked(session)
        there = set(session.seats_taken.values_list("person", flat=True))
        taken = set(there)
        found = _found(lines, offices)
        leads = {person.pk for person in same_person(session.facilitator)}
        for line in lines:
            people = found[line.wanted]
            why = _why_not(people, taken, leads)
            if not why and session.seats is not None and len(taken) >= session.seats:
                why = _("No seat is left.")
            if why:
                refused.append(Refused(line, why))
            else:
                taken.add(people[0].pk)
        Seat.objects.bulk_create(Seat(session=session, person_id=pk) for pk in sorted(taken - there))
    return len(taken - there), sorted(refused, key=lambda item: item.line.place)


def take_off(*, session: ClassroomSession, person: Person) -> None:
    """Take somebody off the list. Raises CannotChange when a sheet speaks of them."""
    with transaction.atomic():
        session = locked(session)
        if SheetEntry.objects.filter(sheet__session=session, person=person).exists():
            raise CannotChange(_("A signed sheet speaks of this person. The facilitator can correct it."))
        session.seats_taken.filter(person=person).delete()


def locked(session: ClassroomSession) -> ClassroomSession:
    """The session as it is now, for this transaction only. Raises CannotChange for one that was cancelled."""
    found: ClassroomSession = ClassroomSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if found.cancelled_at is not None:
        raise CannotChange(_("This session was cancelled."))
    return found


def same_person(person: Person) -> list[Person]:
    """All records of one person."""
    kept = person.merged_into_id or person.pk
    return list(Person.objects.filter(Q(pk=kept) | Q(merged_into=kept)))


def _found(lines: Sequence[Line], offices: list[Office]) -> dict[str, list[Person]]:
    """By what was written: the people of that number, else of that name."""
    wanted = {line.wanted for line in lines}
    numbers = wanted | {item.upper() for item in wanted}
    people = Person.objects.employed(timezone.localdate()).filter(office__in=[office.pk for office in offices])
    by_number = {person.number: person for person in people.filter(number__in=numbers)}
    by_name: dict[str, list[Person]] = {}
    for person in people.filter(name__in=wanted):
        by_name.setdefault(person.name, []).append(person)
    return {
        item: [by_number.get(item) or by_number[item.upper()]]
        if item in by_number or item.upper() in by_number
        else by_name.get(item, [])
        for item in wanted
    }


def _why_not(people: list[Person], taken: set[int], leads: set[int]) -> str:
    if not people:
        return _("Nobody whom you may see has this number or name.")
    if len(people) > 1:
        return _("Several people have this name: give the number.")
    if people[0].pk in leads:
        return _("This is the facilitator: nobody signs for themselves.")
    return _("Is on the list already.") if people[0].pk in taken else ""
