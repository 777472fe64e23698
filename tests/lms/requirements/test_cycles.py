"""Every case of the field has its result, on whatever day it happens; ``docs/cycles.md`` is written from the same cases.

``WRITE_CYCLES=1 python -m pytest tests/lms/requirements/test_cycles.py`` writes the page anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.verification import run
from tests.cast import Cast
from tests.lms.requirements.lives import CASES, Case

PAGE = Path(__file__).resolve().parents[3] / "docs" / "cycles.md"
HEAD = """# What becomes of a cycle

Cycles are never reset and proof is never wiped: a renewal, a return or a change opens the next cycle, and the ledger
keeps every completion. This table is written by the tests that hold it (`tests/lms/requirements/lives.py`), which live
through each case on many different days. The example is of a rule that gives 30 days, whose proof is valid for 12 months
and can be renewed in the last 60 days of it, and of somebody who joins on 5 January 2026.

| case | what becomes of it | an example |
|---|---|---|
"""
TAIL = """
A waiver sets an obligation aside until its last day and leaves the due date as it is; more time moves the due date of a
first cycle (a renewal is due when its proof ends). Both are facts that one person asks for and another grants.

A rule that changes applies to cycles that are open: due dates that count from joining or issue move; proof that lasts
longer now counts for a renewal that is open; proof that lasts shorter ends sooner, and its renewal with it.
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6, deadline=None)
@given(n=st.integers(0, 20))
def test_it_comes_out_the_same_on_any_day(cast: Cast, case: Case, n: int) -> None:
    case.told(cast, n)


@pytest.mark.django_db
def test_after_all_of_it_the_ledger_is_whole_and_the_page_says_what_came_of_it(cast: Cast) -> None:
    told = page(cast)
    if os.environ.get("WRITE_CYCLES"):
        PAGE.write_text(told)
    assert PAGE.read_text() == told
    assert [str(item) for _, found in run() for item in found] == []


def page(cast: Cast) -> str:
    return HEAD + "".join(f"| {case.name} | {case.rule} | {case.told(cast, 0)} |\n" for case in CASES) + TAIL
