"""The activity-kind registry: what each kind of activity tells the floor about itself.

A course or an attestation registers here; the floor never imports them. This is one of the two ways up (DESIGN.md 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from lms.people.models import Person
from lms.requirements.models import Activity, Completion, Requirement


@dataclass(frozen=True)
class Description:
    """What a learner sees of an activity before opening it; ``done`` of ``steps`` for the progress bar.

    ``step`` says in a few words what is to be done next, ``url`` is where; ``minutes`` is the time that is left.
    ``is_far``: what is to be done is not here, so that the step is told before the start as well.
    """

    title: str
    url: str
    step: str = ""
    minutes: int = 0
    done: int = 0
    steps: int = 0
    is_begun: bool = False
    is_far: bool = False


@dataclass(frozen=True)
class Announcement:
    """What is said of an activity to nobody in particular, in the language in force. ``minutes``: for the whole of it."""

    title: str
    minutes: int = 0


@dataclass(frozen=True)
class Document:
    """Something to take away after completing: a certificate, a signed text."""

    title: str
    url: str


@dataclass(frozen=True)
class Appointment:
    """A session that somebody is put down for; with ``confirm_by``, one in which they took part and have still to say so.

    Times are in the person's own zone. ``is_late``: that day has passed.
    """

    title: str
    url: str
    starts_at: datetime
    ends_at: datetime
    place: str
    confirm_by: date | None = None
    is_late: bool = False


class ActivityKind(Protocol):
    name: str

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        """By activity id; the number of queries does not grow with the activities."""

    def announce(self, *, activities: Iterable[Activity]) -> dict[int, Announcement]:
        """By activity id, of those that can be begun here; one query at most."""

    def documents(self, *, completion: Completion) -> list[Document]:
        """What the completed activity gives to take away."""

    def define(self, *, activity: Activity, definition: Mapping[str, Any], language: str) -> None:
        """Make the activity's own content from course files; safe to repeat."""


@runtime_checkable
class KeepsAppointments(Protocol):
    """A kind of activity that is done on a day, in a place."""

    def appointments(self, *, person: Person) -> list[Appointment]:
        """Of that person; a constant number of queries."""


@runtime_checkable
class TakenElsewhere(Protocol):
    """A part that is done at a provider who knows nobody: a reference in the link tells who it was (``reporting``)."""

    knows_by_reference: bool


@runtime_checkable
class NeedsNoAccount(Protocol):
    """A kind of activity that somebody of a partner can do, who comes by an invitation and has no account."""

    def describe_without_account(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        """As ``describe``; every ``url`` opens for a session of a partner (``lms.partners.sessions.partner_of``)."""


class WordNotTaken(Exception):
    """The message says why, to whoever gave their word."""


@runtime_checkable
class TakesWord(Protocol):
    """A kind of activity of which somebody else may say that a person has done it; it is kept as declared."""

    def taking_word(self, activities: Iterable[Activity]) -> list[Activity]:
        """Those of them of which it is taken at the moment; one query."""

    def take_word(self, *, person: Person, activity: Activity, on: date, by: Person) -> None:
        """Raises WordNotTaken."""


_kinds: dict[str, ActivityKind] = {}


def register(kind: ActivityKind) -> None:
    _kinds[kind.name] = kind


def kind(name: str) -> ActivityKind | None:
    return _kinds.get(name)


def appointments(*, person: Person) -> list[Appointment]:
    """Of the kinds that have a day and a place: what is to be confirmed first, then what is to come."""
    keepers = [item for item in _kinds.values() if isinstance(item, KeepsAppointments)]
    return [found for keeper in keepers for found in keeper.appointments(person=person)]


def describe(
    *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
) -> dict[int, Description]:
    """Each activity described by its own kind."""
    by_kind: dict[str, list[Activity]] = {}
    for activity in activities:
        by_kind.setdefault(activity.kind, []).append(activity)
    found: dict[int, Description] = {}
    for name, group in by_kind.items():
        if name in _kinds:
            found |= _kinds[name].describe(person=person, activities=group, registrations=registrations)
    return found


def describe_without_account(
    *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
) -> dict[int, Description]:
    """Of the kinds that need no account; of others nothing."""
    given = list(activities)
    found: dict[int, Description] = {}
    for name, handler in _kinds.items():
        group = [activity for activity in given if activity.kind == name]
        if group and isinstance(handler, NeedsNoAccount):
            found |= handler.describe_without_account(person=person, activities=group, registrations=registrations)
    return found


def taking_word(activities: Iterable[Activity]) -> list[Activity]:
    """Those of which somebody's word is taken, whatever their kind."""
    given = list(activities)
    found: list[Activity] = []
    for name, handler in _kinds.items():
        group = [activity for activity in given if activity.kind == name]
        if group and isinstance(handler, TakesWord):
            found += handler.taking_word(group)
    return found


def take_word(*, person: Person, activity: Activity, on: date, by: Person) -> None:
    """Raises WordNotTaken."""
    handler = _kinds[activity.kind]
    assert isinstance(handler, TakesWord)
    handler.take_word(person=person, activity=activity, on=on, by=by)


def announce(requirement: Requirement) -> Announcement | None:
    """Of the first activity that the requirement accepts and that can be begun here."""
    accepted = [item.activity for item in requirement.accepted.select_related("activity").order_by("pk")]
    for activity in accepted:
        handler = _kinds.get(activity.kind)
        found = handler.announce(activities=[activity]).get(activity.pk) if handler else None
        if found is not None:
            return found
    return None
