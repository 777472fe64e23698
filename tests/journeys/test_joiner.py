"""The main story in a browser: a joiner learns, signs, is cleared; HR sees it; the reminder stops."""

from __future__ import annotations

import json
import urllib.request
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser
from pypdf import PdfReader

from courses.models import Attempt
from lms.people.inviting import invite
from lms.people.models import OfficeAccess, Person
from lms.requirements.assigning import refresh
from lms.requirements.models import Requirement
from lms.tokens.models import AccessToken
from reminders.laying import lay_standard_ladder
from reminders.models import Reminder
from tests.cast import PASSWORD, Cast, make_course, make_requirement, verbs_said
from tests.journeys.browser import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story(live_server: Any, settings: Any) -> Cast:
    """Amina starts in two weeks, Bruno is one day late, Dora is HR with everything."""
    settings.LMS_SITE_URL = live_server.url
    today = timezone.localdate()
    cast = Cast()
    Person.objects.filter(pk=cast.amina.pk).update(joined_on=today + timezone.timedelta(days=14))
    Person.objects.filter(pk=cast.bruno.pk).update(joined_on=today - timezone.timedelta(days=1))
    page = make_course("sea", interactive=True)
    make_requirement(
        "sea", page.activity, gate="onboarding", due_days=0, valid_months=None, applies_from=date(2020, 1, 1)
    )
    refresh(today=today, people=[cast.amina.pk, cast.bruno.pk])
    group = Group.objects.create(name="Reporting")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_compliance"]))
    assert cast.dora.user is not None
    cast.dora.user.groups.add(group)
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    return cast


def answer_the_check(visitor: Visitor, *, right: bool) -> None:
    """The cast's bank calls the right answers “right”."""
    for fieldset in visitor.page.locator("fieldset").all():
        fieldset.get_by_text("right" if right else "wrong", exact=True).first.click()
    visitor.press("Submit my answers")


def clearance(address: str, token: str) -> Any:
    request = urllib.request.Request(f"{address}/api/v1/clearance/P00001?gate=onboarding")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_joiner_learns_signs_and_is_cleared(
    story: Cast, browser: Browser, live_server: Any, mailbox: Any, scripts: bool
) -> None:
    token = AccessToken.issue(name="Access control")
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=timezone.localdate())
    amina = Visitor(browser, live_server.url, scripts=scripts)
    link = invite(person=story.amina)

    for _ in range(3):  # opening the link, as mail scanners do, does not use it up
        amina.open(link)
    amina.check_page()
    amina.fill(password=PASSWORD, again=PASSWORD)
    amina.page.press("[name=again]", "Enter")
    amina.page.wait_for_url("**/learning/")
    assert amina.sees("Because the rule says so.") or amina.page.locator("details").count()
    amina.check_page()
    assert clearance(live_server.url, token)["decision"] == "block"
    assert amina.open("/onboarding/") == 403
    amina.check_page()

    amina.open("/learning/")
    amina.press("Start")
    amina.check_page()
    amina.press("Start the course")
    take_lesson(amina, look=True)
    amina.open("/learning/")  # leaves, comes back, goes on where she stopped
    amina.press("Continue")
    assert "/lesson-2/" in amina.page.url
    take_lesson(amina)

    amina.check_page()
    amina.press("Begin the check")
    amina.check_page()
    amina.press("Submit my answers")
    assert amina.sees("still need your answer")
    answer_the_check(amina, right=False)
    assert Attempt.objects.get().passed is False
    amina.check_page()
    amina.open("/learning/")
    amina.press("Continue")
    amina.press("Begin the check")
    answer_the_check(amina, right=True)
    amina.check_page()
    assert Attempt.objects.filter(passed=True).count() == 1

    amina.open("/learning/")
    amina.press("Continue")
    amina.check_page()
    amina.press("Go on to sign")
    assert amina.sees("Tick every box")
    for box in amina.page.locator("[name=tick]").all():
        assert not box.is_checked()
        box.check()
    amina.press("Go on to sign")
    amina.check_page()
    amina.fill(password="not my password")
    amina.press("I confirm and sign")
    assert amina.sees("That is not your password.")
    amina.fill(password=PASSWORD)
    amina.press("I confirm and sign")
    assert "/learning/receipt/" in amina.page.url
    amina.check_page()

    assert verbs_said() == [
        "launched",
        "initialized",
        "completed",
        "failed",
        "passed",
        "launched",
        "initialized",
        "agree",
        "completed",
        "satisfied",
        "terminated",
    ]
    certificate_is_good(amina)
    assert clearance(live_server.url, token)["decision"] == "allow"
    assert amina.open("/onboarding/") == 200
    amina.check_page()

    call_command("send_reminders")
    call_command("send_reminders")
    sent = [mailbox.read(path.stem) for path in mailbox.paths()]
    assert [str(message["to"]) for message in sent] == ["p00002@example.org"]
    assert sent[0]["content-language"] == "fr"
    assert not Reminder.objects.filter(assignment__person=story.amina).exists()
    assert amina.foreign == []
    amina.close()
    hr_sees_it(Visitor(browser, live_server.url, width=1280, scripts=scripts))


def take_lesson(visitor: Visitor, *, look: bool = False) -> None:
    """Wrong first, then every branch of the scene; nothing is given away before the answer."""
    source = visitor.page.content()
    for secret in ("GENERAL-FEEDBACK", "YES-FEEDBACK", "NO-FEEDBACK", "FIRST-FEEDBACK", "LATER-STEP"):
        assert secret not in source
    visitor.press("Mark as done and continue")
    assert visitor.sees("still wait for you")
    if look:
        visitor.check_page()
    visitor.page.get_by_text("that", exact=True).click()
    visitor.page.locator(".block-check button").first.click()
    visitor.page.get_by_text("NO-FEEDBACK").wait_for()
    visitor.page.get_by_role("button", name="go on").click()
    visitor.page.get_by_text("FIRST-FEEDBACK").wait_for()
    assert visitor.sees("LATER-STEP")
    visitor.page.get_by_role("button", name="tell").click()
    visitor.page.get_by_text("LATER-FEEDBACK").wait_for()
    if look:
        visitor.check_page()
    visitor.press("Mark as done and continue")


def certificate_is_good(visitor: Visitor) -> None:
    link = visitor.page.get_by_role("link", name="Certificate").first.get_attribute("href")
    pdf = visitor.context.request.get(visitor.address + str(link)).body()
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert "Amina Joiner" in text
    code = str(link).rsplit("/", 1)[1].removesuffix(".pdf")
    assert visitor.context.request.get(visitor.address + str(link)).body() == pdf
    assert visitor.open(f"/verify/{code}") == 200
    assert visitor.sees("Course sea")
    assert not visitor.sees("Amina Joiner")
    visitor.check_page()
    visitor.fill(name="amina  joiner")
    visitor.page.press("[name=name]", "Enter")
    visitor.page.wait_for_load_state()
    visitor.check_page()


def hr_sees_it(dora: Visitor) -> None:
    if dora.scripts:  # Wagtail's own pages need scripts
        dora.open("/accounts/login/?next=/admin/compliance/")
        dora.fill(login="P00004", password=PASSWORD)
        dora.page.press("[name=password]", "Enter")
        dora.page.wait_for_url("**/admin/compliance/")
        dora.press("Wca")
        dora.press("Wca-Sn")
        assert dora.sees("Sea")
        dora.page.locator("table a", has_text="1").first.click()
        dora.page.wait_for_load_state()
        assert dora.sees("Amina Joiner")
    dora.close()


@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_every_page_reads_from_the_right_side(story: Cast, browser: Browser, live_server: Any, language: str) -> None:
    visitor = Visitor(browser, live_server.url, width=320, locale=language[:2])
    for path in ("/", "/sea/", "/help/", "/verify/", "/accounts/login/"):
        assert visitor.open(path) == 200
        assert visitor.page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
        visitor.check_page()
    visitor.close()
