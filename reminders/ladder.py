"""Pure: which rung of a ladder is due. Imports no Django.

Rungs are counted from the due date (or the day the task was assigned), never from the last run: a sweep that comes late
or twice finds the same answer. ``rung_due`` is the rule, for one obligation; ``steps`` says the same of a whole day at
once, as stretches of dates that a database can join with. A property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

DAY = timedelta(days=1)
LONGEST_BREAK = timedelta(days=30)  # a longer one is a mistake in the calendar, and no reason to be silent


@dataclass(frozen=True)
class Rung:
    """One step: ``days`` after (or with a minus before) its anchor, for one audience.

    ``only_from``: it speaks only of what was assigned on that day or later; None: of everything.
    """

    days: int
    counted_from: Literal["due", "opening"] = "due"
    audience: str = "person"
    only_from: date | None = None

    def anchor(self, *, due_on: date, opened_on: date) -> date:
        """The day from which it is counted."""
        return due_on if self.counted_from == "due" else opened_on

    def day(self, *, due_on: date, opened_on: date) -> date:
        return self.anchor(due_on=due_on, opened_on=opened_on) + timedelta(days=self.days)

    @property
    def comes_early(self) -> bool:
        """It warns of a day to come: where its own day is free, it comes on the last working day before, not after."""
        return self.counted_from == "due" and self.days < 0


@dataclass(frozen=True)
class Reach:
    """How far a working day reaches: to itself, and for rungs that come early to the end of the free days after it."""

    today: date
    early: date

    def of(self, rung: Rung) -> date:
        return self.early if rung.comes_early else self.today


def reach(today: date, is_free: Callable[[date], bool]) -> Reach | None:
    """None on a day on which nobody works there: what falls on it comes on the working day before or after."""
    if is_free(today):
        return None
    early = today
    while is_free(early + DAY) and early - today < LONGEST_BREAK:
        early += DAY
    return Reach(today, early)


def rung_due(
    rungs: Iterable[Rung], *, due_on: date, opened_on: date, starts_on: date, reached: Reach
) -> dict[str, Rung]:
    """For each audience, the latest rung whose day has come; the ones before it are past and are not made up for.

    Rungs from before the ladder existed (``starts_on``) or before the task was assigned are never due. Of two that fall on
    the same day the one that is counted from the due date speaks.
    """
    found: dict[str, tuple[tuple[date, bool], Rung]] = {}
    for rung in rungs:
        day = rung.day(due_on=due_on, opened_on=opened_on)
        if rung.only_from is not None and opened_on < rung.only_from:
            continue
        if not max(starts_on, opened_on) <= day <= reached.of(rung):
            continue
        rank = (day, rung.counted_from == "due")
        if rung.audience not in found or found[rung.audience][0] < rank:
            found[rung.audience] = (rank, rung)
    return {audience: rung for audience, (_, rung) in found.items()}


@dataclass(frozen=True)
class Step:
    """The rung that is the latest of its kind for anchors of ``first`` to ``last``, of what was opened in a stretch."""

    rung: Rung
    first: date
    last: date
    opened_first: date
    opened_last: date


def steps(rungs: Sequence[Rung], *, starts_on: date, reached: Reach, before: Reach | None = None) -> Iterator[Step]:
    """The steps of one day. ``before``: leave out what had come by that day already (to say what comes anew)."""
    cuts = sorted({date.min, *(rung.only_from for rung in rungs if rung.only_from)})
    for opened_first, opened_next in pairwise([*cuts, None]):
        assert opened_first is not None
        opened_last = opened_next - DAY if opened_next else date.max
        for kind, audience in sorted({(rung.counted_from, rung.audience) for rung in rungs}):
            mine = [
                rung
                for rung in sorted(rungs, key=lambda rung: -rung.days)
                if (rung.counted_from, rung.audience) == (kind, audience)
                and (rung.only_from is None or rung.only_from <= opened_first)
            ]
            later = date.min
            for rung in mine:
                last = reached.of(rung) - timedelta(days=rung.days)
                first = max(later, starts_on - timedelta(days=rung.days))
                if before is not None:
                    first = max(first, before.of(rung) - timedelta(days=rung.days) + DAY)
                if first <= last:
                    yield Step(rung, first, last, opened_first, opened_last)
                later = last + DAY
