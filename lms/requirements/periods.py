"""Pure: due dates, validity and renewal windows. Imports no Django.

All dates are calendar days at the person's duty station. A month's end stays inside the month: 31 January plus one month
is the last day of February, and 29 February plus one year is 28 February.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

DueFrom = Literal["joining", "issuance"]


@dataclass(frozen=True)
class Validity:
    """How long a proof counts: ``months`` from the day of completion, None for ever; and when renewal opens."""

    months: int | None = None
    window_days: int = 60

    def until(self, completed_on: date) -> date | None:
        """The last day on which the proof counts."""
        return None if self.months is None else add_months(completed_on, self.months) - timedelta(days=1)

    def renew_from(self, completed_on: date) -> date | None:
        """The first day on which renewing is asked for; never on the day of the proof itself."""
        until = self.until(completed_on)
        if until is None:
            return None
        return max(completed_on + timedelta(days=1), until - timedelta(days=self.window_days))


def add_months(day: date, months: int) -> date:
    """The same day of the month, ``months`` later, or the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(
    *,
    due_from: DueFrom,
    days: int,
    joined_on: date,
    applies_from: date,
    opened_on: date,
    came_into_scope: bool = False,
) -> date:
    """The last day to complete. ``joining`` counts from the day of joining, but for people who were already there from
    the day since which the rule applies; ``issuance`` counts from the day the assignment is opened.

    ``came_into_scope``: the person was known and the rule in use before, but the rule did not cover the person: a move, a
    promotion, a return. A time that ran out before the obligation began then counts from its beginning."""
    length = timedelta(days=days)
    start = opened_on if due_from == "issuance" else max(joined_on, applies_from)
    if came_into_scope and start + length < opened_on:
        start = opened_on
    return start + length


@dataclass(frozen=True)
class Proof:
    """A completion as far as its dates matter: ``completed_on`` at the duty station, from which its validity runs, and
    ``counts_on``, the same moment in UTC where that is the earlier day. Standing is read by days of UTC, so that a proof
    counts from the moment in which it is given, wherever that was."""

    id: int
    completed_on: date
    counts_on: date
    registration: UUID
    validity: Validity

    @property
    def until(self) -> date:
        """The last day on which it counts; the end of all days where it counts for ever."""
        return self.validity.until(self.completed_on) or date.max


def choose(
    proofs: Iterable[Proof],
    *,
    registration: UUID,
    opened_on: date,
    counts_from: date | None,
    carried_until: date | None,
    ended_on: date | None,
) -> Proof | None:
    """The proof that counts for one cycle: of those still valid when it opened the one that lasts longest, else the first
    that came after.

    A proof given in the cycle's own registration always counts. ``counts_from`` refuses older proofs, since a renewal asks
    for a new one, but for those that last beyond the proof that is to be renewed. Proofs from the day the cycle ended
    belong to the next.
    """
    usable = sorted(
        (proof for proof in proofs if proof.registration == registration or _counts(
            proof, counts_from=counts_from, carried_until=carried_until, ended_on=ended_on)),
        key=lambda proof: (proof.counts_on, proof.id),
    )  # fmt: skip
    earlier = [proof for proof in usable if proof.counts_on < opened_on <= proof.until]
    if earlier:
        return max(earlier, key=lambda proof: (proof.until, proof.counts_on, proof.id))
    return next((proof for proof in usable if proof.counts_on >= opened_on), None)


def _counts(proof: Proof, *, counts_from: date | None, carried_until: date | None, ended_on: date | None) -> bool:
    if ended_on is not None and proof.counts_on >= ended_on:
        return False
    if counts_from is None or proof.counts_on >= counts_from:
        return True
    return carried_until is not None and proof.until > carried_until
