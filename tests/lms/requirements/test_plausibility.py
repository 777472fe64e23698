"""What cannot be believed of a report, as a plain rule."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.requirements.plausibility import (
    CLOCKS_DIFFER,
    Doubt,
    Reported,
    Session,
    doubts_about_session,
    doubts_about_time,
)

BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
SESSION = Session(
    activity="https://a", registration=uuid.UUID(int=1), session=uuid.UUID(int=2), began=BEGAN, first_began=BEGAN,
    mastery=0.8,
)  # fmt: skip
SAID = Reported(
    activity="https://a", passed=True, at=BEGAN + timedelta(minutes=50), stored=BEGAN + timedelta(minutes=51),
    registration=uuid.UUID(int=1), session=str(uuid.UUID(int=2)), duration=timedelta(minutes=49), scaled=0.8,
)  # fmt: skip
SHORTEST = timedelta(minutes=12)


def doubts(said: Reported = SAID, session: Session = SESSION) -> list[Doubt]:
    return doubts_about_session(said, session, shortest=SHORTEST)


def test_an_ordinary_report_is_believed() -> None:
    assert doubts() == []
    assert doubts(replace(SAID, scaled=None, duration=None, passed=False)) == []


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"activity": "https://b"}, Doubt.OTHER_ACTIVITY),
        ({"registration": None}, Doubt.OTHER_REGISTRATION),
        ({"registration": uuid.UUID(int=9)}, Doubt.OTHER_REGISTRATION),
        ({"session": ""}, Doubt.OTHER_SESSION),
        ({"session": str(uuid.UUID(int=9))}, Doubt.OTHER_SESSION),
        ({"at": BEGAN - timedelta(hours=1)}, Doubt.IMPOSSIBLE_TIME),
        ({"at": BEGAN + timedelta(hours=1)}, Doubt.IMPOSSIBLE_TIME),
        ({"duration": timedelta(hours=3)}, Doubt.IMPOSSIBLE_TIME),
        ({"duration": timedelta(minutes=-1)}, Doubt.IMPOSSIBLE_TIME),
        ({"stored": BEGAN + timedelta(minutes=11), "at": BEGAN + timedelta(minutes=11),
          "duration": None}, Doubt.TOO_QUICK),
        ({"scaled": 0.79}, Doubt.BELOW_MASTERY),
    ],
)  # fmt: skip
def test_each_doubt_stands_alone(changes: dict[str, Any], doubt: Doubt) -> None:
    assert doubts(replace(SAID, **changes)) == [doubt]


def test_a_report_after_the_end_of_its_session_is_doubted() -> None:
    assert doubts(session=replace(SESSION, ended=BEGAN + timedelta(minutes=50))) == [Doubt.AFTER_THE_END]
    assert doubts(session=replace(SESSION, ended=SAID.stored)) == []


def test_time_is_counted_from_the_first_launch_of_a_course_that_was_resumed() -> None:
    resumed = replace(SESSION, began=SAID.stored - timedelta(minutes=2), first_began=BEGAN)
    assert doubts(replace(SAID, duration=timedelta(minutes=2)), resumed) == []


@given(seconds=st.integers(-100_000, 100_000))
def test_a_clock_may_differ_by_minutes_and_no_more(seconds: int) -> None:
    said = replace(SAID, at=SAID.stored + timedelta(seconds=seconds), duration=None)
    believed = BEGAN - CLOCKS_DIFFER <= said.at <= SAID.stored + CLOCKS_DIFFER
    assert (doubts_about_time(said, began=BEGAN) == []) is believed
