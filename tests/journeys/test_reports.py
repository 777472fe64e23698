"""The pages of the figures in a browser, on a telephone and a desk, also from right to left."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.cast import PASSWORD, Cast
from tests.journeys.browser import Visitor
from tests.lms.compliance.test_views import reporting

__all__ = ["reporting"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "en"), (1280, "ar")])
def test_the_pages_have_no_fault_that_axe_finds(
    reporting: Cast, browser: Browser, live_server: Any, width: int, language: str
) -> None:
    dora = Visitor(browser, live_server.url, width=width)
    dora.speak(language)
    dora.open("/admin/")
    dora.fill(login="P00004", password=PASSWORD)
    dora.page.press("[name=password]", "Enter")
    dora.settle()
    for page in ("", "compare/", "compare/?office=WCA", "joiners/", "deliveries/"):
        assert dora.open(f"/admin/compliance/{page}") == 200
        dora.check_page()
    dora.close()
