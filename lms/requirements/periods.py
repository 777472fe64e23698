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
        """The first day on which renewing is asked for; never before the proof exists."""
        until = self.until(completed_on)
        return None if until is None else max(completed_on, until - timedelta(days=self.window_days))


def add_months(day: date, months: int) -> date:
    """The same day of the month, ``months`` later, or the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(*, due_from: DueFrom, days: int, joined_on: date, applies_from: date, opened_on: date) -> date:
    """The last day to complete. ``joining`` counts from the day of joining, but for people who were already there from
    the day since which the rule applies; ``issuance`` counts from the day the assignment is opened."""
    start = opened_on if due_from == "issuance" else max(joined_on, applies_from)
    return start + timedelta(days=days)


@dataclass(frozen=True)
class Proof:
    """A completion as far as its dates matter."""

    id: int
    completed_on: date
    validity: Validity


def choose(
    proofs: Iterable[Proof], *, opened_on: date, counts_from: date | None, ended_on: date | None
) -> Proof | None:
    """The proof that counts for one cycle: the newest still valid when it opened, else the first that came after.

    ``counts_from`` refuses older proofs (a renewal asks for a new one). Proofs from the day the cycle ended belong to the
    next.
    """
    usable = sorted(
        (
            proof
            for proof in proofs
            if (counts_from is None or proof.completed_on >= counts_from)
            and (ended_on is None or proof.completed_on < ended_on)
        ),
        key=lambda proof: (proof.completed_on, proof.id),
    )
    earlier = [proof for proof in usable if proof.completed_on < opened_on]
    for proof in reversed(earlier):
        until = proof.validity.until(proof.completed_on)
        if until is None or until >= opened_on:
            return proof
    return next((proof for proof in usable if proof.completed_on >= opened_on), None)
