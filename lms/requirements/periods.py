"""Pure: due dates, validity and renewal windows. Imports no Django.

All dates are calendar days at the person's duty station. A month's end stays inside the month: 31 January plus one month
is the last day of February, and 29 February plus one year is 28 February.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

DueFrom = Literal["joining", "issuance", "gate", "campaign"]
RunsFrom = Literal["completion", "expiry", "day"]
IsFree = Callable[[date], bool]
"""Says of a day whether nobody works on it at a duty station."""


@dataclass(frozen=True)
class Validity:
    """How long a proof counts, and when renewal opens.

    ``months``: None for ever. ``runs_from``: the day of ``completion``; or, for a proof that is renewed before it has
    ended, its ``expiry``, so that who renews early loses nothing and the date does not drift; or until a fixed ``day`` of
    each year (month, day): the first one that lies further off than the renewal window.
    """

    months: int | None = None
    window_days: int = 60
    runs_from: RunsFrom = "completion"
    day: tuple[int, int] = (12, 31)

    def until(self, completed_on: date, carried_until: date | None = None) -> date | None:
        """The last day on which the proof counts; ``carried_until`` is the last day of the one that it renews."""
        if self.runs_from == "day":
            return self._fixed_day(completed_on + timedelta(days=self.window_days))
        if self.months is None:
            return None
        start = completed_on
        if self.runs_from == "expiry" and carried_until is not None and carried_until >= completed_on:
            start = carried_until + timedelta(days=1)
        return add_months(start, self.months) - timedelta(days=1)

    def renew_from(self, completed_on: date, carried_until: date | None = None) -> date | None:
        """The first day on which renewing is asked for; never on the day of the proof itself."""
        until = self.until(completed_on, carried_until)
        if until is None:
            return None
        return max(completed_on + timedelta(days=1), until - timedelta(days=self.window_days))

    def _fixed_day(self, after: date) -> date:
        """The first such day after that one; 29 February is 28 February in other years."""
        month, day = self.day
        for year in (after.year, after.year + 1):
            found = date(year, month, min(day, calendar.monthrange(year, month)[1]))
            if found > after:
                return found
        raise AssertionError("one of two years has it")


def add_months(day: date, months: int) -> date:
    """The same day of the month, ``months`` later, or the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_working_days(start: date, days: int, is_free: IsFree) -> date:
    """The day on which that many working days after ``start`` have passed; ``start`` itself where it is none."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= not is_free(day)
    return day


@dataclass(frozen=True)
class Deadline:
    """By when a requirement asks.

    ``joining``: ``days`` after the day of joining, but for people who were already there from the day since which the rule
    applies. ``issuance``: after the day the assignment is opened. ``gate``: as many days before the day of joining; who is
    there already owes it at once. ``campaign``: on a fixed day; who is asked later gets ``days`` from then.
    ``is_free`` makes them working days of the duty station.
    """

    due_from: DueFrom = "joining"
    days: int = 30
    campaign_on: date | None = None


def due_on(
    deadline: Deadline,
    *,
    joined_on: date,
    applies_from: date,
    opened_on: date,
    came_into_scope: bool = False,
    is_free: IsFree | None = None,
) -> date:
    """The last day to complete.

    ``came_into_scope``: the person was known and the rule in use before, but the rule did not cover the person: a move, a
    promotion, a return. A time that ran out before the obligation began then counts from its beginning."""
    if deadline.due_from == "campaign" and deadline.campaign_on and opened_on <= deadline.campaign_on:
        return deadline.campaign_on
    if deadline.due_from == "gate":
        return max(opened_on, joined_on - timedelta(days=deadline.days))
    start = max(joined_on, applies_from) if deadline.due_from == "joining" else opened_on
    end = _after(start, deadline.days, is_free)
    return _after(opened_on, deadline.days, is_free) if came_into_scope and end < opened_on else end


def _after(start: date, days: int, is_free: IsFree | None) -> date:
    return start + timedelta(days=days) if is_free is None else add_working_days(start, days, is_free)


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
    renews: date | None = None  # the last day of the proof that it renews

    @property
    def valid_until(self) -> date | None:
        """The last day on which it counts; None for ever."""
        return self.validity.until(self.completed_on, self.renews)

    @property
    def renew_from(self) -> date | None:
        return self.validity.renew_from(self.completed_on, self.renews)

    @property
    def until(self) -> date:
        """The last day on which it counts; the end of all days where it counts for ever."""
        return self.valid_until or date.max


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
