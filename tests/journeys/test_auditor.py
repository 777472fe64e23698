"""An auditor takes a pack at the browser and checks it without the site; HR reads at whom they looked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser

from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess
from tests.cast import PASSWORD, Cast, make_course, make_requirement
from tests.journeys.browser import Visitor
from tests.lms.compliance.auditing.packs import unpack, verify

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(visitor: Visitor, name: str, path: str) -> None:
    visitor.open(f"/accounts/login/?next={path}")
    visitor.fill(login=name, password=PASSWORD)
    visitor.page.press("[name=password]", "Enter")
    visitor.page.wait_for_url(f"**{path}")


def test_an_auditor_takes_a_pack_and_checks_it(browser: Browser, live_server: Any, tmp_path: Path) -> None:
    cast = Cast()
    groups = ensure_groups()
    make_requirement("sea", make_course("sea").activity)
    cast.assign()
    user = User.objects.create_user("auditor", password=PASSWORD)
    user.groups.add(groups["Auditors"])
    OfficeAccess.objects.create(user=user, office=cast.region, ends_on=timezone.localdate() + timedelta(days=7))
    cast.dora.user.groups.add(groups["HR"])  # type: ignore[union-attr]
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)  # type: ignore[misc]
    auditor = Visitor(browser, live_server.url, width=1280)
    sign_in(auditor, "auditor", "/admin/compliance/auditor-pack/")
    auditor.check_page()
    auditor.fill(seed="dice 4 1 6")
    with auditor.page.expect_download() as download:
        auditor.page.get_by_role("button", name="Take the pack").click()
    download.value.save_as(tmp_path / "pack.zip")
    status, told = verify(unpack(tmp_path / "pack.zip"))
    assert (status, told[:17]) == (0, "Everything holds:")
    auditor.open("/admin/compliance/auditor-pack/")
    assert auditor.sees("dice 4 1 6")
    assert auditor.page.locator("table code").last.inner_text() in told
    auditor.check_page()
    auditor.close()
    dora = Visitor(browser, live_server.url, width=1280)
    sign_in(dora, "P00004", "/admin/compliance/looks/")
    assert dora.sees("Bruno Late")
    dora.check_page()
    dora.close()
