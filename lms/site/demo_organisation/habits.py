"""Pure: when the people of the demo do what they owe, and the cycles that the daily refresh would have made of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

from lms.requirements.periods import Deadline, Validity, add_months, due_on

DAY = timedelta(days=1)
# How much of what somebody does is their own way, and how much is this one course.
OWN, OTHER = 0.85, 0.527
LATE = 0.15
NEW_DAYS, NEW_FACTOR = 90, 2.0
GATE_DAYS = 270  # since then nobody gets in without the courses that the gate asks for
AT_GATE = {"sea": 0.1, "respect": 0.4}
HARDER = {"sea": 1.2, "respect": 1.4, "ethics": 1.1}


@dataclass(frozen=True)
class Owed:
    """A rule, as far as its dates matter."""

    code: str
    due_days: int
    applies_from: date
    validity: Validity


@dataclass(frozen=True)
class Habit:
    """``slackness`` is standard normal and the same in all that the person owes: who is late here is late there.

    ``missing``: how likely people like this are to owe proof today. ``told``: by code, the days ago on which each cycle
    was completed, for people whose story is told; what it does not name they do in time.
    """

    slackness: float
    missing: float
    told: Mapping[str, tuple[int, ...]] | None = None


@dataclass
class Cycle:
    number: int
    opened_on: date
    due_on: date
    carried_until: date | None = None
    completed_on: date | None = None
    ended_on: date | None = None
    ended_because: str = ""


def lived(
    owed: Owed,
    habit: Habit,
    rng: random.Random,
    *,
    joined_on: date,
    opened_on: date,
    left_on: date | None,
    today: date,
) -> list[Cycle]:
    """The cycles from the first until the person left or until today; none is completed today or later."""
    left = left_on if left_on and left_on <= today else None
    due = due_on(
        Deadline("joining", owed.due_days),
        joined_on=joined_on,
        applies_from=owed.applies_from,
        opened_on=opened_on,
    )
    found = [Cycle(1, opened_on, due)]
    luck = _luck(owed, habit, rng)
    missing = habit.missing * HARDER.get(owed.code, 1.2) * _newness(owed, habit, joined_on, due, today)
    while True:
        cycle = found[-1]
        day = _day(owed, habit, cycle, joined_on, luck, missing, rng, today)
        if day is None or day >= (left or today):
            break
        cycle.completed_on = day
        until, renew_from = owed.validity.until(day), owed.validity.renew_from(day)
        if until is None or renew_from is None or renew_from > today or (left and renew_from >= left):
            break
        cycle.ended_on, cycle.ended_because = renew_from, "renewed"
        found.append(Cycle(cycle.number + 1, renew_from, until, carried_until=until))
    if left:
        cycle = found[-1]
        cycle.ended_on, cycle.ended_because = max(left, cycle.opened_on), "left"
    return found


def _luck(owed: Owed, habit: Habit, rng: random.Random) -> float:
    """Between 0 and 1; the lower, the later."""
    return NormalDist().cdf(OWN * habit.slackness + OTHER * rng.gauss(0, 1))


def _newness(owed: Owed, habit: Habit, joined_on: date, due: date, today: date) -> float:
    """Most who owe something owe it since not long; what the gate asks for is done by nearly all who came since.

    In the few offices where much is missing anyhow, nobody minds the gate.
    """
    if habit.missing < 0.2 and (today - joined_on).days < GATE_DAYS and owed.code in AT_GATE:
        return AT_GATE[owed.code]
    return NEW_FACTOR if (today - due).days < NEW_DAYS else 1.0


def _day(
    owed: Owed,
    habit: Habit,
    cycle: Cycle,
    joined_on: date,
    luck: float,
    missing: float,
    rng: random.Random,
    today: date,
) -> date | None:
    """When the cycle was completed; None for never yet."""
    certain = habit.missing <= 0
    if habit.told is not None and owed.code in habit.told:
        days = habit.told[owed.code]
        return today - timedelta(days=days[cycle.number - 1]) if cycle.number <= len(days) else None
    day = _usual_day(owed, cycle, joined_on, luck < missing + LATE and habit.told is None, rng)
    if certain and cycle.due_on < today:
        day = min(day, today - DAY)
    if certain or luck >= missing or cycle.due_on >= today:
        return day
    following = owed.validity.until(day)
    if following is not None and following < today:
        return day
    return _lapsed(owed, cycle, rng, today)


def _lapsed(owed: Owed, cycle: Cycle, rng: random.Random, today: date) -> date | None:
    """For somebody who owes proof today: a day whose proof ended not long ago, where there was time for one."""
    if owed.validity.months is None:
        return None
    ended = int(rng.expovariate(1 / 50)) + 1
    day = add_months(today - timedelta(days=ended - 1), -owed.validity.months)
    return day if day >= cycle.opened_on and cycle.number == 1 else None


def _usual_day(owed: Owed, cycle: Cycle, joined_on: date, late: bool, rng: random.Random) -> date:
    """Reminders and the first weeks show; people who were there before the rule needed some months."""
    if cycle.number > 1:
        before = rng.choice((30, 14, 14, 7, 7, 1, rng.randrange(2, 56)))
        days = rng.choice((1, 1, 7, 7, 14, rng.randrange(2, 60))) if late else -before
        day = cycle.due_on + timedelta(days=days)
    elif joined_on < owed.applies_from:
        day = owed.applies_from + timedelta(days=int(rng.triangular(0, 160, 30)))
    elif late:
        day = cycle.due_on + timedelta(days=rng.choice((1, 1, 7, 7, int(rng.expovariate(1 / 15)) + 1)))
    elif owed.due_days == 0:
        day = cycle.due_on - timedelta(days=int(rng.triangular(0, 18, 3)))
    else:
        day = joined_on + timedelta(days=min(owed.due_days, int(rng.expovariate(1 / 10))))
    return max(day, cycle.opened_on)
