"""Invitations: a joiner without an organisation e-mail sets a password; nobody else's link works."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from lms.people.inviting import InvitationNotUsable, accept, find, invite
from lms.people.models import Invitation, Person
from tests.cast import PASSWORD, Cast


def token_for(person: Person) -> str:
    return invite(person=person).rstrip("/").rsplit("/", 1)[1]


def test_a_joiner_sets_a_password_and_is_signed_in(cast: Cast, client: Client) -> None:
    address = f"/invitation/{token_for(cast.amina)}/"
    assert client.get(address).status_code == 200
    answer = client.post(address, {"password": PASSWORD, "again": PASSWORD})
    assert answer.headers["Location"] == "/learning/"
    cast.amina.refresh_from_db()
    assert cast.amina.user is not None
    assert cast.amina.user.check_password(PASSWORD)
    assert client.get("/learning/").status_code == 200
    assert Client().get(address).status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [("short", "short", "too short"), ("password123", "password123", "too common"), (PASSWORD, "other", "not the same"),
     ("", "", "required")],
)  # fmt: skip
def test_a_weak_or_mistyped_password_is_explained_and_uses_nothing_up(
    cast: Cast, client: Client, password: str, again: str, said: str
) -> None:
    token = token_for(cast.amina)
    answer = client.post(f"/invitation/{token}/", {"password": password, "again": again})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert find(token)
    assert User.objects.filter(username="P00001").count() == 0


def test_links_expire_are_used_once_and_end_together(cast: Cast) -> None:
    first, second = token_for(cast.amina), token_for(cast.amina)
    with pytest.raises(InvitationNotUsable):
        find(first, now=timezone.now() + timedelta(days=31))
    accept(token=first, password=PASSWORD)
    for token in (first, second, "made-up"):
        with pytest.raises(InvitationNotUsable):
            accept(token=token, password=PASSWORD)


def test_an_invitation_never_opens_an_account_that_exists(cast: Cast) -> None:
    token = token_for(cast.amina)
    user = User.objects.create_user("amina", password="the old password")
    Person.objects.filter(pk=cast.amina.pk).update(user=user)
    with pytest.raises(InvitationNotUsable):
        accept(token=token, password=PASSWORD)
    user.refresh_from_db()
    assert user.check_password("the old password")


def test_a_user_name_that_is_taken_does_not_stand_in_the_way(cast: Cast) -> None:
    User.objects.create_user("P00001")
    person = accept(token=token_for(cast.amina), password=PASSWORD)
    assert person.user is not None
    assert person.user.username == "P00001-2"


def test_the_link_of_somebody_else_asks_to_sign_out_first(cast: Cast, client: Client) -> None:
    address = f"/invitation/{token_for(cast.amina)}/"
    client.force_login(cast.chen.user)  # type: ignore[arg-type]
    shown = client.get(address)
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "You are signed in as Chen Head." in text
    assert 'name="password"' not in text
    assert client.post(address, {"password": PASSWORD, "again": PASSWORD}).status_code == 409
    assert not User.objects.filter(username="P00001").exists()
    assert client.get("/learning/").context["person"] == cast.chen
    assert client.post("/accounts/logout/", {"next": address}).headers["Location"] == address
    assert 'name="password"' in client.get(address).content.decode()


def test_the_page_tells_the_user_name_that_there_will_be(cast: Cast, client: Client) -> None:
    User.objects.create_user("P00001")
    assert "Your user name is P00001-2." in client.get(f"/invitation/{token_for(cast.amina)}/").content.decode()


def test_who_has_left_cannot_come_in(cast: Cast, client: Client) -> None:
    token = token_for(cast.amina)
    Person.objects.filter(pk=cast.amina.pk).update(left_on="2026-12-07")
    assert find(token)
    Person.objects.filter(pk=cast.amina.pk).update(joined_on="2020-01-01", left_on="2020-02-01")
    assert client.get(f"/invitation/{token}/").status_code == 410


def test_a_leaver_is_signed_out(cast: Cast, client: Client) -> None:
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    assert client.get("/learning/").status_code == 200
    Person.objects.filter(pk=cast.bruno.pk).update(left_on="2026-11-01")
    assert client.get("/learning/").status_code == 302


def test_the_token_itself_is_not_stored(cast: Cast) -> None:
    token = token_for(cast.amina)
    assert token not in str(list(Invitation.objects.values()))
