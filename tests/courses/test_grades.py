"""Drawing and grading, as properties."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import grades


@st.composite
def banks(draw: st.DrawFn) -> list[dict[str, Any]]:
    questions = []
    for number in range(draw(st.integers(min_value=1, max_value=30))):
        kind = draw(st.sampled_from(["single", "multiple", "true_false", "ordering"]))
        count = 2 if kind == "true_false" else draw(st.integers(min_value=2, max_value=5))
        right = {0} if kind in ("single", "true_false") else draw(st.sets(st.integers(0, count - 1), min_size=1))
        star = draw(st.booleans())
        questions.append(
            {
                "key": f"q-{number}", "lesson": 1, "kind": kind, "text": f"Question {number}",
                "feedback": f"SECRET-FEEDBACK {number}", "must_be_right": star,
                "topic": draw(st.sampled_from(["a", "b", "c"])) if star else "",
                "options": [
                    {"text": f"option {place}", "correct": kind != "ordering" and place in right}
                    for place in range(count)
                ],
            }
        )  # fmt: skip
    return questions


def right_answer(question: dict[str, Any]) -> list[str]:
    if question["kind"] == "ordering":
        return [option["id"] for option in sorted(question["options"], key=lambda option: option["place"])]
    return [option["id"] for option in question["options"] if option["correct"]]


@given(bank=banks(), seed=st.integers(), data=st.data())
def test_a_draw_has_the_right_size_no_repeats_and_one_of_each_topic(bank: Any, seed: int, data: st.DataObject) -> None:
    topics = {question["topic"] for question in bank if question["must_be_right"]}
    count = data.draw(st.integers(min_value=max(1, min(len(topics), len(bank))), max_value=len(bank)))
    drawn = grades.draw(bank, count=count, rng=random.Random(seed))
    keys = [question["key"] for question in drawn]
    assert len(keys) == count == len(set(keys))
    by_key = {question["key"]: question for question in bank}
    assert {by_key[key]["topic"] for key in keys if by_key[key]["must_be_right"]} == topics


@given(bank=banks(), seed=st.integers())
def test_all_right_passes_and_one_must_be_right_wrong_fails(bank: Any, seed: int) -> None:
    drawn = grades.draw(bank, count=len(bank), rng=random.Random(seed))
    answers = {question["id"]: right_answer(question) for question in drawn}
    best = grades.grade(drawn, answers, mastery=100)
    assert (best.passed, best.scaled, best.wrong) == (True, 1.0, [])
    for question in drawn:
        spoiled = grades.grade(drawn, {**answers, question["id"]: ["nonsense"]}, mastery=1)
        assert spoiled.points == len(drawn) - 1
        assert spoiled.passed is (not question["must_be_right"] and spoiled.points >= 1)


@given(bank=banks(), seed=st.integers())
def test_what_is_public_says_nothing_of_what_is_right(bank: Any, seed: int) -> None:
    drawn = grades.draw(bank, count=len(bank), rng=random.Random(seed))
    for question in drawn:
        shown = grades.public(question)
        assert set(shown) == {"id", "kind", "text", "options"}
        assert all(set(option) == {"id", "text"} for option in shown["options"])
        assert "SECRET-FEEDBACK" not in json.dumps(shown)


@given(bank=banks(), seed=st.integers(), given_ids=st.lists(st.text(max_size=20), max_size=6))
def test_whatever_a_form_sends_is_judged_and_never_fails(bank: Any, seed: int, given_ids: list[str]) -> None:
    for question in grades.draw(bank, count=len(bank), rng=random.Random(seed)):
        assert grades.problem(question, given_ids) in ("missing", "foreign", "incomplete", "")
        assert grades.is_right(question, given_ids) is False
        assert grades.problem(question, right_answer(question)) == ""


def test_a_bank_that_is_too_small_is_refused() -> None:
    with pytest.raises(grades.BankTooSmall):
        grades.draw([], count=1, rng=random.Random(0))


@pytest.mark.parametrize(("points", "passed"), [(15, False), (16, True), (20, True)])
def test_eighty_per_cent_of_twenty_is_sixteen(points: int, passed: bool) -> None:
    question = {"key": "q", "lesson": 1, "kind": "single", "text": "?", "feedback": "", "must_be_right": False,
                "topic": "", "options": [{"text": "a", "correct": True}, {"text": "b"}]}  # fmt: skip
    drawn = grades.draw([{**question, "key": str(n)} for n in range(20)], count=20, rng=random.Random(1))
    answers = {item["id"]: right_answer(item) for item in drawn[:points]}
    assert grades.grade(drawn, answers, mastery=80).passed is passed


@given(failures=st.integers(min_value=0, max_value=12))
def test_a_pause_follows_every_third_failure(failures: int) -> None:
    first = datetime(2026, 11, 23, tzinfo=UTC)
    times = [first + timedelta(minutes=n) for n in range(failures)]
    found = grades.next_attempt_at(times, pause_after=3, pause=timedelta(hours=1))
    assert found == (times[-1] + timedelta(hours=1) if failures and failures % 3 == 0 else None)
