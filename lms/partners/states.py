"""Pure: where an agreement with a partner stands on a day, and what falls due. Imports no Django.

Nothing of it is stored: it follows from the agreement, the undertakings that were signed and the coverage of the people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

NOTICE = timedelta(days=60)
"""So long before its day a renewal is announced."""


class State(StrEnum):
    """The states of an agreement, in their order; ``lapsed`` can follow each of them."""

    INVITED = "invited"
    UNDERTAKING_SIGNED = "undertaking_signed"
    TRAINING_OPEN = "training_open"
    TRAINING_VERIFIED = "training_verified"
    LAPSED = "lapsed"


class Readiness(StrEnum):
    """Whether the partner was declared ready, and whether that still holds today."""

    NO = "no"
    READY = "ready"
    BY_OVERRIDE = "by_override"
    BELOW = "below"


class Renewal(StrEnum):
    UNDERTAKING = "undertaking"
    ASSESSMENT = "assessment"
    AGREEMENT = "agreement"


@dataclass(frozen=True)
class Facts:
    """``superseded_on``: since that day a newer wording of the undertaking is in force, and the signed one holds for
    another ``grace`` days. ``named`` people, of whom ``excused`` have a waiver and ``verified`` a checked proof."""

    ends_on: date | None = None
    signed_on: date | None = None
    superseded_on: date | None = None
    grace: int = 90
    review_on: date | None = None
    named: int = 0
    verified: int = 0
    excused: int = 0
    threshold: int = 100

    @property
    def undertaking_until(self) -> date | None:
        """The last day on which the signed undertaking still holds; None: it does not end, or there is none."""
        if self.signed_on is None or self.superseded_on is None:
            return None
        return self.superseded_on + timedelta(days=self.grace)


def has_undertaking(facts: Facts, today: date) -> bool:
    """One is signed and holds on that day."""
    if facts.signed_on is None or facts.signed_on > today:
        return False
    return facts.undertaking_until is None or today <= facts.undertaking_until


def reaches_threshold(*, named: int, verified: int, excused: int, threshold: int) -> bool:
    """Verified people of those who are not excused; of nobody no share is reached. Declared proof does not count."""
    asked = named - excused
    return asked > 0 and verified * 100 >= threshold * asked


def is_covered(facts: Facts) -> bool:
    return reaches_threshold(
        named=facts.named, verified=facts.verified, excused=facts.excused, threshold=facts.threshold
    )


def state(facts: Facts, today: date) -> State:
    if facts.ends_on is not None and facts.ends_on < today:
        return State.LAPSED
    if facts.signed_on is None or facts.signed_on > today:
        return State.INVITED
    if not has_undertaking(facts, today):
        return State.LAPSED
    if facts.named == 0:
        return State.UNDERTAKING_SIGNED
    return State.TRAINING_VERIFIED if is_covered(facts) else State.TRAINING_OPEN


def readiness(facts: Facts, today: date, *, declared_on: date | None, override_until: date | None) -> Readiness:
    """A declaration holds as long as the threshold is reached, or a second person's override runs, in an agreement that has
    not lapsed."""
    if declared_on is None or declared_on > today:
        return Readiness.NO
    if state(facts, today) == State.LAPSED:
        return Readiness.BELOW
    if is_covered(facts):
        return Readiness.READY
    overridden = override_until is not None and today <= override_until
    return Readiness.BY_OVERRIDE if overridden else Readiness.BELOW


@dataclass(frozen=True)
class Due:
    """What is to be renewed, by which day."""

    what: Renewal
    on: date
    is_late: bool


def dues(facts: Facts, today: date) -> list[Due]:
    """What is late or falls due within the notice, the most urgent first. Nothing of an agreement that has ended."""
    if facts.ends_on is not None and facts.ends_on < today:
        return []
    found = [(Renewal.ASSESSMENT, facts.review_on), (Renewal.AGREEMENT, facts.ends_on)]
    near = [Due(what, on, on < today) for what, on in found if on is not None and on <= today + NOTICE]
    if facts.undertaking_until is not None and facts.superseded_on is not None and facts.superseded_on <= today:
        near.append(Due(Renewal.UNDERTAKING, facts.undertaking_until, facts.undertaking_until < today))
    return sorted(near, key=lambda due: (due.on, due.what))
