"""Accounts of the site as shipped: signing in, codes and new passwords go by the address that HR's feed has."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from lms.people.models import Person
from tests.cast import PASSWORD, Cast

NEW = "the mountain was steep that year"
FOREIGN = "bruno@elsewhere.example"


@pytest.fixture
def accounts(cast: Cast) -> Cast:
    """Bruno and Eve have accounts; another account belongs to no person."""
    User.objects.filter(pk=cast.bruno.user_id).update(email="p00002@example.org")
    User.objects.create_user("operator", "operator@example.org", PASSWORD)
    return cast


def sent(mailbox: Any) -> list[EmailMessage]:
    return [mailbox.read(path.stem) for path in reversed(mailbox.paths())]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def ask_for_reset(email: str) -> None:
    assert Client().post("/accounts/password/reset/", {"email": email}).status_code == 302


def ask_for_code(client: Client, email: str) -> None:
    assert client.post("/accounts/login/code/", {"email": email}).status_code == 302


def link_in(message: EmailMessage) -> str:
    return next(word for word in text_of(message).split() if "/password/reset/key/" in word)


def code_in(message: EmailMessage) -> str:
    return next(line for line in text_of(message).splitlines() if re.fullmatch(r"[A-Z0-9]+-[A-Z0-9]+", line))


def choose_password(link: str) -> int:
    """Follow the link and set a new password; answers the status of the form that the link leads to."""
    visitor = Client()
    shown = visitor.get("/" + link.split("/", 3)[3], follow=True)
    if not shown.redirect_chain:
        return 410
    return visitor.post(shown.redirect_chain[-1][0], {"password1": NEW, "password2": NEW}).status_code


def let_the_feed_say(folder: Path, email: str) -> None:
    people = folder / "people.csv"
    people.write_text(
        f"number,name,email,office,category,joined_on\nP00002,Bruno Late,{email},WCA-SN,FTA,2026-10-24\n"
    )
    call_command("import_directory", people)


@pytest.mark.parametrize("page", ["signup/", "email/", "confirm-email/", "confirm-email/abc/", "reauthenticate/"])
def test_there_is_no_page_to_sign_up_or_to_add_an_address(accounts: Cast, client: Client, page: str) -> None:
    for visitor in (Client(), client):
        assert visitor.get(f"/accounts/{page}").status_code == 404
        assert visitor.post(f"/accounts/{page}", {"email": FOREIGN, "action_add": ""}).status_code == 404
        client.force_login(accounts.bruno.user)  # type: ignore[arg-type]
    assert not EmailAddress.objects.exists()


def test_an_address_that_is_not_from_hr_opens_nothing(accounts: Cast, mailbox: Any) -> None:
    EmailAddress.objects.create(user=accounts.bruno.user, email=FOREIGN, verified=True, primary=True)
    User.objects.filter(pk=accounts.bruno.user_id).update(email=FOREIGN)
    ask_for_reset(FOREIGN)
    ask_for_code(Client(), FOREIGN)
    assert sent(mailbox) == []
    assert "sessionid" not in Client().post("/accounts/login/", {"login": FOREIGN, "password": PASSWORD}).cookies


def test_a_new_password_is_set_through_the_address_of_the_person(accounts: Cast, mailbox: Any) -> None:
    ask_for_reset("P00002@Example.org")
    (message,) = sent(mailbox)
    assert message["to"] == "p00002@example.org"
    assert choose_password(link_in(message)) == 302
    assert Client().post("/accounts/login/", {"login": "p00002@example.org", "password": NEW}).status_code == 302


def test_an_account_without_a_person_uses_its_own_address(accounts: Cast, mailbox: Any) -> None:
    ask_for_reset("operator@example.org")
    assert [message["to"] for message in sent(mailbox)] == ["operator@example.org"]


def test_signing_in_and_new_passwords_follow_the_feed(accounts: Cast, mailbox: Any, tmp_path: Path) -> None:
    ask_for_reset("p00002@example.org")
    let_the_feed_say(tmp_path, "bruno.late@example.org")
    assert User.objects.get(pk=accounts.bruno.user_id).email == "bruno.late@example.org"
    assert choose_password(link_in(sent(mailbox)[0])) == 410, "the old mailbox may belong to somebody else by now"
    ask_for_reset("p00002@example.org")
    assert len(sent(mailbox)) == 1
    ask_for_reset("bruno.late@example.org")
    assert sent(mailbox)[1]["to"] == "bruno.late@example.org"
    for login, status in (("bruno.late@example.org", 302), ("p00002@example.org", 200)):
        assert Client().post("/accounts/login/", {"login": login, "password": PASSWORD}).status_code == status


def test_the_personal_address_counts_until_there_is_another(accounts: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=accounts.bruno.pk).update(email="", personal_email="bruno@example.net")
    ask_for_reset("bruno@example.net")
    Person.objects.filter(pk=accounts.bruno.pk).update(email="p00002@example.org")
    ask_for_reset("bruno@example.net")
    assert [message["to"] for message in sent(mailbox)] == ["bruno@example.net"]


def test_a_code_from_the_mailbox_signs_in(accounts: Cast, mailbox: Any, client: Client) -> None:
    ask_for_code(client, "p00002@example.org")
    (message,) = sent(mailbox)
    assert message["to"] == "p00002@example.org"
    assert client.post("/accounts/login/code/confirm/", {"code": code_in(message)}).status_code == 302
    assert client.get("/learning/").status_code == 200


def test_two_people_at_one_mailbox_each_get_a_link_and_neither_a_code(accounts: Cast, mailbox: Any) -> None:
    for person in (accounts.bruno, accounts.eve):
        Person.objects.filter(pk=person.pk).update(email="family@example.net")
    ask_for_code(Client(), "family@example.net")
    assert sent(mailbox) == []
    ask_for_reset("family@example.net")
    assert sorted(number for number in ("P00002", "P00005") for m in sent(mailbox) if number in text_of(m)) == [
        "P00002",
        "P00005",
    ]


def test_an_unknown_address_gets_no_mail(accounts: Cast, mailbox: Any) -> None:
    ask_for_reset("nobody@example.org")
    ask_for_code(Client(), "nobody@example.org")
    assert sent(mailbox) == []


def test_mails_name_the_organisation_and_speak_the_language_of_the_person(
    accounts: Cast, mailbox: Any, settings: Any
) -> None:
    settings.LMS_SITE_URL = "https://learn.example.org"
    settings.LMS_ORGANISATION_NAME = "Meridian & Co"
    ask_for_reset("p00002@example.org")
    ask_for_code(Client(), "p00002@example.org")
    reset, code = sent(mailbox)
    assert link_in(reset).startswith("https://learn.example.org/accounts/password/reset/key/")
    for message in (reset, code):
        assert str(message["subject"]).startswith("[Meridian & Co] ")
        assert (message["content-language"], message["auto-submitted"]) == ("fr", "auto-generated")
        assert "Bruno Late" in text_of(message)
        assert "Dear" not in text_of(message)
        assert "Meridian & Co" in text_of(message)
        html = message.get_body(("html",))
        assert html is not None
        assert 'lang="fr" dir="ltr"' in html.get_content()
        read = str(message["subject"]) + text_of(message) + html.get_content()
        assert not [word for word in ("localhost", "testserver", "example.com") if word in read]


def test_an_account_without_a_person_is_written_to_in_the_language_of_the_page(accounts: Cast, mailbox: Any) -> None:
    ask_for_reset("operator@example.org")
    (message,) = sent(mailbox)
    assert message["content-language"] == "en"
    assert "Dear operator," in text_of(message)


@pytest.mark.parametrize("login", ["P00002", "p00002@example.org"])
def test_guessing_passwords_is_stopped(accounts: Cast, login: str) -> None:
    for guess in range(5):
        Client().post("/accounts/login/", {"login": login, "password": f"guess {guess}"})
    answer = Client().post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.content.decode()


def test_guessing_codes_is_stopped(accounts: Cast, mailbox: Any, client: Client) -> None:
    ask_for_code(client, "p00002@example.org")
    code = code_in(sent(mailbox)[0])
    for _ in range(3):
        client.post("/accounts/login/code/confirm/", {"code": "AAAA-AAAA"})
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert client.get("/learning/").status_code == 302


@pytest.mark.parametrize("way", ["/admin/login/", "/_util/login/"])
def test_wagtails_own_sign_in_leads_to_the_one_that_counts(accounts: Cast, client: Client, way: str) -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    for answer in (
        client.get(f"{way}?next=/admin/pages/"),
        client.post(f"{way}?next=/admin/pages/", {"username": "root", "password": PASSWORD}),
    ):
        assert answer.headers["Location"] == "/accounts/login/?next=/admin/pages/"
    assert "sessionid" not in client.cookies
    assert client.get(way).headers["Location"] == "/accounts/login/?next=/admin/"


@pytest.mark.parametrize("page", ["", "confirm/MQ/set-password/", "done/", "complete/"])
def test_wagtails_own_password_reset_is_gone(accounts: Cast, client: Client, page: str) -> None:
    assert client.get(f"/admin/password_reset/{page}").status_code == 404


@pytest.mark.parametrize("page", ["/admin/", "/admin/pages/", "/admin/account/", "/admin/no-such-page/"])
def test_who_has_no_right_to_the_admin_is_told_so(accounts: Cast, client: Client, page: str) -> None:
    client.force_login(accounts.bruno.user)  # type: ignore[arg-type]
    answer = client.get(page, headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert 'href="/learning/"' in answer.content.decode()


def test_nobody_is_led_round_in_circles(accounts: Cast, client: Client) -> None:
    assert client.get("/admin/").headers["Location"] == "/accounts/login/?next=/admin/"
    signed_in = client.post("/accounts/login/?next=/admin/", {"login": "P00002", "password": PASSWORD})
    assert signed_in.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 403
