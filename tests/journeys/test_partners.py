"""From an agreement to the proof of somebody who has no account, at a desk and on a telephone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser

from attestations.models import Undertaking
from lms.partners.models import AgreementMember, PartnerInvitation
from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess
from tests.cast import Cast, lay_ground
from tests.journeys.browser import Visitor
from tests.journeys.test_auditor import sign_in
from tests.lms.partners.desk import Desk, do_course, issue_undertaking, secret_for


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "en"), (1280, "ar")])
def test_the_pages_have_no_fault_that_axe_finds(browser: Browser, live_server: Any, width: int, language: str) -> None:
    lay_ground()
    cache.clear()
    cast = Cast()
    desk = Desk(cast)
    issue_undertaking()
    assert cast.dora.user is not None
    cast.dora.user.groups.add(ensure_groups()["HR"])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    desk.name("Ada Able <ada@partner.example>", "Ben Paper")
    dora = Visitor(browser, live_server.url, width=width)
    dora.speak(language)
    sign_in(dora, "P00004", "/admin/compliance/partners/")
    dora.check_page()
    own = f"/admin/compliance/partners/{desk.agreement.pk}/"
    for path in (own, f"{own}change/", f"{own}people/", "/admin/compliance/partners/add/"):
        assert dora.open(path) == 200
        dora.check_page()
    mine = f"/partners/{desk.agreement.pk}/"
    for path in ("/partners/", mine, f"{mine}file/", f"{mine}links/"):
        assert dora.open(path) == 200
        dora.check_page()
    dora.close()
    visitor = Visitor(browser, live_server.url, width=width)
    visitor.speak(language)
    for path in ("/partner/", "/partner/help/", "/partner/link/none/"):
        visitor.open(path)
        visitor.check_page()
    visitor.close()


@pytest.mark.django_db(transaction=True)
def test_a_partner_signs_names_people_and_they_come_in(browser: Browser, live_server: Any) -> None:
    lay_ground()
    cache.clear()
    cast = Cast()
    desk = Desk(cast)
    issue_undertaking()
    assert cast.dora.user is not None
    cast.dora.user.groups.add(ensure_groups()["HR"])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    dora = Visitor(browser, live_server.url, width=1280)
    dora.speak("en")
    sign_in(dora, "P00004", f"/admin/compliance/partners/{desk.agreement.pk}/")
    dora.press("Ask the signatory to sign the undertaking")
    assert dora.sees("The signatory gets an e-mail")
    dora.close()

    sira = Visitor(browser, live_server.url, width=390)
    sira.speak("en")
    sira.open(f"/partner/undertaking/{secret_for(PartnerInvitation.objects.get(purpose='sign'))}/")
    sira.check_page()
    for box in sira.page.locator("[name=tick]").all():
        box.check()
    sira.fill(name="Somebody Else")
    sira.press("Sign the undertaking")
    assert sira.sees("Type your name as it is printed here.")
    sira.check_page()
    sira.fill(name="Sira Signatory")
    sira.press("Sign the undertaking")
    assert sira.sees("The undertaking is signed")
    sira.check_page()
    sira.close()
    assert Undertaking.objects.count() == 1

    fatou = Visitor(browser, live_server.url, width=1280)
    fatou.speak("en")
    sign_in(fatou, "X00001", f"/partners/{desk.agreement.pk}/file/")
    data = "name,email,role\nAda Able,ada@partner.example,driver\n=1+1,,\nBen Paper,,guard\n"
    file: Any = {"name": "roster.csv", "mimeType": "text/csv", "buffer": data.encode()}
    fatou.page.set_input_files("[name=file]", file)
    fatou.press("Try it out")
    assert fatou.sees("2 named, 0 on the list already, 1 refused.")
    fatou.check_page()
    fatou.press("Take the good lines in")
    assert fatou.sees("Taken in.")
    fatou.open(f"/partners/{desk.agreement.pk}/")
    fatou.check_page()
    fatou.press("Make a sheet of codes")
    fatou.check_page()
    code = re.search(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", fatou.page.inner_text("table"))
    assert code is not None
    fatou.open(f"/partners/{desk.agreement.pk}/links/")
    fatou.fill(last_day=timezone.localdate().isoformat())
    fatou.press("Make a link")
    fatou.check_page()
    address = fatou.page.inner_text("main bdi")
    fatou.close()

    ben = Visitor(browser, live_server.url, width=390)
    ben.speak("en")
    ben.open("/partner/")
    ben.fill(code=code[0])
    ben.press("Go on")
    assert ben.sees("Ben Paper")
    ben.check_page()
    do_course(AgreementMember.objects.get(person__name="Ben Paper").person, desk.activity)
    ben.open("/partner/")
    assert ben.sees("Received on")
    ben.check_page()
    ben.press("Leave")
    assert not ben.sees("Ben Paper")
    ben.close()

    ada = Visitor(browser, live_server.url, width=390)
    ada.speak("en")
    ada.open(f"/partner/link/{secret_for(PartnerInvitation.objects.get(purpose='learn', channel='email'))}/")
    ada.check_page()
    ada.press("Go on")
    assert ada.sees("Ada Able")
    ada.close()

    zoe = Visitor(browser, live_server.url, width=390)
    zoe.speak("en")
    zoe.open("/partner/register/" + address.rstrip("/").rsplit("/", 1)[1] + "/")
    zoe.check_page()
    zoe.fill(name="Zoë New")
    zoe.press("Register")
    assert zoe.sees("Write this code down.")
    zoe.check_page()
    zoe.close()
