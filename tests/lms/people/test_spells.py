"""Earlier posts: a move, a correction and a late report, against a naive calendar that writes down every day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.people.spells import BEGINNING, Post, Spell, continued, moved, post_on

START = date(2026, 1, 1)
DAYS = 40
POSTS = [Post(office, category, False) for office in (1, 2) for category in ("FTA", "SC")]
moves = st.lists(st.tuples(st.sampled_from(POSTS), st.integers(0, DAYS - 1)), max_size=8)


@given(moves)
def test_what_is_told_last_holds_from_its_day_on(told: list[tuple[Post, int]]) -> None:
    now, past = POSTS[0], list[Spell]()
    calendar = [now] * DAYS
    for after, day in told:
        since = START + timedelta(days=day)
        if after == now and not past:
            continue  # of somebody who never moved there is nothing to correct
        if after == now:
            last = (past[-1].ends_on - START).days
            calendar[max(0, last) : day] = [past[-1].post] * max(0, day - max(0, last))
        calendar[day:] = [after] * (DAYS - day)
        past = moved(past, before=now, after=after, since=since)
        now = after
        for n in range(DAYS):
            assert post_on(past, now, START + timedelta(days=n)) == calendar[n]


@given(moves)
def test_spells_follow_one_another_without_gap_or_overlap(told: list[tuple[Post, int]]) -> None:
    now, past = POSTS[0], list[Spell]()
    for after, day in told:
        past = moved(past, before=now, after=after, since=START + timedelta(days=day))
        now = after
        assert all(spell.starts_on < spell.ends_on for spell in past)
        assert [spell.starts_on for spell in past] == [BEGINNING, *(spell.ends_on for spell in past)][: len(past)]
        assert all(one.post != other for one, other in zip(past, [*(s.post for s in past[1:]), now], strict=False))


def test_the_same_told_again_changes_nothing() -> None:
    once = moved([], before=POSTS[0], after=POSTS[1], since=START)
    assert moved(once, before=POSTS[1], after=POSTS[1], since=START) == once == [Spell(POSTS[0], BEGINNING, START)]


@given(earlier=moves, later=moves, at=st.integers(0, DAYS - 1))
def test_two_records_are_one_history_that_changes_hands_on_a_day(
    earlier: list[tuple[Post, int]], later: list[tuple[Post, int]], at: int
) -> None:
    (first, was), (second, now) = (_lived(told) for told in (earlier, later))
    day = START + timedelta(days=at)
    whole = continued(first, was, second, now, at=day)
    for n in range(DAYS):
        that = START + timedelta(days=n)
        assert post_on(whole, now, that) == (post_on(first, was, that) if that < day else post_on(second, now, that))
    assert [spell.starts_on for spell in whole] == [BEGINNING, *(spell.ends_on for spell in whole)][: len(whole)]


def _lived(told: list[tuple[Post, int]]) -> tuple[list[Spell], Post]:
    now, past = POSTS[0], list[Spell]()
    for after, day in told:
        past = moved(past, before=now, after=after, since=START + timedelta(days=day))
        now = after
    return past, now
