"""Pure: whether what another system reports can be believed. Imports no Django.

Nothing here proves that somebody learned; it finds what cannot be true, or is not the reporter's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

CLOCKS_DIFFER = timedelta(minutes=5)


class Doubt(StrEnum):
    FOREIGN_ACTOR = "foreign_actor"
    NOT_ITS_WORD = "not_its_word"
    NOT_ITS_TO_SAY = "not_its_to_say"
    OTHER_ACTIVITY = "other_activity"
    OTHER_REGISTRATION = "other_registration"
    OTHER_SESSION = "other_session"
    AFTER_THE_END = "after_the_end"
    IMPOSSIBLE_TIME = "impossible_time"
    TOO_QUICK = "too_quick"
    BELOW_MASTERY = "below_mastery"
    CONTRADICTS_ITSELF = "contradicts_itself"


@dataclass(frozen=True)
class Reported:
    """What the statement says, and when it came."""

    activity: str
    passed: bool
    at: datetime
    stored: datetime
    registration: UUID | None
    session: str
    duration: timedelta | None = None
    scaled: float | None = None
    denied: bool = False  # the result says that it was not a success or not a completion


@dataclass(frozen=True)
class Session:
    """What this site knows of the launch in which it was said; ``first_began`` of the first launch of the registration."""

    activity: str
    registration: UUID
    session: UUID
    began: datetime
    first_began: datetime
    ended: datetime | None = None
    mastery: float | None = None


def doubts_about_time(said: Reported, *, began: datetime | None) -> list[Doubt]:
    """The clock of the reporter may differ from ours by CLOCKS_DIFFER."""
    early = began is not None and said.at < began - CLOCKS_DIFFER
    late = said.at > said.stored + CLOCKS_DIFFER
    long = (
        began is not None and said.duration is not None and said.duration > said.stored - began + CLOCKS_DIFFER
    ) or (said.duration is not None and said.duration < timedelta(0))
    return [Doubt.IMPOSSIBLE_TIME] if early or late or long else []


def doubts_about_session(said: Reported, session: Session, *, shortest: timedelta) -> list[Doubt]:
    """Of a statement that came with the credential of a launch. ``shortest``: sooner than this nobody is through."""
    found = []
    if said.activity != session.activity:
        found.append(Doubt.OTHER_ACTIVITY)
    if said.registration != session.registration:
        found.append(Doubt.OTHER_REGISTRATION)
    if said.session.lower() != str(session.session):
        found.append(Doubt.OTHER_SESSION)
    if session.ended is not None and said.stored > session.ended:
        found.append(Doubt.AFTER_THE_END)
    if said.stored - session.first_began < shortest:
        found.append(Doubt.TOO_QUICK)
    if said.passed and session.mastery is not None and said.scaled is not None and said.scaled < session.mastery:
        found.append(Doubt.BELOW_MASTERY)
    return [*found, *doubts_about_time(said, began=session.began)]


def doubts_about_reference(said: Reported, *, began: datetime, shortest: timedelta) -> list[Doubt]:
    """Of the word of a provider that knows a reference only; when the course was begun is told by its duration, if by
    anything. ``began``: nobody had the reference before."""
    quick = said.duration is not None and timedelta(0) <= said.duration < shortest
    return [*([Doubt.TOO_QUICK] if quick else []), *doubts_about_time(said, began=began)]
