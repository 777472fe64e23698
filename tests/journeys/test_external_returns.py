"""What comes back from elsewhere without a certificate: a badge that its issuer signed, and a provider's list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from courses.models import ExternalPage
from courses.players.external.badge_signatures import thumbprint
from courses.players.external.examining import examine_all
from lms.people.models import Person
from lms.requirements.models import Completion
from tests.cast import Cast, make_requirement
from tests.courses.badges import ACHIEVEMENT, ED, ISSUER, baked, credential, jwk_of, signed
from tests.courses.external import DONE_ON, give_rights, make_external
from tests.journeys.browser import Visitor
from tests.journeys.test_auditor import sign_in
from tests.journeys.test_external import decided

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("width", [390, 1280])]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def page(cast: Cast, settings: Any, tmp_path: Path) -> ExternalPage:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    page: ExternalPage = make_external(
        ways=("badge",), badge_issuers=f"{ISSUER} {thumbprint(jwk_of(ED))}", badge_achievements=ACHIEVEMENT
    )
    give_rights(cast)
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno@example.org")
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(timezone.localdate())
    return page


def test_a_badge_is_handed_in_as_its_picture_and_accepted(
    browser: Browser, live_server: Any, cast: Cast, page: ExternalPage, tmp_path: Path, width: int
) -> None:
    (tmp_path / "badge.png").write_bytes(baked(signed(credential())))
    bruno = Visitor(browser, live_server.url, width=width)
    bruno.speak("en")
    sign_in(bruno, "P00002", page.url)
    bruno.press("Hand in an Open Badge")
    bruno.check_page()
    bruno.fill(on=str(DONE_ON), badge="my badge")
    bruno.press("Hand in")
    assert bruno.sees("There is no Open Badge in it.")
    bruno.check_page()
    bruno.fill(badge="")
    bruno.page.set_input_files("[name=upload]", tmp_path / "badge.png")
    bruno.page.get_by_role("button", name="Hand in", exact=True).click()
    bruno.settle()
    assert bruno.sees("Your proof is being checked.")
    bruno.check_page()
    examine_all()
    decided(browser, live_server, width, "Accept", "")
    bruno.page.reload()
    assert bruno.sees("Your proof is accepted. It counts from 12 November 2026.")
    bruno.close()


def test_a_list_is_tried_and_then_imported(
    browser: Browser, live_server: Any, cast: Cast, page: ExternalPage, tmp_path: Path, width: int
) -> None:
    lines = ["number,completed_on,evidence", f"P00002,{DONE_ON},REC-1", f"P00004,{DONE_ON},REC-2", "P00001,soon,REC-3"]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    dora = Visitor(browser, live_server.url, width=width)
    dora.speak("en")
    sign_in(dora, "P00004", "/admin/proofs/")
    dora.press("Import proofs")
    dora.check_page()
    dora.press("Try it")
    assert dora.sees("This field is required.")
    dora.check_page()
    dora.page.select_option("[name=course]", label="External bsafe")
    dora.page.set_input_files("[name=file]", tmp_path / "list.csv")
    dora.press("Try it")
    assert dora.sees("Nothing is imported yet.")
    assert dora.sees("Somebody else has to import your own.")
    assert not Completion.objects.exists()
    dora.check_page()
    dora.press("Import 1 line")
    assert dora.sees("This became of the list:")
    assert dora.sees("completed_on is no day of the form 2026-12-31.")
    dora.check_page()
    assert set(Completion.objects.values_list("person", flat=True)) == {cast.bruno.pk}
    for language in ("ar", "fr"):
        dora.speak(language)
        dora.open("/admin/proofs/import/")
        dora.check_page()
    dora.close()
