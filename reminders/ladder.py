"""Pure: which rung of a ladder is due. Imports no Django.

Rungs are counted from the due date (or the day the task was assigned), never from the last run: a sweep that comes late or
twice finds the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal


@dataclass(frozen=True)
class Rung:
    """One step: ``days`` after (or with a minus before) its anchor, for one audience."""

    id: int
    days: int
    counted_from: Literal["due", "opening"] = "due"
    audience: str = "person"

    def anchor(self, *, due_on: date, opened_on: date) -> date:
        """The day from which it is counted."""
        return due_on if self.counted_from == "due" else opened_on

    def day(self, *, due_on: date, opened_on: date) -> date:
        return self.anchor(due_on=due_on, opened_on=opened_on) + timedelta(days=self.days)


def rung_due(rungs: Iterable[Rung], *, due_on: date, opened_on: date, starts_on: date, today: date) -> dict[str, Rung]:
    """For each audience, the latest rung whose day has come; the ones before it are past and are not made up for.

    Rungs from before the ladder existed (``starts_on``) or before the task was assigned are never due.
    """
    found: dict[str, Rung] = {}
    for rung in rungs:
        day = rung.day(due_on=due_on, opened_on=opened_on)
        if not max(starts_on, opened_on) <= day <= today:
            continue
        best = found.get(rung.audience)
        if best is None or (day, rung.id) > (best.day(due_on=due_on, opened_on=opened_on), best.id):
            found[rung.audience] = rung
    return found
