"""A certificate from elsewhere: handed in on a telephone or at a desk, sent back, handed in again, accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from courses.models import Proof
from courses.players.external.examining import examine_all
from tests.cast import Cast, make_requirement
from tests.courses.external import certificate, give_rights, make_external, picture
from tests.journeys.browser import Visitor
from tests.journeys.test_auditor import sign_in


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_a_certificate_is_sent_back_and_then_accepted(
    browser: Browser, live_server: Any, settings: Any, tmp_path: Path, width: int
) -> None:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    cast, page = Cast(), make_external(accepted_versions="2026.1", link_hosts="verify.example.org")
    give_rights(cast)
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(timezone.localdate())
    files = {"wrong.pdf": b"<!doctype html>", "photo.jpg": picture(), "right.pdf": certificate(cast.bruno)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    bruno = Visitor(browser, live_server.url, width=width)
    bruno.speak("en")
    sign_in(bruno, "P00002", page.url)
    bruno.check_page()
    bruno.press("Hand in a certificate as a file")
    bruno.check_page()
    bruno.fill(on="2026-11-12")
    bruno.page.set_input_files("[name=upload]", tmp_path / "wrong.pdf")
    bruno.press("Hand in")
    assert bruno.sees("Choose a PDF, a JPEG or a PNG.")
    bruno.check_page()
    bruno.page.set_input_files("[name=upload]", tmp_path / "photo.jpg")
    bruno.press("Hand in")
    assert bruno.sees("Your proof is being checked.")
    bruno.check_page()
    examine_all()
    decided(browser, live_server, width, "Ask for another", "not_legible")
    bruno.open("/learning/")
    assert bruno.sees("Next: Another file is needed")
    bruno.press("Continue")
    assert bruno.sees("It cannot be read.")
    bruno.check_page()
    own = f"/learning/proof/{Proof.objects.get().key}/"
    for path in (own, page.url, f"/learning/proof/new/{page.pk}/file/"):
        bruno.speak("ar")
        bruno.open(path)
        bruno.check_page()
    bruno.speak("en")
    bruno.open(own)
    bruno.press("Hand in a certificate as a file")
    bruno.page.set_input_files("[name=upload]", tmp_path / "right.pdf")
    bruno.press("Hand in")
    examine_all()
    decided(browser, live_server, width, "Accept", "")
    bruno.open(own)
    assert bruno.sees("Your proof is accepted. It counts from 12 November 2026.")
    bruno.check_page()
    bruno.open("/learning/")
    assert bruno.sees("Nothing is open.")
    bruno.close()


def decided(browser: Browser, live_server: Any, width: int, button: str, reason: str) -> None:
    """Dora finds it in the queue, reads what the site found, and decides."""
    dora = Visitor(browser, live_server.url, width=width)
    dora.speak("en")
    sign_in(dora, "P00004", "/admin/proofs/")
    dora.check_page()
    dora.press("Bruno Late")
    dora.check_page()
    assert dora.sees("It is recent enough to count")
    dora.press(button)
    assert dora.sees("Tick the declaration")
    dora.check_page()
    dora.page.select_option("[name=reason]", reason)
    dora.page.check("[name=sure]")
    dora.press(button)
    assert dora.sees("The decision is recorded.")
    dora.close()
