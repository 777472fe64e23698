"""Runs the final check: opens attempts, keeps answers, grades them on the server."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from courses import grades
from courses.enrolling import say
from courses.models import Attempt, CoursePage, Enrolment, QuestionBank
from courses.tracking import all_lessons_done
from lms.lrs import vocabulary as v


class CheckNotOpen(Exception):
    """The check cannot be begun now; ``reason``: lessons, pause (``until`` says when it ends), passed, bank."""

    def __init__(self, reason: str, until: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


def questions_of(bank: QuestionBank) -> list[grades.Snapshot]:
    return [
        {
            "key": question.key,
            "lesson": question.lesson,
            "kind": question.kind,
            "text": question.text,
            "feedback": question.feedback,
            "must_be_right": question.must_be_right,
            "topic": question.topic,
            "options": [{"text": option.text, "correct": option.correct} for option in question.options.all()],
        }
        for question in bank.questions.filter(is_active=True).prefetch_related("options")
    ]


def open_attempt(*, enrolment: Enrolment, page: CoursePage, now: datetime | None = None) -> Attempt:
    """The attempt that runs, or a new one. Raises CheckNotOpen."""
    now = now or timezone.now()
    attempts = list(enrolment.attempts.all())
    running = next((attempt for attempt in attempts if attempt.submitted_at is None), None)
    if running is not None:
        return running
    if any(attempt.passed for attempt in attempts):
        raise CheckNotOpen("passed")
    if page.bank is None:
        raise CheckNotOpen("bank")
    if not all_lessons_done(enrolment=enrolment, course=page):
        raise CheckNotOpen("lessons")
    until = paused_until(attempts, page)
    if until is not None and until > now:
        raise CheckNotOpen("pause", until)
    try:
        drawn = grades.draw(questions_of(page.bank), count=page.draw, rng=random.SystemRandom())
    except grades.BankTooSmall as error:
        raise CheckNotOpen("bank") from error
    try:
        with transaction.atomic():
            return Attempt.objects.create(
                enrolment=enrolment,
                number=len(attempts) + 1,
                questions=drawn,
                mastery=page.mastery,
                started_at=now,
            )
    except IntegrityError:  # a second tab was first
        return enrolment.attempts.get(number=len(attempts) + 1)


def paused_until(attempts: Sequence[Attempt], page: CoursePage) -> datetime | None:
    failed = [item.submitted_at for item in attempts if item.submitted_at is not None and not item.passed]
    return grades.next_attempt_at(failed, pause_after=page.pause_after, pause=timedelta(minutes=page.pause_minutes))


def keep_answers(*, attempt: Attempt, answers: Mapping[str, Sequence[str]]) -> None:
    """Save what was chosen so far, so that a lost connection loses nothing. A submitted attempt stays as it is."""
    kept = {question["id"]: list(answers.get(question["id"], ())) for question in attempt.questions}
    Attempt.objects.filter(pk=attempt.pk, submitted_at=None).update(answers=kept)
    attempt.answers = kept


def problems(attempt: Attempt) -> dict[str, str]:
    """By question id, why the attempt cannot be submitted yet."""
    found = {
        question["id"]: grades.problem(question, attempt.answers.get(question["id"], ()))
        for question in attempt.questions
    }
    return {key: what for key, what in found.items() if what}


def submit(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """Grade the kept answers, once: a second submit, from a double click or another tab, finds the result."""
    now = now or timezone.now()
    result = grades.grade(attempt.questions, attempt.answers, mastery=attempt.mastery)
    with transaction.atomic():
        mine = Attempt.objects.filter(pk=attempt.pk, submitted_at=None).update(
            submitted_at=now, points=result.points, passed=result.passed, answers=attempt.answers
        )
        if mine:
            _tell(attempt, result, now)
    attempt.refresh_from_db()
    return attempt


def _tell(attempt: Attempt, result: grades.Grade, now: datetime) -> None:
    say(
        attempt.enrolment,
        v.PASSED if result.passed else v.FAILED,
        occurrence="" if result.passed else str(attempt.number),
        score=(result.scaled, result.points, result.most),
        success=result.passed,
        duration=now - attempt.started_at,
        mastery=attempt.mastery / 100,
    )


def review(attempt: Attempt) -> list[dict[str, Any]]:
    """Every question with what was chosen and why; after a fail, what would have been right is not given away."""
    shown = []
    for question in attempt.questions:
        given = attempt.answers.get(question["id"], [])
        texts = {option["id"]: option["text"] for option in question["options"]}
        shown.append(
            {
                "text": question["text"],
                "chosen": [texts[place] for place in given if place in texts],
                "is_right": grades.is_right(question, given),
                "must_be_right": question["must_be_right"],
                "feedback": question["feedback"],
                "lesson": question["lesson"],
            }
        )
    return shown
