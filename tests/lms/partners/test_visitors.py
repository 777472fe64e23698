"""People of partners come in without an account: by link, by code, by registering; and nobody comes in as another."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from lms.partners import inviting
from lms.partners.inviting import come_by_code, forget_ended, invite, make_codes, revoke
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation, RegistrationLink
from lms.partners.naming import take_off
from lms.partners.registering import address_of, open_link, revoke_link
from lms.partners.sending import send_all
from lms.people.models import Person
from lms.requirements import kinds
from tests.cast import PASSWORD, Cast
from tests.lms.partners.desk import Desk, as_, do_course, secret_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    cache.clear()
    return Desk(cast)


def invited(desk: Desk, text: str = "Ada Able <ada@partner.example>") -> tuple[Person, str]:
    (member,) = desk.name(text)
    invite(agreement=desk.agreement, members=[member], by=None)
    made = PartnerInvitation.objects.get(person=member.person)
    return member.person, f"/partner/link/{secret_for(made)}/"


def test_a_link_shows_little_lets_in_by_post_and_works_again(desk: Desk) -> None:
    person, link = invited(desk)
    client = Client()
    for _ in range(3):
        shown = client.get(link)
        assert (shown.status_code, "Able" in shown.content.decode()) == (200, False)
        assert shown.headers["X-Robots-Tag"] == "noindex"
    assert "Training for people of partners" in client.get("/partner/").content.decode()
    assert client.post(link).headers["Location"] == "/partner/"
    shown_text = client.get("/partner/").content.decode()
    assert "Ada Able" in shown_text
    assert "A course elsewhere" in shown_text
    assert Client().post(link).status_code == 302
    do_course(person, desk.activity)
    assert "Received on" in client.get("/partner/").content.decode()


def test_the_page_gives_the_links_of_kinds_that_need_no_account(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        name = "elsewhere"

        def describe_without_account(self, *, person: Person, activities: Any, registrations: Any) -> Any:
            return {item.pk: kinds.Description(item.name, f"/partner/course/{item.pk}/") for item in activities}

    monkeypatch.setitem(kinds._kinds, "elsewhere", Elsewhere())  # type: ignore[arg-type]
    _, link = invited(desk)
    client = Client()
    client.post(link)
    assert f'href="/partner/course/{desk.activity.pk}/"' in client.get("/partner/").content.decode()


def test_a_session_ends_with_what_it_rests_on(desk: Desk) -> None:
    person, link = invited(desk)
    for end in (
        lambda: revoke(agreement=desk.agreement, person=person.pk, by=None),
        lambda: take_off(member=AgreementMember.objects.get(), by=None),
        lambda: Agreement.objects.update(ends_on=timezone.localdate() - timedelta(days=1)),
        lambda: PartnerInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1),
                                                 made_at=timezone.now() - timedelta(days=2)),
    ):  # fmt: skip
        PartnerInvitation.objects.update(revoked_at=None)
        AgreementMember.objects.update(ended_on=None)
        Person.objects.filter(pk=person.pk).update(left_on=None)
        Agreement.objects.update(ends_on=None)
        client = Client()
        client.post(link)
        assert "Ada Able" in client.get("/partner/").content.decode()
        end()
        assert "Ada Able" not in client.get("/partner/").content.decode()
        assert Client().get(link).status_code == 410


def test_a_session_of_a_partner_opens_nothing_else(desk: Desk) -> None:
    _, link = invited(desk)
    client = Client()
    client.post(link)
    for path in ("/learning/", "/partners/", f"/partners/{desk.agreement.pk}/", "/admin/"):
        assert client.get(path).status_code == 302
    client.post("/partner/leave/")
    assert "Ada Able" not in client.get("/partner/").content.decode()


def test_whoever_is_signed_in_stays_who_they_are(desk: Desk) -> None:
    _, link = invited(desk)
    client = as_(desk.focal)
    assert client.post(link).status_code == 409
    assert client.get("/partners/").status_code == 200


def test_a_new_session_key_begins_with_each_person(desk: Desk) -> None:
    _, link = invited(desk)
    client = Client()
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.post(link)
    assert client.session.session_key != before
    assert "planted" not in client.session


def test_wrong_links_all_get_one_answer_and_too_many_are_slowed(desk: Desk) -> None:
    client = Client()
    answers = [client.get(f"/partner/link/{'x' * size}/").status_code for size in range(1, 40)]
    assert answers[0] == 410
    assert answers[-1] == 429
    _, link = invited(desk)
    assert client.get(link).status_code == 200


def test_a_code_works_once_in_any_writing(desk: Desk) -> None:
    (member,) = desk.name("Ben Paper")
    ((_, code),) = make_codes(agreement=desk.agreement, members=[member], by=None)
    client = Client()
    assert client.post("/partner/", {"code": f" {code[:5].lower()}-{code[5:]} "}).status_code == 302
    assert "Ben Paper" in client.get("/partner/").content.decode()
    assert Client().post("/partner/", {"code": code}).status_code == 422
    assert "Ben Paper" in client.get("/partner/").content.decode()


def test_a_new_sheet_ends_the_codes_nobody_used(desk: Desk) -> None:
    (member,) = desk.name("Ben Paper")
    ((_, old),) = make_codes(agreement=desk.agreement, members=[member], by=None)
    ((_, new),) = make_codes(agreement=desk.agreement, members=[member], by=None)
    with pytest.raises(inviting.InvitationNotUsable):
        come_by_code(old)
    assert come_by_code(new).person == member.person


def test_guessing_codes_is_slowed_even_where_the_next_one_is_right(desk: Desk) -> None:
    (member,) = desk.name("Ben Paper")
    ((_, code),) = make_codes(agreement=desk.agreement, members=[member], by=None)
    client = Client()
    answers = [client.post("/partner/", {"code": f"WRONG{n:05}"}).status_code for n in range(10)]
    assert set(answers) == {422}
    assert client.post("/partner/", {"code": code}).status_code == 429
    assert PartnerInvitation.objects.get().opened_at is None


def test_codes_and_links_are_not_kept_as_they_are(desk: Desk) -> None:
    _, link = invited(desk)
    secret = link.rstrip("/").rsplit("/", 1)[1]
    (member,) = desk.name("Ben Paper")
    ((_, code),) = make_codes(agreement=desk.agreement, members=[member], by=None)
    kept = str(list(PartnerInvitation.objects.values()))
    assert secret not in kept
    assert code not in kept


def test_the_mail_is_in_the_language_of_the_person_and_tells_who_asks(desk: Desk) -> None:
    person, link = invited(desk, "Léa <lea@partner.example>")
    assert send_all(now=timezone.now()) == 1
    assert send_all(now=timezone.now()) == 0
    (message,) = mail.outbox
    assert message.to == ["lea@partner.example"]
    assert link in message.body
    for said in ("Blue Kettle", "BK-1", "Meridian Relief Agency", "Wca-Sn", "Partners"):
        assert said in message.body
    assert "exploitation" not in message.subject.lower()
    assert person.name in message.body


def test_a_mail_server_that_is_down_delays_and_the_link_stays_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, link = invited(desk)
    now = timezone.now()
    with monkeypatch.context() as patch:

        def refuse(self: Any, messages: Any) -> int:
            raise smtplib.SMTPServerDisconnected

        patch.setattr(EmailBackend, "send_messages", refuse)
        assert send_all(now=now) == 0
    waiting = PartnerInvitation.objects.get()
    assert (waiting.outcome, waiting.attempts) == ("", 1)
    assert send_all(now=now + timedelta(hours=3)) == 1
    assert link in mail.outbox[0].body


def test_nobody_is_invited_twice_a_day(desk: Desk) -> None:
    (member,) = desk.name("Ada <ada@partner.example>")
    first = invite(agreement=desk.agreement, members=[member], by=None)
    second = invite(agreement=desk.agreement, members=[member], by=None)
    assert (first.queued, second.queued, second.recent) == (1, 0, 1)


def test_invitations_are_forgotten_a_year_after_their_end(desk: Desk) -> None:
    invited(desk)
    assert forget_ended(now=timezone.now() + timedelta(days=390)) == 0
    assert forget_ended(now=timezone.now() + timedelta(days=400)) == 1


def workshop(desk: Desk, most: int = 3) -> tuple[RegistrationLink, str]:
    link = open_link(
        agreement=desk.agreement, most=most, expires_at=timezone.now() + timedelta(days=1), by=desk.focal.user
    )
    return link, address_of(link).split("//")[1].partition("/")[1] + address_of(link).split("//")[1].partition("/")[2]


def test_somebody_without_address_registers_and_is_let_in_with_a_code_to_come_back(desk: Desk) -> None:
    _, path = workshop(desk)
    client = Client()
    answer = client.post(path, {"name": "Zoë New", "language": "en", "role": "driver"})
    assert answer.headers["Location"] == "/partner/"
    shown = client.get("/partner/").content.decode()
    code = re.search(r'<bdi dir="ltr">(.{5}-.{5})</bdi>', shown)
    assert "Zoë New" in shown
    assert code is not None
    assert code[1] not in client.get("/partner/").content.decode()
    again = Client()
    assert again.post("/partner/", {"code": code[1]}).status_code == 302
    assert "Zoë New" in again.get("/partner/").content.decode()


def test_who_registers_with_an_address_learns_nothing_and_comes_in_as_nobody(desk: Desk) -> None:
    desk.name("Ada Able <ada@partner.example>")
    _, path = workshop(desk)
    answers = []
    for address in ("ada@partner.example", "new@partner.example", desk.cast.bruno.email):
        client = Client()
        answer = client.post(path, {"name": "Ada Able", "email": address, "language": "en"})
        answers.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.content.decode())))
        assert "lms.partner" not in client.session
    assert len(set(answers)) == 1
    assert AgreementMember.objects.filter(person__name="Ada Able").count() == 3
    send_all(now=timezone.now())
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        ["ada@partner.example", "new@partner.example", desk.cast.bruno.email]
    )
    desk.cast.bruno.refresh_from_db()
    assert desk.cast.bruno.organisation is None


def test_a_link_takes_as_many_as_it_says_until_it_ends(desk: Desk) -> None:
    _, path = workshop(desk, most=1)
    assert Client().post(path, {"name": "One", "language": "en"}).status_code == 302
    assert Client().get(path).status_code == 410
    assert Client().post(path, {"name": "Two", "language": "en"}).status_code == 410
    assert desk.agreement.members.count() == 1
    other, path = workshop(desk)
    revoke_link(link=other, by=None)
    assert Client().get(path).status_code == 410


@pytest.mark.parametrize(
    "values", [{"name": "=1+1"}, {"name": ""}, {"name": "A\nB"}, {"name": "A", "email": "a@b\nBcc: c@d.example"}]
)
def test_what_no_roster_takes_no_form_takes(desk: Desk, values: dict[str, str]) -> None:
    _, path = workshop(desk)
    assert Client().post(path, {"language": "en", **values}).status_code in (422, 302)
    assert not AgreementMember.objects.filter(person__name__regex=r"[=\n]").exists()
    assert not PartnerInvitation.objects.filter(channel="email").exists()


def test_the_help_page_is_small_and_has_no_script(desk: Desk) -> None:
    answer = Client().get("/partner/help/?language=fr")
    assert answer.headers["Content-Language"] == "fr"
    assert b"<script" not in answer.content
    assert len(answer.content) < 6000
    assert not answer.cookies


def test_a_focal_point_with_an_account_still_signs_in_with_it(desk: Desk) -> None:
    client = Client()
    assert client.login(username="X00001", password=PASSWORD)
    assert client.get(f"/partners/{desk.agreement.pk}/").status_code == 200
