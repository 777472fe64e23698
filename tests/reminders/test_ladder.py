"""Which rung is due, as properties."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reminders.ladder import Reach, Rung, rung_due
from tests.cast import TODAY

RUNGS = [Rung(days) for days in (-30, -14, -7, -1, 1, 7, 14, 30)]
near = st.dates(min_value=TODAY - timedelta(days=60), max_value=TODAY + timedelta(days=60))
LONG_AGO = date(2020, 1, 1)


def days_due(due_on: date, today: date, *, opened_on: date = LONG_AGO, starts_on: date = LONG_AGO) -> list[int]:
    found = rung_due(RUNGS, due_on=due_on, opened_on=opened_on, starts_on=starts_on, reached=Reach(today, today))
    return [rung.days for rung in found.values()]


def test_rungs_are_counted_from_the_due_date() -> None:
    assert days_due(TODAY + timedelta(days=14), TODAY) == [-14]
    assert days_due(TODAY + timedelta(days=31), TODAY) == []
    assert days_due(TODAY - timedelta(days=1), TODAY) == [1]
    assert days_due(TODAY - timedelta(days=6), TODAY) == [1]


@given(due_on=near, today=near, late=st.integers(0, 20))
def test_a_sweep_that_comes_late_sends_the_latest_rung_only(due_on: date, today: date, late: int) -> None:
    found = days_due(due_on, today + timedelta(days=late))
    past = [rung.days for rung in RUNGS if due_on + timedelta(days=rung.days) <= today + timedelta(days=late)]
    assert found == past[-1:]


@given(due_on=near, opened_on=near, starts_on=near, today=near)
def test_nothing_from_before_the_task_or_the_ladder_is_sent(
    due_on: date, opened_on: date, starts_on: date, today: date
) -> None:
    for days in days_due(due_on, today, opened_on=opened_on, starts_on=starts_on):
        assert max(opened_on, starts_on) <= due_on + timedelta(days=days) <= today


@given(due_on=near, today=near)
def test_day_after_day_every_rung_comes_once_and_in_order(due_on: date, today: date) -> None:
    seen: list[int] = []
    for day in range(-40, 41):
        for days in days_due(due_on, due_on + timedelta(days=day)):
            if days not in seen:
                seen.append(days)
    assert seen == [rung.days for rung in RUNGS]
