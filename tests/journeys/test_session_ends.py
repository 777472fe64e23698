"""A session ends in the middle of the final check: nothing is called saved that is not, and no answer is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, expect

from courses import checking
from courses.enrolling import enrol
from courses.models import Attempt
from tests.cast import PASSWORD, Cast, make_course, make_requirement
from tests.courses.test_checking import finish_lessons
from tests.journeys.browser import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_session_that_ends_during_the_check_loses_no_answer(browser: Browser, live_server: Any) -> None:
    cast = Cast()
    page = make_course("sea", interactive=True)
    make_requirement("sea", page.activity)
    cast.assign()
    enrolment = enrol(person=cast.bruno, page=page)
    finish_lessons(enrolment, page)
    checking.open_attempt(enrolment=enrolment, page=page)
    bruno = Visitor(browser, live_server.url)
    bruno.speak("en")
    sign_in(bruno.page, live_server.url)
    bruno.open(f"/learning/check/{enrolment.session}/")
    saved, lost = bruno.page.locator("[data-saved-at]"), bruno.page.locator("[data-not-saved]")
    questions = bruno.page.locator("fieldset").all()

    choose(questions[0])
    expect(saved).to_be_visible()
    expect(lost).to_be_hidden()

    Session.objects.all().delete()
    choose(questions[1])
    expect(lost).to_be_visible()
    expect(saved).to_be_hidden()
    bruno.check_page()
    assert sum(map(bool, Attempt.objects.get().answers.values())) == 1

    for question in questions[2:]:
        choose(question)
    bruno.press("Submit my answers")
    expect(lost).to_be_focused()
    expect(bruno.page.locator("input:checked")).to_have_count(len(questions))
    assert bruno.page.url.endswith(f"/learning/check/{enrolment.session}/")

    with bruno.context.expect_page() as opened:
        lost.get_by_role("link").click()
    sign_in(opened.value, live_server.url)
    bruno.press("Submit my answers")
    assert bruno.page.url.endswith(f"/learning/check/{enrolment.session}/1/")
    assert Attempt.objects.get().passed is True
    bruno.close()


def choose(question: Any) -> None:
    question.get_by_text("right", exact=True).click()


def sign_in(page: Any, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=login]", "P00002")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/learning/")
