"""A learner takes a course on another server, which reports back; then signs here and is done."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from lms.requirements.models import Activity, Assignment, Claim
from tests.cast import PASSWORD, Cast, make_course, make_requirement
from tests.journeys.browser import Visitor
from tests.journeys.course_elsewhere import provider

__all__ = ["provider"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_course_on_another_server_reports_back(
    browser: Browser, live_server: Any, provider: str, settings: Any
) -> None:
    settings.LMS_SITE_URL = live_server.url
    settings.LMS_IMPLAUSIBLE_PERCENT = 0  # nobody waits twelve minutes for a test
    cast = Cast()
    page = make_course("far", lessons=0)
    Activity.objects.filter(iri__endswith="/content").update(move_on="Completed")
    page.bank, page.launch_address = None, provider
    page.full_clean()
    page.save_revision().publish()
    make_requirement("far", page.activity)
    cast.assign()
    bruno = Visitor(browser, live_server.url)
    bruno.speak("en")
    bruno.open("/accounts/login/")
    bruno.fill(login="P00002", password=PASSWORD)
    bruno.page.locator("main form button").first.click()
    bruno.settle()
    bruno.open(page.url)
    bruno.check_page()
    bruno.press("Start the course")
    bruno.check_page()

    def elsewhere(*buttons: str) -> None:
        bruno.page.get_by_role("link", name="Open the course").click()
        for name in buttons:
            bruno.page.get_by_role("button", name=name).click()
            expect(bruno.page.locator("#said")).to_have_text(f"{name.lower()} done")
        bruno.page.get_by_role("button", name="Leave").click()
        bruno.page.wait_for_url("**/learning/returned/**")

    elsewhere("Begin", "Fail")
    bruno.check_page()
    assert bruno.sees("has not reported that you completed it")
    bruno.press("Back to the course")
    bruno.press("Continue")
    elsewhere("Begin", "Pass")
    bruno.check_page()
    assert bruno.sees("We have received your result")
    assert [claim.doubts for claim in Claim.objects.all()] == [[], []]
    assert Assignment.objects.get(person=cast.bruno).completion is None, "there is something to sign yet"
    bruno.press("Continue")
    assert "/learning/sign/" in bruno.page.url
    bruno.open(page.url)
    bruno.press("Continue")
    assert "/learning/sign/" in bruno.page.url, "what is done is not launched again"
