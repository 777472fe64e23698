"""Where an agreement stands: properties of the rule, whatever the facts."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.partners.states import (
    NOTICE,
    Facts,
    Readiness,
    Renewal,
    State,
    dues,
    has_undertaking,
    is_covered,
    reaches_threshold,
    readiness,
    state,
)
from lms.partners.trees import above, below
from tests.cast import TODAY

days = st.dates(min_value=TODAY - timedelta(days=200), max_value=TODAY + timedelta(days=200))
maybe = st.none() | days
counts = st.integers(min_value=0, max_value=40)


@st.composite
def agreements(draw: st.DrawFn) -> Facts:
    verified, excused, missing = draw(counts), draw(counts), draw(counts)
    signed_on = draw(maybe)
    return Facts(
        ends_on=draw(maybe), signed_on=signed_on, superseded_on=draw(maybe) if signed_on else None,
        grace=draw(st.integers(min_value=0, max_value=120)), review_on=draw(maybe), named=verified + excused + missing,
        verified=verified, excused=excused, threshold=draw(st.integers(min_value=1, max_value=100)),
    )  # fmt: skip


@given(facts=agreements(), today=days)
def test_every_agreement_has_one_state_that_its_facts_bear_out(facts: Facts, today: date) -> None:
    found = state(facts, today)
    ended = facts.ends_on is not None and facts.ends_on < today
    if found == State.LAPSED:
        assert ended or (facts.signed_on is not None and not has_undertaking(facts, today))
    else:
        assert not ended
    if found in (State.UNDERTAKING_SIGNED, State.TRAINING_OPEN, State.TRAINING_VERIFIED):
        assert has_undertaking(facts, today)
    assert (found == State.TRAINING_VERIFIED) <= is_covered(facts)
    assert (found == State.UNDERTAKING_SIGNED) <= (facts.named == 0)


@given(facts=agreements(), today=days, later=st.integers(min_value=1, max_value=300))
def test_what_has_lapsed_comes_back_by_new_facts_only(facts: Facts, today: date, later: int) -> None:
    if state(facts, today) == State.LAPSED:
        assert state(facts, today + timedelta(days=later)) == State.LAPSED


@given(facts=agreements(), today=days, declared=maybe, override=maybe)
def test_nobody_is_ready_below_the_threshold_without_an_override_that_runs(
    facts: Facts, today: date, declared: date | None, override: date | None
) -> None:
    found = readiness(facts, today, declared_on=declared, override_until=override)
    if found in (Readiness.READY, Readiness.BY_OVERRIDE):
        assert declared is not None
        assert declared <= today
        assert is_covered(facts) or (override is not None and today <= override)
        assert state(facts, today) != State.LAPSED


@given(named=counts, threshold=st.integers(min_value=1, max_value=100))
def test_of_nobody_no_share_is_reached_and_of_all_every_share(named: int, threshold: int) -> None:
    assert not reaches_threshold(named=named, verified=0, excused=named, threshold=threshold)
    assert reaches_threshold(named=named, verified=named, excused=0, threshold=threshold) == (named > 0)


def test_a_share_is_not_rounded_up() -> None:
    assert not reaches_threshold(named=1000, verified=799, excused=0, threshold=80)
    assert reaches_threshold(named=5, verified=4, excused=0, threshold=80)


def test_an_undertaking_holds_until_the_last_day_of_the_grace() -> None:
    facts = Facts(signed_on=date(2026, 1, 1), superseded_on=date(2026, 9, 1), grace=30)
    last = date(2026, 10, 1)
    assert state(facts, last) == State.UNDERTAKING_SIGNED
    assert state(facts, last + timedelta(days=1)) == State.LAPSED


@given(facts=agreements(), today=days)
def test_what_falls_due_is_near_or_late_and_in_order(facts: Facts, today: date) -> None:
    found = dues(facts, today)
    assert [due.on for due in found] == sorted(due.on for due in found)
    assert all(due.is_late == (due.on < today) for due in found)
    assert all(due.on <= today + NOTICE for due in found if due.what != Renewal.UNDERTAKING)
    reviewed = facts.review_on is not None and facts.review_on <= today + NOTICE
    ended = facts.ends_on is not None and facts.ends_on < today
    assert (Renewal.ASSESSMENT in {due.what for due in found}) == (reviewed and not ended)


trees = st.dictionaries(st.integers(0, 12), st.none() | st.integers(0, 12), max_size=12)


@given(parents=trees, root=st.integers(0, 12), other=st.integers(0, 12))
def test_below_is_what_has_the_root_above_it_and_circles_end(
    parents: dict[int, int | None], root: int, other: int
) -> None:
    if root in parents and other in parents:
        assert (other in below([root], parents)) == (root in above(other, parents))
