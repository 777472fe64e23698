"""Pure: what a person's facts amount to on a day. Imports no Django.

The same rule stands once more as a queryset expression in ``querysets.py``; a property test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    COMPLETE = "complete"
    EXPIRING = "expiring"
    DUE = "due"
    OVERDUE = "overdue"
    EXPIRED = "expired"
    WAIVED = "waived"

    @property
    def is_proven(self) -> bool:
        return self in PROVEN

    @property
    def is_open(self) -> bool:
        """True where something is still to be done, so that a reminder makes sense."""
        return self not in (Standing.COMPLETE, Standing.WAIVED)


PROVEN = frozenset({Standing.COMPLETE, Standing.EXPIRING})
MISSED = frozenset({Standing.OVERDUE, Standing.EXPIRED})


@dataclass(frozen=True)
class Facts:
    """The dates of one cycle. ``carried_until``: the last day of the proof from the cycle before."""

    due_on: date
    completed_on: date | None = None
    valid_until: date | None = None
    renew_from: date | None = None
    waived_from: date | None = None
    waived_until: date | None = None
    carried_until: date | None = None


def standing(facts: Facts, today: date) -> Standing:
    """One word for one cycle on one day.

    A valid proof comes before a waiver, a waiver before what is missing; a proof that has ended is ``expired``, an
    obligation that never had one is ``overdue`` from the day after its due date.
    """
    completed = facts.completed_on is not None and facts.completed_on <= today
    ended = facts.valid_until is not None and facts.valid_until < today
    if completed and not ended:
        renewing = facts.renew_from is not None and facts.renew_from <= today
        return Standing.EXPIRING if renewing else Standing.COMPLETE
    carried = facts.carried_until is not None and facts.carried_until >= today
    if carried and not completed:
        return Standing.EXPIRING
    waiver_began = facts.waived_from is not None and facts.waived_from <= today
    if waiver_began and (facts.waived_until is None or facts.waived_until >= today):
        return Standing.WAIVED
    if completed or facts.carried_until is not None:
        return Standing.EXPIRED
    return Standing.OVERDUE if facts.due_on < today else Standing.DUE
