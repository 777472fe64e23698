"""The course as its learner takes it: lessons, the final check, pauses, and what the record store hears."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courses import checking, tracking
from courses.enrolling import enrol
from courses.models import Attempt, CoursePage, Enrolment, LessonPage, Question
from courses.players.native.check import given_answers
from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Statement
from lms.requirements.models import Completion
from tests.cast import CHECK, SCENE, Cast, make_course, make_requirement, verbs_said

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def page(cast: Cast) -> CoursePage:
    page = make_course("sea", interactive=True)
    make_requirement("sea", page.activity)
    cast.assign()
    return page


@pytest.fixture
def enrolment(cast: Cast, page: CoursePage) -> Enrolment:
    return enrol(person=cast.bruno, page=page)


def finish_lessons(enrolment: Enrolment, page: CoursePage, *, but: int = 0) -> None:
    """All of them in their order, but the last so many."""
    for lesson in page.lessons()[: -but or None]:
        blocks = lesson.interactive_blocks()
        tracking.answer_check(enrolment=enrolment, lesson=lesson, block=blocks[CHECK], chosen=[1])
        tracking.skip_scenario(enrolment=enrolment, lesson=lesson, block=blocks[SCENE])
        assert tracking.finish_lesson(enrolment=enrolment, lesson=lesson)


def answer(attempt: Attempt, *, wrong: int = 0, star_wrong: bool = False) -> None:
    """Everything right but so many ordinary questions, and the must-be-right one where asked."""
    answers = {}
    for question in attempt.questions:
        spoil = star_wrong if question["must_be_right"] else wrong > 0
        wrong -= bool(spoil and not question["must_be_right"])
        word = "wrong" if spoil else "right"
        answers[question["id"]] = [option["id"] for option in question["options"] if option["text"] == word]
    checking.keep_answers(attempt=attempt, answers=answers)


def take(enrolment: Enrolment, page: CoursePage, now: datetime = NOW, **how: Any) -> Attempt:
    attempt = checking.open_attempt(enrolment=enrolment, page=page, now=now)
    answer(attempt, **how)
    return checking.submit(attempt=attempt, now=now)


def verbs(enrolment: Enrolment) -> list[str]:
    return verbs_said(registration=enrolment.registration)


def test_beginning_twice_or_in_two_tabs_is_one_enrolment(cast: Cast, page: CoursePage, enrolment: Enrolment) -> None:
    assert enrol(person=cast.bruno, page=page) == enrolment
    assert enrolment.registration == cast.assignment(cast.bruno, "sea").registration
    assert verbs(enrolment) == ["launched", "initialized"]


def test_a_lesson_is_done_only_when_everything_in_it_is_answered(page: CoursePage, enrolment: Enrolment) -> None:
    lesson = page.lessons()[0]
    blocks = lesson.interactive_blocks()
    assert not tracking.finish_lesson(enrolment=enrolment, lesson=lesson)
    tracking.answer_check(enrolment=enrolment, lesson=lesson, block=blocks[CHECK], chosen=[0])
    tracking.choose_in_scenario(enrolment=enrolment, lesson=lesson, block=blocks[SCENE], path=[0])
    assert tracking.unanswered(enrolment=enrolment, lesson=lesson) == [SCENE]
    tracking.choose_in_scenario(enrolment=enrolment, lesson=lesson, block=blocks[SCENE], path=[0, 0])
    assert tracking.finish_lesson(enrolment=enrolment, lesson=lesson)


@pytest.mark.parametrize("chosen", [[], [2], [-1], [0, 1]])
def test_an_answer_that_was_not_offered_is_refused(page: CoursePage, enrolment: Enrolment, chosen: list[int]) -> None:
    lesson = page.lessons()[0]
    block = lesson.interactive_blocks()[CHECK]
    with pytest.raises(ValueError, match="option"):
        tracking.answer_check(enrolment=enrolment, lesson=lesson, block=block, chosen=chosen)


def test_the_check_opens_after_the_last_lesson(page: CoursePage, enrolment: Enrolment) -> None:
    with pytest.raises(checking.CheckNotOpen, match="lessons"):
        checking.open_attempt(enrolment=enrolment, page=page)
    finish_lessons(enrolment, page)
    assert verbs(enrolment)[-1] == "completed"
    assert checking.open_attempt(enrolment=enrolment, page=page).number == 1


def test_failed_is_never_completed(page: CoursePage, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    attempt = take(enrolment, page, wrong=1)
    assert (attempt.passed, attempt.points) == (False, 3)
    assert verbs(enrolment)[-1] == "failed"
    assert not Completion.objects.exists()


def test_a_must_be_right_question_fails_the_check_whatever_the_points(page: CoursePage, enrolment: Enrolment) -> None:
    CoursePage.objects.update(mastery=50)
    page.refresh_from_db()
    finish_lessons(enrolment, page)
    attempt = take(enrolment, page, star_wrong=True)
    assert (attempt.points, attempt.passed) == (3, False)
    assert take(enrolment, page, wrong=1).passed is True


def test_passing_completes_the_content_and_says_the_score(page: CoursePage, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    take(enrolment, page)
    told = json.loads(Statement.objects.get(verb=verb_key(v.PASSED)).raw)
    assert told["result"]["score"] == {"scaled": 1.0, "raw": 4, "min": 0, "max": 4}
    assert told["result"]["success"] is True
    assert [item.activity.kind for item in Completion.objects.all()] == ["content"]
    with pytest.raises(checking.CheckNotOpen, match="passed"):
        checking.open_attempt(enrolment=enrolment, page=page)


def test_a_pause_follows_the_third_failure(page: CoursePage, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    for minute in range(3):
        take(enrolment, page, wrong=4, now=NOW + timedelta(minutes=minute))
    with pytest.raises(checking.CheckNotOpen) as refused:
        checking.open_attempt(enrolment=enrolment, page=page, now=NOW + timedelta(minutes=30))
    assert refused.value.until == NOW + timedelta(minutes=62)
    assert take(enrolment, page, now=NOW + timedelta(minutes=63)).passed


def test_submitting_twice_is_submitting_once(page: CoursePage, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    attempt = take(enrolment, page, wrong=4)
    answer(attempt)
    again = checking.submit(attempt=attempt)
    assert (again.points, again.passed) == (1, False)
    assert verbs(enrolment).count("failed") == 1


def test_a_second_tab_finds_the_running_attempt(page: CoursePage, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    first = checking.open_attempt(enrolment=enrolment, page=page)
    assert checking.open_attempt(enrolment=enrolment, page=page) == first


def test_publishing_never_touches_a_running_attempt(page: CoursePage, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    attempt = checking.open_attempt(enrolment=enrolment, page=page)
    Question.objects.all().delete()
    answer(attempt)
    assert checking.submit(attempt=attempt).passed


def test_a_form_cannot_name_options_of_its_own(page: CoursePage, enrolment: Enrolment, rf: Any) -> None:
    finish_lessons(enrolment, page)
    attempt = checking.open_attempt(enrolment=enrolment, page=page)
    form = {f"q-{question['id']}": "correct" for question in attempt.questions}
    checking.keep_answers(attempt=attempt, answers=given_answers(rf.post("/", form), attempt))
    assert set(checking.problems(attempt).values()) == {"foreign"}


def test_another_language_goes_on_where_the_first_stopped(cast: Cast, page: CoursePage, enrolment: Enrolment) -> None:
    from wagtail.models import Locale

    finish_lessons(enrolment, page)
    french = Locale.objects.create(language_code="fr")
    edition = page.copy_for_translation(french, copy_parents=True)
    for lesson in page.lessons():
        lesson.copy_for_translation(french)
    for item in [edition, *LessonPage.objects.child_of(edition)]:
        item.save_revision().publish()
    edition.refresh_from_db()
    assert edition.activity == page.activity
    again = enrol(person=cast.bruno, page=edition)
    assert again == enrolment
    assert tracking.all_lessons_done(enrolment=again, course=edition)
