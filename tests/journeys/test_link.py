"""From the reminder to the task with one click, in a real browser, with scripts and without; and the examples of HR."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from lms.people.groups import ensure_groups
from lms.people.linking import make_link
from lms.people.models import Person
from reminders.examples import AUDIENCES, example
from reminders.laying import lay_standard_ladder
from tests.cast import PASSWORD, TODAY, Cast, make_course, make_requirement
from tests.journeys.browser import AXE, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


def photograph(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        visitor.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.fixture
def owing() -> Cast:
    cast = Cast()
    page = make_course("sea")
    make_requirement("sea", page.activity)  # type: ignore[arg-type]
    cast.assign()
    return cast


def link_for(person: Person, cast: Cast) -> str:
    task = f"/learning/go/{cast.assignment(person, 'sea').pk}/"
    return "/" + make_link(person=person, leads_to=task).address.split("/", 3)[3]


@pytest.mark.parametrize("scripts", [True, False])
def test_one_click_and_the_task_is_open(browser: Browser, live_server: Any, owing: Cast, scripts: bool) -> None:
    address = link_for(owing.bruno, owing)
    bruno = Visitor(browser, live_server.url, scripts=scripts, color_scheme="dark" if scripts else "light")
    assert bruno.open(address) == 200
    assert bruno.sees("B••• L•••")
    bruno.check_page()
    photograph(bruno, f"link-{scripts}")
    bruno.page.locator("main form button").click()
    bruno.settle()
    assert bruno.page.url.endswith("/sea/")
    assert not bruno.foreign
    bruno.open("/team/")
    assert "/accounts/login/" in bruno.page.url

    late = Visitor(browser, live_server.url, scripts=scripts)
    late.speak("en")
    assert late.open(address) == 410
    late.check_page()
    photograph(late, f"gone-{scripts}")
    late.press("let a sign-in code be sent to you")
    assert "/accounts/login/code/" in late.page.url
    bruno.close()
    late.close()


def test_the_second_of_two_windows_is_told_to_sign_in(browser: Browser, live_server: Any, owing: Cast) -> None:
    address = link_for(owing.bruno, owing)
    first, second = (Visitor(browser, live_server.url) for _ in range(2))
    second.speak("en")
    for visitor in (first, second):
        visitor.open(address)
    for visitor in (first, second):
        visitor.page.locator("main form button").click()
        visitor.settle()
    assert first.page.url.endswith("/sea/")
    assert second.page.url.endswith("/accounts/login/?next=/learning/")
    assert second.sees("This link no longer works")
    second.check_page()
    photograph(second, "second")
    first.close()
    second.close()


def test_somebody_elses_link_is_kept_apart(browser: Browser, live_server: Any, owing: Cast) -> None:
    eve = Visitor(browser, live_server.url)
    eve.speak("en")
    eve.open("/accounts/login/")
    eve.fill(login="P00005", password=PASSWORD)
    eve.page.locator("main form button").first.click()
    eve.settle()
    eve.open(link_for(owing.bruno, owing))
    assert eve.sees("You are signed in as Eve Elsewhere.")
    eve.check_page()
    eve.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_hr_reads_the_messages_of_a_ladder(browser: Browser, live_server: Any, owing: Cast, scripts: bool) -> None:
    owing.dora.user.groups.add(ensure_groups()["HR"])  # type: ignore[union-attr]
    ladder = lay_standard_ladder(requirements=[], starts_on=TODAY)
    dora = Visitor(browser, live_server.url, width=1200, scripts=scripts)
    dora.speak("en")
    dora.open(f"/accounts/login/?next=/admin/reminder_ladders/messages/{ladder.pk}/")
    dora.fill(login="P00004", password=PASSWORD)
    dora.page.locator("main form button").first.click()
    dora.page.wait_for_load_state("networkidle")
    assert dora.page.frame_locator("iframe").locator("h1").inner_text() == "[Example] Learning task due"
    if scripts:
        dora.check_page()
    photograph(dora, f"admin-en-{scripts}")
    dora.page.get_by_role("link", name="العربيّة").click()
    dora.page.wait_for_load_state("networkidle")
    frame = dora.page.frame_locator("iframe")
    assert frame.locator("html").get_attribute("dir") == "rtl"
    assert frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(238, 242, 242)"
    photograph(dora, f"admin-ar-{scripts}")
    assert not dora.foreign
    dora.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_in_a_message(browser: Browser, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    shown = context.new_page()
    for audience, _label in AUDIENCES:
        for language in ("en", "ar"):
            shown.set_content(example(audience=audience, language=language, now=timezone.now()).html)
            shown.evaluate(AXE.read_text())
            found = shown.evaluate("axe.run(document)")
            assert not [(fault["id"], audience, language) for fault in found["violations"]]
            wide = shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (audience, language)
    context.close()
