"""An administrator registers a provider's tool; a learner goes there, fails, passes, and is done here."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, expect

from lms.lrs.models import Statement
from lms.requirements.models import Assignment, Claim, Completion
from tests.cast import PASSWORD, Cast, make_requirement
from tests.courses.external import make_external
from tests.courses.lti import OUR_KEY
from tests.journeys.browser import Visitor
from tests.journeys.lti_tool import Provider, provider
from tests.journeys.test_auditor import sign_in

__all__ = ["provider"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("width", "scripts", "by_form"), [(390, True, False), (1280, True, True), (390, False, True)],
    ids=["telephone", "desk", "without-scripts"],
)  # fmt: skip
def test_a_tool_reports_who_passed(
    browser: Browser, live_server: Any, provider: Provider, settings: Any, width: int, scripts: bool, by_form: bool
) -> None:
    settings.LMS_SITE_URL = live_server.url
    settings.LMS_LTI_KEYS, settings.LMS_LTI_STAND_IN = OUR_KEY, provider.origin
    settings.LMS_IMPLAUSIBLE_PERCENT = 0  # nobody waits twelve minutes for a test
    provider.by_form = by_form
    cast, page = Cast(), make_external(mastery=80)
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(timezone.localdate())
    provider.connect(registered(browser, live_server, page, provider))
    bruno = Visitor(browser, live_server.url, width=width, scripts=scripts)
    bruno.speak("en")
    sign_in(bruno, "P00002", page.url)
    bruno.check_page()
    assert bruno.sees("gets a code in place of your name")

    def elsewhere(button: str) -> None:
        bruno.press("Start the course at Other Agency")
        bruno.check_page()
        bruno.page.get_by_role("link", name="Open the course").click()
        if by_form:
            bruno.page.get_by_role("button", name="Log in").click()
        if not scripts:
            bruno.page.get_by_role("button", name="Go on to the course").click()
        bruno.page.get_by_role("button", name=button).click()
        expect(bruno.page.locator("#said")).to_have_text("reported")
        bruno.page.get_by_role("link", name="Leave").click()
        bruno.page.wait_for_url(f"**{page.url}")

    elsewhere("Fail")
    assert not Completion.objects.exists()
    elsewhere("Pass")
    bruno.open("/learning/")
    assert bruno.sees("Nothing is open.")
    bruno.check_page()
    assert Assignment.objects.get(person=cast.bruno).completion is not None
    assert [claim.doubts for claim in Claim.objects.all()] == [[]]
    assert Statement.objects.filter(credential__isnull=False).count() == 2
    assert [seen["sub"] for seen in provider.seen] == [str(cast.bruno.uuid)] * 2
    assert not any("Bruno" in str(seen) for seen in provider.seen)
    spent = bruno.open(f"/learning/tool/authorize/?login_hint={'x' * 43}")
    assert spent == 400
    assert bruno.sees("The course could not be opened")
    for language in ("en", "ar"):
        bruno.speak(language)
        bruno.open("/learning/tool/authorize/")
        bruno.check_page()
    bruno.close()


def registered(browser: Browser, live_server: Any, page: Any, provider: Provider) -> dict[str, str]:
    """What the page of the course shows, for the provider, once an administrator has typed in what the provider said."""
    User.objects.create_superuser("boss", password=PASSWORD)
    boss = Visitor(browser, live_server.url, width=1280)
    boss.speak("en")
    sign_in(boss, "boss", f"/admin/pages/{page.pk}/edit/")
    boss.page.get_by_role("tab", name="Proof").click()
    boss.page.get_by_role("link", name="Register the provider's tool").click()
    boss.fill(
        login_url=f"{provider.origin}/login", target_link_uri=f"{provider.origin}/course",
        redirect_uris=f"{provider.origin}/launch", jwks_url=f"{provider.origin}/keys",
    )  # fmt: skip
    boss.check_page()
    boss.page.get_by_role("button", name="Create").click()
    boss.settle()
    boss.open(f"/admin/pages/{page.pk}/edit/")
    boss.page.get_by_role("tab", name="Proof").click()
    names = boss.page.locator("dt").all_inner_texts()
    values = boss.page.locator("dd").all_inner_texts()
    boss.close()
    return dict(zip(names, values, strict=True))
