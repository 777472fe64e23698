"""Pure: how a question is answered by many, and nothing about anybody. Imports no Django.

People are counted in whole tens, in the order in which they first handed in a check: whoever compares the figures of two
days never sees what one person changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.grades import Snapshot, is_right

STEP = 10


@dataclass(frozen=True)
class Outcome:
    """One question as it stands in the bank. Without ``answers`` there are too few, and nothing else is told.

    ``most_chosen_wrong`` is the wrong answer that most people chose; empty where there is none, and for an order.
    """

    key: str
    text: str
    lesson: int
    must_be_right: bool
    answers: int | None = None
    percent_right: int | None = None
    most_chosen_wrong: str = ""


def outcomes(
    bank: Sequence[Snapshot], firsts: Iterable[tuple[Any, Sequence[Snapshot], Mapping[str, Any]]]
) -> list[Outcome]:
    """``firsts``: person, questions and answers of first attempts, oldest first; of each person the first one counts.

    An answer to another wording, or to other options, is an answer to another question.
    """
    wanted = {question["key"]: wording(question) for question in bank}
    given: dict[str, list[tuple[bool, list[str]]]] = {key: [] for key in wanted}
    seen = set()
    for person, questions, answers in firsts:
        if person in seen:
            continue
        seen.add(person)
        for question in questions:
            if wanted.get(question["key"]) == wording(question):
                given[question["key"]].append(_answered(question, answers.get(question["id"], ())))
    return [_outcome(question, given[question["key"]]) for question in bank]


def wording(question: Snapshot) -> tuple[Any, ...]:
    """What makes it this question and no other. Only an order has options in places."""
    if question["kind"] == "ordering":
        return "ordering", question["text"], tuple(option["text"] for option in _in_place(question["options"]))
    options = frozenset([(option["text"], option["correct"]) for option in question["options"]])
    return question["kind"], question["text"], options


def _in_place(options: Sequence[Snapshot]) -> list[Snapshot]:
    """As the bank has them; a snapshot is shuffled and remembers the places."""
    return [option for _, option in sorted(enumerate(options), key=lambda pair: pair[1].get("place", pair[0]))]


def _answered(question: Snapshot, chosen: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether it was right, and the wrong options that were chosen."""
    if question["kind"] == "ordering":
        return is_right(question, chosen), []
    wrong = [option["text"] for option in question["options"] if option["id"] in chosen and not option["correct"]]
    return is_right(question, chosen), wrong


def _outcome(question: Snapshot, given: Sequence[tuple[bool, list[str]]]) -> Outcome:
    told = (question["key"], question["text"], question["lesson"], question["must_be_right"])
    counted = given[: len(given) // STEP * STEP]
    if not counted:
        return Outcome(*told)
    chosen = Counter(text for _, wrong in counted for text in wrong)
    favourite = min(chosen, key=lambda text: (-chosen[text], text), default="")
    return Outcome(*told, len(counted), round(100 * sum(right for right, _ in counted) / len(counted)), favourite)
