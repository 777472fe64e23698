"""Keeping a roster: focal points see their own partner and those below it, offices their own agreements; nobody else."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.partners.inviting import come_by_code, invite, make_codes
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation, RegistrationLink
from lms.partners.sending import send_all
from lms.people.groups import ensure_groups
from lms.people.models import Category, OfficeAccess, Organisation, Person
from tests.cast import TODAY, Cast, make_person
from tests.lms.partners.desk import Desk, as_, make_agreement

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    groups = ensure_groups()
    for person, group in ((cast.dora, "HR"), (cast.chen, "Heads of office"), (cast.eve, "Heads of office")):
        assert person.user is not None
        person.user.groups.add(groups[group])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)  # type: ignore[misc]
    OfficeAccess.objects.create(user=cast.eve.user, office=cast.elsewhere)  # type: ignore[misc]
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)
    return Desk(cast)


def seen(person: Person) -> set[str]:
    shown = as_(person).get("/partners/").content.decode()
    return {item.reference for item in Agreement.objects.all() if item.reference in shown}


def test_a_focal_point_sees_their_partner_and_what_works_for_it_and_nothing_above_or_beside(desk: Desk) -> None:
    sub = Organisation.objects.create(code="SUB", name="Small Kettle", parent=desk.organisation)
    beside = Organisation.objects.create(code="PP2", name="Green Lamp")
    make_agreement("BK-2", desk.organisation, desk.cast, office=desk.cast.elsewhere)
    below = make_agreement("SK-1", sub, desk.cast)
    make_agreement("GL-1", beside, desk.cast)
    assert seen(desk.focal) == {"BK-1", "BK-2", "SK-1"}
    small = make_person("X00002", desk.cast.country, user=True, category=Category.PARTNER, organisation=sub)
    assert seen(small) == set()
    below.focal_points.add(small)
    assert seen(small) == {"SK-1"}


def test_a_focal_point_named_under_an_agreement_of_a_stranger_sees_nothing_of_it(desk: Desk) -> None:
    beside = Organisation.objects.create(code="PP2", name="Green Lamp")
    make_agreement("GL-1", beside, desk.cast).focal_points.add(desk.focal)
    assert seen(desk.focal) == {"BK-1"}


def test_one_of_our_people_sees_the_agreements_that_name_them_only(desk: Desk) -> None:
    make_agreement("BK-2", desk.organisation, desk.cast)
    desk.agreement.focal_points.add(desk.cast.bruno)
    assert seen(desk.cast.bruno) == {"BK-1"}


def test_a_focal_point_of_an_agreement_that_has_ended_sees_nothing(desk: Desk) -> None:
    Agreement.objects.update(ends_on=TODAY.replace(year=2026, month=2))
    assert seen(desk.focal) == set()


def test_offices_see_their_own_agreements(desk: Desk) -> None:
    make_agreement("AP-1", desk.organisation, desk.cast, office=desk.cast.elsewhere)
    assert seen(desk.cast.chen) == {"BK-1"}
    assert seen(desk.cast.eve) == {"AP-1"}
    assert seen(desk.cast.dora) == {"BK-1", "AP-1"}
    assert seen(desk.cast.bruno) == set()


def test_no_address_of_another_partners_agreement_answers_a_focal_point(desk: Desk) -> None:
    beside = Organisation.objects.create(code="PP2", name="Green Lamp")
    other = make_agreement("GL-1", beside, desk.cast)
    client = as_(desk.focal)
    for path in ("", "file/", "links/"):
        assert client.get(f"/partners/{other.pk}/{path}").status_code == 404
        assert client.post(f"/partners/{other.pk}/{path}", {"invite": "1"}).status_code == 404
    assert client.post(f"/partners/{other.pk}/codes/").status_code == 404
    link = RegistrationLink.objects.create(
        agreement=other, token_hash="x", most=1, made_at=timezone.now(), expires_at=timezone.now().replace(year=2030)
    )
    assert client.get(f"/partners/{other.pk}/links/{link.key}/").status_code == 404
    assert client.get(f"/partners/{desk.agreement.pk}/links/{link.key}/").status_code == 404
    client.post(f"/partners/{desk.agreement.pk}/links/", {"revoke": str(link.key)})
    link.refresh_from_db()
    assert link.revoked_at is None


def test_somebody_is_named_and_invited_in_one_form(desk: Desk) -> None:
    client = as_(desk.focal)
    page = f"/partners/{desk.agreement.pk}/"
    values = {"add": "1", "name": "Ada Able", "email": "ada@partner.example", "role": "driver", "language": "fr"}
    shown = client.post(page, {**values, "invite": "on"}, follow=True).content.decode()
    assert "Ada Able is on the list." in shown
    assert "1 invitation is on its way." in shown
    member = AgreementMember.objects.get()
    assert (member.role, member.person.language, member.named_by) == ("driver", "fr", desk.focal)
    assert "on the list already" in client.post(page, values, follow=True).content.decode()
    assert client.post(page, {**values, "email": "no"}).status_code == 422
    client.post(page, {"remove": member.person.number})
    member.refresh_from_db()
    assert member.ended_on is not None


def test_people_of_another_agreement_cannot_be_taken_off_here(desk: Desk) -> None:
    beside = Organisation.objects.create(code="PP2", name="Green Lamp")
    other = make_agreement("GL-1", beside, desk.cast)
    mine = desk.agreement
    desk.agreement = other
    (member,) = desk.name("Stranger")
    assert as_(desk.focal).post(f"/partners/{mine.pk}/", {"remove": member.person.number}).status_code == 404


def send_file(client: Client, desk: Desk, text: str) -> str:
    file = SimpleUploadedFile("roster.csv", text.encode())
    return str(client.post(f"/partners/{desk.agreement.pk}/file/", {"file": file}).content.decode())


def test_a_file_is_tried_out_first_and_then_taken_in(desk: Desk) -> None:
    client = as_(desk.focal)
    text = 'name,email\nAda "A" Able,ada@partner.example\n=1+1,\nBen,\n'
    shown = send_file(client, desk, text)
    assert "nothing is saved yet" in shown
    assert "2 named, 0 on the list already, 1 refused." in shown
    assert not AgreementMember.objects.exists()
    shown = client.post(
        f"/partners/{desk.agreement.pk}/file/", {"text": text.replace("\n", "\r\n"), "take": "1", "invite": "1"}
    ).content.decode()
    assert "Taken in." in shown
    assert AgreementMember.objects.count() == 2
    assert PartnerInvitation.objects.get().person.personal_email == "ada@partner.example"  # type: ignore[union-attr]


def test_what_a_file_holds_is_shown_as_text(desk: Desk) -> None:
    shown = send_file(as_(desk.focal), desk, "name\n<script>alert(1)</script>\n")
    assert "<script>alert" not in shown


def test_a_file_that_is_too_large_is_refused(desk: Desk) -> None:
    assert "larger than" in send_file(as_(desk.focal), desk, "name\n" + "x" * 1_000_001)


def test_a_sheet_has_a_code_for_everybody_without_address(desk: Desk) -> None:
    desk.name("Ada <ada@partner.example>", "Ben Paper")
    client = as_(desk.focal)
    shown = client.post(f"/partners/{desk.agreement.pk}/codes/").content.decode()
    assert "Ben Paper" in shown
    assert "Ada" not in shown
    code = shown.split('<code dir="ltr">')[1].split("<")[0]
    assert come_by_code(code).person.name == "Ben Paper"  # type: ignore[union-attr]
    assert client.get(f"/partners/{desk.agreement.pk}/codes/").status_code == 405


def test_a_link_is_made_shown_as_a_picture_and_ended(desk: Desk) -> None:
    client = as_(desk.focal)
    page = f"/partners/{desk.agreement.pk}/links/"
    for wrong in ({"most": "0"}, {"most": "501"}, {"last_day": "2020-01-01"}, {"last_day": "2099-01-01"}):
        values = {"open": "1", "most": "5", "last_day": timezone.localdate().isoformat(), **wrong}
        assert client.post(page, values).status_code == 422
    shown = client.post(
        page, {"open": "1", "most": "5", "last_day": timezone.localdate().isoformat()}, follow=True
    ).content.decode()
    assert "data:image/svg+xml" in shown
    link = RegistrationLink.objects.get()
    client.post(page, {"revoke": str(link.key)})
    assert client.get(f"{page}{link.key}/").status_code == 404


def test_a_roster_of_many_costs_as_many_queries_as_one_of_few(desk: Desk) -> None:
    client = as_(desk.focal)

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    desk.name("Ada <ada@partner.example>")
    paths = ("/partners/", f"/partners/{desk.agreement.pk}/")
    before = [cost(path) for path in paths]
    desk.name(*(f"P {n} <p{n}@partner.example>" for n in range(30)))
    for number in range(5):
        make_agreement(f"N-{number}", desk.organisation, desk.cast, requirements=[desk.requirement])
    assert [cost(path) for path in paths] == before
    assert max(before) <= 20


def test_a_roster_tells_whose_invitation_could_not_be_sent(desk: Desk) -> None:
    """Or a focal point would wait for people who never heard of it."""
    ada, ben = desk.name("Ada <ada@partner.example>", "Ben <ben@partner.example>")
    client, path = as_(desk.focal), f"/partners/{desk.agreement.pk}/"
    invite(agreement=desk.agreement, members=[ada, ben], by=desk.focal.user)
    Person.objects.filter(pk=ben.person_id).update(personal_email="")
    assert "not reached" not in client.get(path).content.decode()
    assert send_all(now=timezone.now()) == 1
    shown = client.get(path).content.decode()
    assert "The invitation of 1 person could not be sent." in shown
    assert shown.count("not reached") == 1
    make_codes(agreement=desk.agreement, members=[ben], by=None)
    assert "could not be sent" not in client.get(path).content.decode()


def test_an_invitation_that_a_server_refuses_is_given_up_without_telling_the_address(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ada,) = desk.name("Ada <ada@partner.example>")
    invite(agreement=desk.agreement, members=[ada], by=desk.focal.user)

    def refuse(self: Any, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"ada@partner.example": (550, b"No mailbox ada@partner.example here")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    for hours in range(0, 80, 3):
        send_all(now=timezone.now() + timedelta(hours=hours))
    given_up = PartnerInvitation.objects.get()
    assert given_up.outcome == PartnerInvitation.Outcome.FAILED
    assert "550" in given_up.last_error
    assert "ada@" not in given_up.last_error
    assert "not reached" in as_(desk.focal).get(f"/partners/{desk.agreement.pk}/").content.decode()
