"""Links that sign in to one task: each works once, for one person, for a while; every other one says the same thing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from lms.cron import forget_links
from lms.people.link_models import SignInLink
from lms.people.linking import CannotLink, LinkNotUsable, find, is_learning, make_link, use
from lms.people.models import Person
from lms.requirements.merging import merge
from lms.site.logs import JsonFormatter
from tests.at_once import at_once
from tests.cast import PASSWORD, Cast, make_course, make_person, make_requirement

LEARNING = "/learning/"


def link_for(person: Person, **more: Any) -> str:
    """The path of a fresh link."""
    return "/" + make_link(person=person, **{"leads_to": LEARNING, **more}).address.split("/", 3)[3]


def token_of(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[1]


def who(client: Client) -> Person | None:
    """Who the site takes the visitor for."""
    answer = client.get(LEARNING)
    return answer.context["person"] if answer.status_code == 200 else None


def test_one_click_leads_to_the_task(cast: Cast, client: Client) -> None:
    page = make_course("sea")
    make_requirement("sea", page.activity)  # type: ignore[arg-type]
    cast.assign()
    path = link_for(cast.bruno, leads_to=f"/learning/go/{cast.assignment(cast.bruno, 'sea').pk}/")
    shown = client.get(path)
    assert shown.status_code == 200
    answer = client.post(path, follow=True)
    assert answer.redirect_chain[-1][0] == page.url
    assert who(client) == cast.bruno


def test_the_page_is_in_the_persons_language_and_tells_little_of_the_name(cast: Cast, client: Client) -> None:
    text = client.get(link_for(cast.bruno), headers={"Accept-Language": "ar"}).content.decode()
    assert '<html lang="fr" dir="ltr">' in text
    assert "B••• L•••" in text
    for secret in ("Bruno", "Late", "P00002", "p00002@example.org", "WCA"):
        assert secret not in text


def test_opening_it_changes_nothing(cast: Cast) -> None:
    """Scanners of mail open every link, some with HEAD, several times, from elsewhere."""
    path = link_for(cast.bruno)
    for _ in range(5):
        scanner = Client()
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
        assert "sessionid" not in scanner.cookies
        assert scanner.get(LEARNING).status_code == 302
    row = SignInLink.objects.get()
    assert (row.used_at, row.revoked_at) == (None, None)
    assert find(token_of(path))


def test_the_second_click_is_led_to_the_ordinary_sign_in(cast: Cast, client: Client) -> None:
    path = link_for(cast.bruno)
    assert client.post(path).status_code == 302
    late = Client()
    assert late.get(path).status_code == 410
    answer = late.post(path, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/learning/"
    assert "This link no longer works" in answer.content.decode()
    assert who(late) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_signs_in(cast: Cast) -> None:
    tokens = [token_of(link_for(cast.bruno, carried_by="<m@x>")) for _ in range(2)]

    def click(token: str) -> bool:
        try:
            use(token)
        except LinkNotUsable:
            return False
        return True

    came_in = at_once(*(partial(click, token) for token in tokens * 2))
    assert came_in.count(True) == 1, "a message that went out twice after a crash opens the way once"


def leave(cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(left_on=timezone.localdate())


def new_password(cast: Cast) -> None:
    assert cast.bruno.user
    cast.bruno.user.set_password("the mountain was steep that year")
    cast.bruno.user.save()


def deactivated(cast: Cast) -> None:
    User.objects.filter(pk=cast.bruno.user_id).update(is_active=False)


def user_has_other_address(cast: Cast) -> None:
    User.objects.filter(pk=cast.bruno.user_id).update(email="elsewhere@example.org")


def feed_says_other_address(cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno@example.org")


def other_account(cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(user=User.objects.create_user("other"))


def no_account(cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(user=None)


def merged(cast: Cast) -> None:
    merge(kept=make_person("P00077", cast.country), merged=cast.bruno)


def ended(cast: Cast) -> None:
    now = timezone.now()
    SignInLink.objects.update(made_at=now - timedelta(hours=73), ends_at=now - timedelta(seconds=1))


def used(cast: Cast) -> None:
    SignInLink.objects.update(used_at=timezone.now())


def revoked(cast: Cast) -> None:
    SignInLink.objects.update(revoked_at=timezone.now())


def led_elsewhere(cast: Cast) -> None:
    SignInLink.objects.update(leads_to="//evil.example/")


def unknown(cast: Cast) -> None:
    SignInLink.objects.all().delete()


HAPPENINGS = [
    leave, new_password, deactivated, user_has_other_address, feed_says_other_address, other_account, no_account,
    merged, ended, used, revoked, led_elsewhere, unknown,
]  # fmt: skip


@pytest.mark.parametrize("happens", HAPPENINGS)
def test_a_link_ends_when_it_no_longer_fits(cast: Cast, client: Client, happens: Callable[[Cast], None]) -> None:
    path = link_for(cast.bruno)
    happens(cast)
    assert client.get(path).status_code == 410
    assert client.post(path).headers["Location"] == "/accounts/login/?next=/learning/"
    assert who(client) is None


def test_all_that_do_not_work_say_the_same(cast: Cast) -> None:
    """Used, ended, revoked, unknown, of somebody who left: whoever holds the link learns nothing of who exists."""
    said = set()
    for happens in HAPPENINGS:
        path = link_for(make_person(happens.__name__, cast.country, user=True))
        person = Person.objects.get(number=happens.__name__)
        happens(type("Of", (), {"bruno": person, "country": cast.country})())  # type: ignore[arg-type]
        answer = Client().get(path)
        said.add((answer.status_code, answer.content.decode().replace(path, "")))
        SignInLink.objects.all().delete()
    texts = {(status, text.split("<main", 1)[1]) for status, text in said}
    assert len(texts) == 1
    assert texts.pop()[0] == 410


def test_guesses_are_slowed_down_and_shut_nobody_out(cast: Cast, client: Client) -> None:
    good = link_for(cast.bruno)
    answers = [client.get(f"/link/guess{number}/").status_code for number in range(31)]
    assert answers == [410] * 30 + [429]
    assert client.post("/link/guess/").status_code == 429
    assert client.post(good).headers["Location"] == LEARNING


def test_visitors_behind_a_proxy_are_told_apart_by_what_the_proxy_saw(
    cast: Cast, client: Client, settings: Any
) -> None:
    settings.LMS_TRUSTED_PROXIES = 1

    def answer(header: str) -> int:
        return client.get("/link/guess/", headers={"x-forwarded-for": header}).status_code

    answers = [answer(f"10.0.0.{made_up}, 203.0.113.5") for made_up in range(31)]
    assert answers == [410] * 30 + [429]  # what the visitor writes into the header changes nothing
    assert answer("10.0.0.1, 203.0.113.6") == 410
    assert client.get("/link/guess/", REMOTE_ADDR="203.0.113.7").status_code == 410  # past the proxy: as it is
    settings.LMS_TRUSTED_PROXIES = 3  # they are not all there: nothing in the header is theirs
    assert answer("203.0.113.5") == 410


def test_who_is_signed_in_goes_straight_on_even_by_a_link_that_has_ended(cast: Cast, client: Client) -> None:
    path = link_for(cast.bruno, leads_to=LEARNING)
    client.force_login(cast.bruno.user)  # type: ignore[arg-type]
    assert client.get(path).headers["Location"] == LEARNING
    assert SignInLink.objects.get().used_at is None
    SignInLink.objects.update(used_at=timezone.now())
    assert client.post(path).headers["Location"] == LEARNING


def test_somebody_elses_link_asks_to_sign_out_first(cast: Cast, client: Client) -> None:
    path = link_for(cast.bruno)
    client.force_login(cast.chen.user)  # type: ignore[arg-type]
    shown = client.get(path)
    assert "You are signed in as Chen Head." in shown.content.decode()
    assert client.post(path).status_code == 409
    assert who(client) == cast.chen
    assert client.post("/accounts/logout/", {"next": path}).headers["Location"] == path
    client.post(path)
    assert who(client) == cast.bruno
    used(cast)
    other = Client()
    other.force_login(cast.chen.user)  # type: ignore[arg-type]
    assert other.get(path).status_code == other.post(path).status_code == 410


def test_a_click_that_another_site_makes_is_refused(cast: Cast) -> None:
    """Else somebody could be signed in, unawares, as somebody else."""
    client = Client(enforce_csrf_checks=True)
    path = link_for(cast.bruno)
    assert client.post(path).status_code == 403
    assert find(token_of(path))


def test_the_session_gets_a_new_key(cast: Cast, client: Client) -> None:
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    planted = session.session_key
    client.post(link_for(cast.bruno))
    assert client.cookies["sessionid"].value != planted
    assert client.cookies["sessionid"]["expires"] == "", "it ends with the browser"
    assert not type(session)(planted).load(), "the old key opens nothing"


def test_nothing_is_kept_on_the_way(cast: Cast, client: Client) -> None:
    path = link_for(cast.bruno)
    shown, gone = client.get(path), client.get("/link/unknown/")
    sent_on = client.post(path)
    for answer in (shown, gone, sent_on):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert shown.headers["Referrer-Policy"] == gone.headers["Referrer-Policy"] == "strict-origin"
    assert sent_on.headers["Referrer-Policy"] == "no-referrer"


def test_the_token_is_not_stored_and_long_enough(cast: Cast) -> None:
    token = token_of(link_for(cast.bruno))
    assert len(token) >= 43
    assert token not in str(list(SignInLink.objects.values()))
    assert cast.bruno.user is not None
    assert cast.bruno.user.password not in str(list(SignInLink.objects.values()))


def test_logs_mask_it() -> None:
    said = logging.LogRecord("django", logging.WARNING, "", 0, "Gone: %s", ("/link/abc-DEF_1/",), None)
    assert "abc" not in JsonFormatter().format(said)
    assert "/link/" in JsonFormatter().format(said)


def test_who_came_in_and_when_is_logged(cast: Cast, client: Client) -> None:
    client.post(link_for(cast.bruno))
    entry = ModelLogEntry.objects.get(action="lms.person.sign_in_by_link")
    assert (entry.object_id, entry.user) == (str(cast.bruno.pk), cast.bruno.user)
    assert entry.data in ({}, None)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/learning/", "//evil.example/learning/", "/\\evil.example", "/learning/../admin/",
        "/learning//evil.example", "/learning/%2e%2e/admin/", "/learning/\\evil.example", "/learning/?next=//evil.example",
        "/learning/#x", "/learning/\n/", "\t/learning/", " /learning/", "/learning/@evil.example", "/admin/", "/team/",
        "/accounts/password/change/", "/", "", "learning/", "/learning", "/learning/nothing-here/", "javascript:alert(1)",
        "/learning/why/x/", "/LEARNING/", "/learning/wh\u200by/1/", "/link/abc/", "/i18n/setlang/",
    ],
)  # fmt: skip
def test_a_link_leads_to_learning_and_nowhere_else(cast: Cast, path: str) -> None:
    assert not is_learning(path)
    with pytest.raises(CannotLink, match="path"):
        make_link(person=cast.bruno, leads_to=path)
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize("path", ["/learning/", "/learning/why/1/", "/learning/go/1/"])
def test_pages_of_learning_are_where_a_link_may_lead(db: None, path: str) -> None:
    assert is_learning(path)


def test_there_is_no_link_for_who_cannot_sign_in(cast: Cast) -> None:
    Person.objects.filter(pk=cast.eve.pk).update(left_on="2026-01-06")
    deactivated(cast)
    for person in (cast.amina, Person.objects.get(pk=cast.eve.pk), Person.objects.get(pk=cast.bruno.pk)):
        with pytest.raises(CannotLink, match="account"):
            link_for(person)


def test_the_setting_says_how_long_it_works(cast: Cast, settings: Any) -> None:
    settings.LMS_LINK_HOURS = 2
    now = timezone.now()
    token = token_of(link_for(cast.bruno, now=now))
    assert find(token, now=now + timedelta(minutes=119))
    with pytest.raises(LinkNotUsable):
        find(token, now=now + timedelta(minutes=120))


def test_links_that_ended_long_ago_are_deleted(cast: Cast) -> None:
    now = timezone.now()
    link_for(cast.bruno, now=now - timedelta(days=40))
    recent = token_of(link_for(cast.bruno, now=now - timedelta(days=20)))
    forget_links(now)
    assert SignInLink.objects.count() == 1
    with pytest.raises(LinkNotUsable):
        find(recent)


def test_the_task_of_somebody_else_does_not_exist(cast: Cast, client: Client) -> None:
    page = make_course("sea")
    make_requirement("sea", page.activity)  # type: ignore[arg-type]
    cast.assign()
    client.login(username="P00005", password=PASSWORD)
    assert client.get(f"/learning/go/{cast.assignment(cast.bruno, 'sea').pk}/").status_code == 404
    assert client.get("/learning/go/999999/").status_code == 404
