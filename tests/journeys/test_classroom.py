"""A session from its planning to the learner's receipt, at a desk and on a telephone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from courses.models import ClassroomSession
from tests.cast import PASSWORD, Cast, make_requirement
from tests.courses.classroom import give_rights, make_training
from tests.journeys.browser import Visitor
from tests.journeys.test_auditor import sign_in


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_a_head_holds_a_session_and_a_learner_confirms_it(browser: Browser, live_server: Any, width: int) -> None:
    cast, page = Cast(), make_training()
    give_rights(cast)
    cast.country.headships.update(starts_on=timezone.localdate())
    make_requirement("respect", page.activity)
    cast.assign(timezone.localdate() - timedelta(days=5))
    chen = Visitor(browser, live_server.url, width=width)
    chen.speak("en")
    sign_in(chen, "P00003", "/admin/sessions/plan/")
    chen.check_page()
    chen.page.select_option("[name=training]", str(page.activity_id))
    chen.page.select_option("[name=office]", str(cast.country.pk))
    yesterday = timezone.localdate() - timedelta(days=1)
    chen.fill(day=yesterday.isoformat(), begins="09:00", ends="11:00", place="Room 2", facilitator="P00003")
    chen.press("Save")
    chen.fill(people="P00002\nNobody")
    chen.press("Put on the list")
    assert chen.sees("Line 2, “Nobody”: Nobody whom you may see")
    chen.check_page()
    own = f"/admin/sessions/{ClassroomSession.objects.get().key}/"
    for path in ("/admin/sessions/", f"{own}print/", f"{own}sheet/"):
        chen.open(path)
        chen.check_page()
    chen.page.select_option(f"[name=person-{cast.bruno.pk}]", "badge")
    chen.page.check("[name=sure]")
    chen.fill(password=PASSWORD)
    chen.press("I confirm and sign")
    assert chen.sees("Present: staff badge seen")
    chen.check_page()
    chen.close()
    bruno = Visitor(browser, live_server.url, width=width)
    bruno.speak("en")
    sign_in(bruno, "P00002", "/learning/")
    bruno.check_page()
    bruno.press("Go on to confirm")
    bruno.check_page()
    bruno.press("Confirm that I took part")
    assert bruno.sees("Tick the box to confirm.")
    bruno.page.check("[name=present]")
    bruno.press("Confirm that I took part")
    assert bruno.sees("You have completed Training room.")
    bruno.check_page()
    bruno.open(page.url)
    bruno.check_page()
    bruno.close()
