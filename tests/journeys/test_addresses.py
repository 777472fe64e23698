"""HR's list of addresses that do not work, and the page that stops a report, in a browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from lms.compliance.subscribing import subscribe
from lms.compliance.unsubscribing import link_of
from lms.people.groups import ensure_groups
from reminders.models import Bounce
from tests.cast import PASSWORD, TODAY, Cast
from tests.journeys.browser import Visitor
from tests.lms.compliance.test_views import reporting
from tests.reminders.test_sending import MORNING

__all__ = ["reporting"]


@pytest.fixture
def returned(reporting: Cast) -> Cast:
    """Mail to Bruno comes back."""
    assert reporting.dora.user is not None
    reporting.dora.user.groups.add(ensure_groups()["HR"])
    bruno = reporting.bruno
    message = bruno.messages.create(  # type: ignore[attr-defined]
        day=TODAY, message_id="<1@x>", not_before=MORNING, state="failed", address=bruno.email
    )
    Bounce.objects.create(
        kind="bounce", address=bruno.email, does_fit=True, message=message, permanent=True, status="5.1.1", at=MORNING,
        day=TODAY,
    )  # fmt: skip
    return reporting


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "ar")])
def test_hr_sees_the_list_and_says_that_an_address_works(
    returned: Cast, browser: Browser, live_server: Any, width: int, language: str
) -> None:
    dora = Visitor(browser, live_server.url, width=width)
    dora.speak(language)
    dora.open("/admin/addresses/")
    dora.fill(login="P00004", password=PASSWORD)
    dora.page.press("[name=password]", "Enter")
    dora.settle()
    assert dora.open("/admin/addresses/") == 200
    dora.check_page()
    dora.page.locator("form[action$='/works/'] button").click()
    dora.settle()
    assert not Bounce.objects.is_dead("p00002@example.org")
    dora.close()


@pytest.mark.django_db(transaction=True)
def test_a_report_is_stopped_without_scripts_and_without_signing_in(
    returned: Cast, browser: Browser, live_server: Any, settings: Any
) -> None:
    settings.LMS_SITE_URL = live_server.url
    user = returned.dora.user
    report = subscribe(recipient=user, office=returned.country, every="week", for_outside=False, by=user)
    anybody = Visitor(browser, live_server.url, scripts=False)
    assert anybody.open(link_of(report)) == 200
    anybody.press("Stop the report")
    assert "The report is stopped" in anybody.page.content()
    assert not user.report_subscriptions.exists()  # type: ignore[union-attr]
    anybody.close()
