"""Course, lesson and check over HTTP: what they show, what they refuse, how many queries they take."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from courses import checking
from courses.cron import publish_scheduled
from courses.enrolling import enrol
from courses.issuing import document
from courses.models import Attempt, Certificate, CoursePage, Enrolment, LessonPage
from lms.people.models import Person
from lms.requirements.models import Assignment
from lms.signposts.models import SignpostCard
from tests.attestations.test_signing import owed, pass_content, sign_it
from tests.cast import CHECK, SCENE, Cast, make_course, make_requirement
from tests.courses.test_checking import finish_lessons, take

__all__ = ["owed"]


@pytest.fixture
def page(cast: Cast) -> CoursePage:
    page = make_course("sea", interactive=True)
    make_requirement("sea", page.activity)
    cast.assign()
    return page


@pytest.fixture
def bruno(cast: Cast, client: Client) -> Client:
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def enrolment(cast: Cast, page: CoursePage) -> Enrolment:
    return enrol(person=cast.bruno, page=page)


def test_the_catalogue_and_the_course_are_public_and_the_lesson_is_not(page: CoursePage, client: Client) -> None:
    assert "Course sea" in client.get("/").content.decode()
    assert client.get("/sea/").status_code == 200
    assert client.get("/sea/lesson-1/").headers["Location"].startswith("/accounts/login/?next=")


def test_a_lesson_is_reached_through_the_start_of_the_course(page: CoursePage, bruno: Client) -> None:
    assert bruno.get("/sea/lesson-1/").headers["Location"] == page.url
    assert not Enrolment.objects.exists()
    started = bruno.post(f"/learning/course/{page.pk}/start/")
    assert started.headers["Location"].endswith("/sea/lesson-1/")


def test_a_course_without_lessons_is_being_prepared_and_cannot_be_begun(cast: Cast, bruno: Client) -> None:
    page = make_course("bare", lessons=0)
    make_requirement("bare", page.activity)
    cast.assign()
    shown = bruno.get("/bare/").content.decode()
    assert "This course is being prepared." in shown
    assert "Start the course" not in shown
    assert "0 lessons" not in shown
    assert bruno.post(f"/learning/course/{page.pk}/start/").headers["Location"] == page.url
    assert not Enrolment.objects.exists()
    listed = bruno.get("/learning/").content.decode()
    assert 'href="/bare/"' not in listed
    assert "You need to do nothing for now." in listed


def test_the_check_of_a_course_without_lessons_does_not_open(cast: Cast, bruno: Client) -> None:
    page = make_course("bare", lessons=0)
    enrolment = enrol(person=cast.bruno, page=page)
    address = f"/learning/check/{enrolment.session}/"
    assert bruno.get(address).status_code == 409
    assert bruno.post(address, {"begin": "1"}).status_code == 409
    assert not Attempt.objects.exists()


def test_the_rules_promise_what_must_be_right_only_where_the_bank_asks_it(page: CoursePage, bruno: Client) -> None:
    assert "These must be right" in bruno.get("/sea/").content.decode()
    assert page.bank is not None
    page.bank.questions.filter(must_be_right=True).update(is_active=False)
    assert "These must be right" not in bruno.get("/sea/").content.decode()


def task_of(client: Client) -> tuple[str, str]:
    """What My learning says of the one open task, without markup, and where its button leads."""
    shown = client.get("/learning/").content.decode()
    card = shown[shown.index('<li class="card') : shown.index("<details", shown.index('<li class="card'))]
    return " ".join(re.sub(r"<[^>]+>", " ", card).split()), re.findall(r'<a class="button" href="([^"]+)"', card)[0]


def test_my_learning_leads_straight_to_where_the_learner_goes_on(page: CoursePage, bruno: Client) -> None:
    said, url = task_of(bruno)
    assert url == "/sea/"
    assert "about 10 min" in said
    enrolment = enrol(person=Person.objects.get(number="P00002"), page=page)
    said, url = task_of(bruno)
    assert (url, "Next: Lesson 1: Lesson 1" in said) == ("/sea/lesson-1/", True)
    finish_lessons(enrolment, page, but=1)
    said, url = task_of(bruno)
    assert url == "/sea/lesson-2/"
    assert "Next: Lesson 2: Lesson 2" in said
    assert "about 5 min left" in said
    finish_lessons(enrolment, page)
    said, url = task_of(bruno)
    assert url == f"/learning/check/{enrolment.session}/"
    assert "Next: Final check" in said
    assert "left" not in said


def test_who_passed_is_told_what_comes_next(page: CoursePage, bruno: Client, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    take(enrolment, page)
    shown = bruno.get(f"/learning/check/{enrolment.session}/1/").content.decode()
    assert "Next: Read and sign the undertaking" in shown
    assert "may follow" not in shown


def test_nothing_is_given_away_before_the_answer(page: CoursePage, bruno: Client, enrolment: Enrolment) -> None:
    for address in ("/sea/", "/sea/lesson-1/", "/sea/lesson-2/", "/"):
        shown = bruno.get(address).content.decode()
        for secret in ("GENERAL-FEEDBACK", "YES-FEEDBACK", "FIRST-FEEDBACK", "LATER-STEP", "SCENE-SUMMARY", "risky"):
            assert secret not in shown, (address, secret)
    finish_lessons(enrolment, page)
    checking.open_attempt(enrolment=enrolment, page=page)
    check = bruno.get(f"/learning/check/{enrolment.session}/").content.decode()
    assert "Because" not in check
    assert "correct" not in check


@pytest.mark.parametrize(
    "form",
    [{}, {"block": "nonsense", "option": "0"}, {"block": CHECK, "option": "7"}, {"block": CHECK, "option": "x"},
     {"block": CHECK}, {"block": SCENE, "step": "0", "option": "9"}, {"block": SCENE, "step": "x", "option": "0"},
     {"block": SCENE, "step": "0"}],
)  # fmt: skip
def test_a_tampered_answer_is_refused_in_words(
    page: CoursePage, bruno: Client, enrolment: Enrolment, form: dict[str, str]
) -> None:
    answer = bruno.post("/sea/lesson-1/", form)
    assert answer.status_code == 422
    assert "Choose one of the answers that the page offers." in answer.content.decode()
    assert not enrolment.answers.exists()


def test_a_double_click_in_a_scene_is_one_step(page: CoursePage, bruno: Client, enrolment: Enrolment) -> None:
    for _ in range(2):
        bruno.post("/sea/lesson-1/", {"block": SCENE, "step": "0", "option": "0"})
    assert enrolment.answers.get().chosen == [0]


def test_a_check_that_is_submitted_twice_shows_one_result(
    page: CoursePage, bruno: Client, enrolment: Enrolment
) -> None:
    finish_lessons(enrolment, page)
    address = f"/learning/check/{enrolment.session}/"
    bruno.post(address, {"begin": "1"})
    attempt = Attempt.objects.get()
    form = {"attempt": "1"} | {
        f"q-{question['id']}": next(option["id"] for option in question["options"] if option["correct"])
        for question in attempt.questions
    }
    first, second = bruno.post(address, form), bruno.post(address, form)
    assert first.headers["Location"] == second.headers["Location"] == f"{address}1/"
    assert Attempt.objects.count() == 1


def test_answers_survive_a_form_that_cannot_be_graded_yet(
    page: CoursePage, bruno: Client, enrolment: Enrolment
) -> None:
    finish_lessons(enrolment, page)
    attempt = checking.open_attempt(enrolment=enrolment, page=page)
    first = attempt.questions[0]
    given = first["options"][0]["id"]
    address = f"/learning/check/{enrolment.session}/"
    refused = bruno.post(
        address, {"attempt": "1", f"q-{first['id']}": given, f"q-{attempt.questions[1]['id']}": "made up"}
    )
    assert refused.status_code == 422
    attempt.refresh_from_db()
    assert attempt.answers[first["id"]] == [given]
    for wrong in ("99", "x", "", "²", "9" * 30, "9" * 5000):
        assert bruno.post(address, {"attempt": wrong}).status_code == 302


def test_only_an_autosave_that_was_kept_says_so(page: CoursePage, bruno: Client, enrolment: Enrolment) -> None:
    finish_lessons(enrolment, page)
    attempt = checking.open_attempt(enrolment=enrolment, page=page)
    first = attempt.questions[0]
    given = first["options"][0]["id"]
    address = f"/learning/check/{enrolment.session}/"
    form = {"attempt": "1", f"q-{first['id']}": given, "autosave": "1"}
    assert Client().post(address, form).status_code == 302
    attempt.refresh_from_db()
    assert attempt.answers.get(first["id"], []) == []
    assert bruno.post(address, form).status_code == 204
    attempt.refresh_from_db()
    assert attempt.answers[first["id"]] == [given]
    assert bruno.post(address, {**form, "attempt": "2"}).status_code == 409


@pytest.mark.parametrize("courses", [1, 4])
def test_queries_stay_below_their_ceilings(
    cast: Cast, page: CoursePage, bruno: Client, enrolment: Enrolment, django_assert_max_num_queries: Any, courses: int
) -> None:
    for number in range(1, courses):
        make_requirement(f"more-{number}", make_course(f"more-{number}").activity)
    cast.assign()
    for address in ("/learning/", "/sea/lesson-1/"):
        bruno.get(address)
        with django_assert_max_num_queries(10):
            assert bruno.get(address).status_code == 200


def test_an_author_previews_a_draft_and_learners_do_not_see_it(
    page: CoursePage, bruno: Client, enrolment: Enrolment, admin_client: Client
) -> None:
    lesson = page.lessons()[0]
    lesson.title = "Rewritten"
    lesson.save_revision()
    assert "Rewritten" not in bruno.get("/sea/lesson-1/").content.decode()
    shown = admin_client.get(f"/admin/pages/{lesson.pk}/view_draft/")
    assert shown.status_code == 200
    assert "Rewritten" in shown.content.decode()


def test_the_clock_publishes_what_is_scheduled(page: CoursePage) -> None:
    lesson = LessonPage(title="Later", slug="later", live=False, body="[]")
    page.add_child(instance=lesson)
    lesson.go_live_at = timezone.now() - timedelta(minutes=1)
    lesson.save_revision(approved_go_live_at=lesson.go_live_at)
    publish_scheduled(timezone.now())
    assert Page.objects.get(pk=lesson.pk).live


@pytest.mark.parametrize(
    "name", ["Bruno Late", "أمينة الحسن", "李小龙", "Ève Þórsdóttir-O’Neil", "Ким Светлана", 'a"#[*_$`']
)
def test_a_certificate_is_made_for_every_name_and_stays_as_it_was(owed: Assignment, name: str) -> None:
    owed.person.name = name
    owed.person.save()
    pass_content(owed)
    sign_it(owed)
    certificate = Certificate.objects.get()
    first = document(certificate)
    assert bytes(first.pdf).startswith(b"%PDF")
    assert document(certificate) == first


def test_help_is_public_sets_no_cookie_and_leaves_no_referrer(db: None, client: Client) -> None:
    from wagtail.models import Locale

    SignpostCard.objects.create(
        key="a", kind="report", title="The channel", for_what="x", who_can_use="x", confidentiality="x", contact="x",
        verified_on="2026-10-01", locale=Locale.objects.get(language_code="en"),
    )  # fmt: skip
    answer = client.get("/help/")
    assert "The channel" in answer.content.decode()
    assert not answer.cookies
    assert answer.headers["Referrer-Policy"] == "no-referrer"
