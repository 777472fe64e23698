"""Pure: until when a session can be planned, signed and confirmed, and what pasted lines name. Imports no Django.

Days are calendar days where the session is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

CONFIRM_DAYS = 14
MOST_LINES = 500
HEADINGS = {"number", "name"}


def confirm_by(held_on: date, reopened_until: Iterable[date] = ()) -> date:
    """The last day on which somebody can confirm: a fortnight after the session, or the last one that HR gave."""
    return max([held_on + timedelta(days=CONFIRM_DAYS), *reopened_until])


def earliest(today: date) -> date:
    """The first day on which a session can be said to have been held: one that was longer ago nobody could confirm."""
    return today - timedelta(days=CONFIRM_DAYS)


@dataclass(frozen=True)
class Line:
    """One line of what was pasted: its place, counted from one, and the number or name in it."""

    place: int
    wanted: str


def lines(text: str) -> list[Line]:
    """The first cell of each line that says something, of a list or a CSV file; its heading is passed over."""
    found = []
    for place, line in enumerate(text.splitlines(), 1):
        wanted = " ".join(re.split(r"[;,\t]", line.lstrip("\ufeff"), maxsplit=1)[0].strip(" \"'").split())
        if wanted and not (place == 1 and wanted.casefold() in HEADINGS):
            found.append(Line(place, wanted))
    return found
