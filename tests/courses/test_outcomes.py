"""How questions are answered, in whole tens of people."""

from __future__ import annotations

import random
from typing import Any

from courses.grades import draw
from courses.outcomes import Outcome, outcomes

QUESTION: dict[str, Any] = {
    "key": "q", "lesson": 1, "kind": "single", "text": "Which?", "feedback": "", "must_be_right": False, "topic": "",
    "options": [{"text": "right", "correct": True}, {"text": "wrong", "correct": False},
                {"text": "also wrong", "correct": False}],
}  # fmt: skip
ORDER = {**QUESTION, "kind": "ordering", "options": [{"text": text} for text in ("first", "second", "third")]}


def attempt(person: Any, chosen: list[str], question: dict[str, Any] = QUESTION) -> Any:
    """As it is stored: shuffled, with ids of its own."""
    drawn = draw([question], count=1, rng=random.Random(str(person)))
    ids = {option["text"]: option["id"] for option in drawn[0]["options"]}
    return person, drawn, {drawn[0]["id"]: [ids[text] for text in chosen]}


def of(*answers: list[str], question: dict[str, Any] = QUESTION) -> Outcome:
    given = [attempt(person, chosen, question) for person, chosen in enumerate(answers)]
    return outcomes([question], given)[0]


def test_below_ten_people_nothing_is_told() -> None:
    assert of(*[["wrong"]] * 9) == Outcome("q", "Which?", 1, False)


def test_from_ten_on_the_share_and_the_wrong_answer_chosen_most_are_told() -> None:
    told = of(*[["right"]] * 6, ["also wrong"], *[["wrong"]] * 3)
    assert (told.answers, told.percent_right, told.most_chosen_wrong) == (10, 60, "wrong")


def test_the_eleventh_to_nineteenth_person_change_nothing() -> None:
    """Or whoever knows who took the check today would read their answer off the difference."""
    ten = of(*[["right"]] * 10)
    for more in range(1, 10):
        assert of(*[["right"]] * 10, *[["wrong"]] * more) == ten
    assert of(*[["right"]] * 10, *[["wrong"]] * 10).percent_right == 50


def test_of_each_person_the_first_attempt_counts() -> None:
    again = [attempt(person, ["right"]) for person in range(10)]
    assert outcomes([QUESTION], [attempt(person, ["wrong"]) for person in range(10)] + again)[0].percent_right == 0
    assert outcomes([QUESTION], [attempt(0, ["wrong"])] * 30)[0].answers is None


def test_answers_to_other_words_are_answers_to_another_question() -> None:
    answers = [attempt(person, ["right"]) for person in range(10)]
    for change in ({"text": "What?"}, {"kind": "multiple"}, {"options": QUESTION["options"][:2]},
                   {"options": [{**option, "correct": False} for option in QUESTION["options"]]}):  # fmt: skip
        assert outcomes([{**QUESTION, **change}], answers)[0].answers is None
    for same in ({"feedback": "x"}, {"lesson": 7}, {"options": list(reversed(QUESTION["options"]))}):
        assert outcomes([{**QUESTION, **same}], answers)[0].answers == 10


def test_a_question_that_is_gone_from_the_bank_is_not_told() -> None:
    assert outcomes([], [attempt(person, ["right"]) for person in range(10)]) == []


def test_an_order_has_no_wrong_option() -> None:
    told = of(*[["first", "second", "third"]] * 5, *[["third", "second", "first"]] * 5, question=ORDER)
    assert (told.answers, told.percent_right, told.most_chosen_wrong) == (10, 50, "")
    swapped = {**ORDER, "options": list(reversed(ORDER["options"]))}
    assert outcomes([swapped], [attempt(person, ["first"], ORDER) for person in range(10)])[0].answers is None


def test_of_several_answers_each_wrong_one_counts() -> None:
    several = {**QUESTION, "kind": "multiple"}
    told = of(*[["right", "wrong"]] * 4, *[["wrong", "also wrong"]] * 6, question=several)
    assert (told.percent_right, told.most_chosen_wrong) == (0, "wrong")


def test_no_answer_is_a_wrong_one() -> None:
    assert of(*[[]] * 10).percent_right == 0
