"""Pure: drawing a check from a bank, showing it without its key, and turning answers into a score. Imports no Django."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Snapshot = dict[str, Any]
Answers = Mapping[str, Sequence[str]]


class BankTooSmall(ValueError):
    """The bank has fewer questions than the check draws."""


@dataclass(frozen=True)
class Grade:
    """Points, the most there were, and whether it is a pass; ``wrong`` and ``missed`` name question ids."""

    points: int
    most: int
    passed: bool
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def scaled(self) -> float:
        """From 0 to 1, as xAPI's ``score.scaled``."""
        return round(self.points / self.most, 4) if self.most else 0.0


def draw(bank: Sequence[Snapshot], *, count: int, rng: random.Random) -> list[Snapshot]:
    """``count`` questions at random: one of each must-be-right topic, the rest from what is not must-be-right first.

    A bank question has ``key, lesson, kind, text, feedback, must_be_right, topic, options[text, correct]``. Questions and
    options get ids of this attempt alone, so that what one learner saw says nothing to the next. Raises BankTooSmall.
    """
    if len(bank) < count:
        raise BankTooSmall(f"{len(bank)} of {count}")
    topics: dict[str, list[Snapshot]] = {}
    for question in bank:
        if question["must_be_right"]:
            topics.setdefault(question["topic"], []).append(question)
    chosen = [rng.choice(topics[topic]) for topic in sorted(topics)][:count]
    others = [question for question in bank if not question["must_be_right"]]
    spare = [question for question in bank if question["must_be_right"] and question not in chosen]
    rng.shuffle(others)
    rng.shuffle(spare)
    chosen += (others + spare)[: count - len(chosen)]
    rng.shuffle(chosen)
    return [_snapshot(question, rng) for question in chosen]


def _snapshot(question: Snapshot, rng: random.Random) -> Snapshot:
    options = [
        {"id": secrets.token_hex(8), "text": option["text"], "correct": bool(option.get("correct")), "place": place}
        for place, option in enumerate(question["options"], 1)
    ]
    if question["kind"] != "true_false":
        rng.shuffle(options)
    kept = ("key", "lesson", "kind", "text", "feedback", "must_be_right")
    return {"id": secrets.token_hex(8), **{name: question[name] for name in kept}, "options": options}


def public(question: Snapshot) -> Snapshot:
    """What a browser may know before the answer: built anew, so that a field added later is not shown by accident."""
    return {
        "id": question["id"],
        "kind": question["kind"],
        "text": question["text"],
        "options": [{"id": option["id"], "text": option["text"]} for option in question["options"]],
    }


def problem(question: Snapshot, given: Sequence[str]) -> str:
    """Why the answer cannot be graded: ``missing``, ``foreign`` (tampered), ``incomplete`` order; empty when it can."""
    if not given or not any(given):
        return "missing"
    ids = {option["id"] for option in question["options"]}
    if question["kind"] == "ordering":
        places = [place for place in given if place]
        return "" if sorted(places) == sorted(ids) else ("foreign" if set(places) - ids else "incomplete")
    if not set(given) <= ids:
        return "foreign"
    return "foreign" if question["kind"] != "multiple" and len(given) != 1 else ""


def is_right(question: Snapshot, given: Sequence[str]) -> bool:
    """All or nothing. ``ordering``: the option ids in the learner's order."""
    if question["kind"] == "ordering":
        wanted = [option["id"] for option in sorted(question["options"], key=lambda option: option["place"])]
        return list(given) == wanted
    return set(given) == {option["id"] for option in question["options"] if option["correct"]}


def grade(questions: Sequence[Snapshot], answers: Answers, *, mastery: int) -> Grade:
    """A pass needs ``mastery`` per cent of the points, and every must-be-right question right whatever the points."""
    wrong = [question for question in questions if not is_right(question, answers.get(question["id"], ()))]
    points, most = len(questions) - len(wrong), len(questions)
    missed = [question["id"] for question in wrong if question["must_be_right"]]
    passed = most > 0 and points * 100 >= mastery * most and not missed
    return Grade(points, most, passed, [question["id"] for question in wrong], missed)


def next_attempt_at(failed_at: Sequence[datetime], *, pause_after: int, pause: timedelta) -> datetime | None:
    """When the next attempt may begin; None: now. A pause follows every ``pause_after``-th failure."""
    if not failed_at or len(failed_at) % pause_after:
        return None
    return max(failed_at) + pause
