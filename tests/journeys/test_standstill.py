"""The panel that says what stands still, in a browser: on a telephone and from right to left."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser

from lms.periodic_models import PeriodicRun
from reminders.watching import SWEEP
from tests.cast import PASSWORD, Cast, lay_ground
from tests.journeys.browser import Visitor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "ar")])
def test_the_panel_has_no_fault_that_axe_finds(
    cast: Cast, browser: Browser, live_server: Any, width: int, language: str
) -> None:
    lay_ground()
    PeriodicRun.objects.create(name=SWEEP, started_at=timezone.now(), last_error=f"ValueError: {'x' * 200}")
    User.objects.create_superuser("root", password=PASSWORD)
    root = Visitor(browser, live_server.url, width=width)
    root.speak(language)
    root.open("/admin/")
    root.fill(login="root", password=PASSWORD)
    root.page.press("[name=password]", "Enter")
    root.settle()
    assert root.page.locator("#standstill-content li").count() == 4
    root.check_page()
    root.close()
