"""What a session may do that a link began: learning. Everything else is as if nobody were signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from courses.models import ClassroomPage
from lms.people.linking import make_link
from lms.people.models import Person
from tests.addresses import EXPECTED, ROLES
from tests.cast import PASSWORD, Cast, make_course, make_requirement
from tests.courses.classroom import make_session, make_training
from tests.test_who_may_see import visit, world

__all__ = ["world"]


def come_in(person: Person, client: Client | None = None) -> Client:
    """A browser that came in by a link."""
    client = client or Client()
    path = "/" + make_link(person=person, leads_to="/learning/").address.split("/", 3)[3]
    assert client.post(path).headers["Location"] == "/learning/"
    return client


def is_learning(path: str) -> bool:
    return path.startswith("learning/")


def test_every_address_outside_of_learning_takes_it_for_a_visitor(world: dict[str, Any]) -> None:
    """Bruno owns all that is asked for. Inside of learning he gets what he would get anyway."""
    User.objects.filter(pk=world["users"]["owner"].pk).update(is_superuser=True)
    client = Client(headers={"X-Experience-API-Version": "2.0.0"})
    come_in(Person.objects.get(number="P00002"), client)
    wrong = {}
    for path, answers in EXPECTED.items():
        expected = answers[ROLES.index("owner" if is_learning(path) else "visitor")]
        got = visit(client, path, world)
        if got != expected:
            wrong[path] = (got, expected)
    assert not wrong


def test_the_page_of_a_training_in_a_room_knows_the_learner_as_a_course_does(cast: Cast) -> None:
    make_session(make_training(), cast.country, cast.eve)
    assert "appointments" in come_in(cast.bruno).get(ClassroomPage.objects.get().url).context


@pytest.fixture
def chief(cast: Cast) -> Cast:
    """Bruno may do everything, where he has signed in with his password."""
    User.objects.filter(pk=cast.bruno.user_id).update(is_superuser=True)
    cast.bruno.refresh_from_db()
    return cast


@pytest.mark.parametrize("page", ["/admin/", "/admin/users/", "/admin/compliance/", "/admin/account/", "/team/"])
def test_more_than_learning_asks_for_the_password(chief: Cast, page: str) -> None:
    client = come_in(chief.bruno)
    assert client.get(page).headers["Location"].startswith("/accounts/login/?next=/")
    signed_in = client.post(f"/accounts/login/?next={page}", {"login": "P00002", "password": PASSWORD})
    assert signed_in.headers["Location"] == page
    assert client.get(page).status_code == 200


def test_the_admin_takes_no_post_either(chief: Cast) -> None:
    client = come_in(chief.bruno)
    answer = client.post("/admin/users/add/", {"username": "intruder", "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    assert not User.objects.filter(username="intruder").exists()


def test_no_password_can_be_changed_or_set(chief: Cast) -> None:
    client = come_in(chief.bruno)
    for page in ("/accounts/password/change/", "/accounts/password/set/"):
        new = {"oldpassword": PASSWORD, "password1": "a wholly new one", "password2": "a wholly new one"}
        assert client.get(page).headers["Location"].startswith("/accounts/login/")
        assert client.post(page, new).headers["Location"].startswith("/accounts/login/")
    assert User.objects.get(pk=chief.bruno.user_id).check_password(PASSWORD)


def test_an_account_without_a_password_cannot_be_given_one(cast: Cast) -> None:
    """Else a link would become an account that is the intruder's for good."""
    assert cast.bruno.user is not None
    cast.bruno.user.set_unusable_password()
    cast.bruno.user.save()
    client = come_in(cast.bruno)
    new = {"password1": "a wholly new one", "password2": "a wholly new one"}
    assert client.post("/accounts/password/set/", new).headers["Location"].startswith("/accounts/login/")
    assert not User.objects.get(pk=cast.bruno.user_id).has_usable_password()


def test_signing_asks_for_the_password_itself(cast: Cast) -> None:
    from attestations.models import AttestationText, Signature
    from courses import checking
    from courses.enrolling import enrol
    from tests.courses.test_checking import answer, finish_lessons

    page = make_course("sea", interactive=True)
    make_requirement("sea", page.activity)  # type: ignore[arg-type]
    cast.assign()
    enrolment = enrol(person=cast.bruno, page=page)
    finish_lessons(enrolment, page)
    attempt = checking.open_attempt(enrolment=enrolment, page=page)
    answer(attempt)
    checking.submit(attempt=attempt)
    text = AttestationText.objects.get()
    client = come_in(cast.bruno)
    path = f"/learning/sign/{enrolment.registration}/{text.attestation.activity_id}/"
    assert client.get(path).status_code == 200
    ticked = {"text": text.pk, "tick": ["0", "1"]}
    for password in ({}, {"password": ""}, {"password": "guess"}):
        client.post(path, {**ticked, **password})
        assert not Signature.objects.exists()
    client.post(path, {**ticked, "password": PASSWORD})
    assert Signature.objects.count() == 1


def test_it_is_no_fresh_sign_in(cast: Cast) -> None:
    """allauth notes by which method and when somebody proved who they are, and asks for it before what is sensitive."""
    client = come_in(cast.bruno)
    assert "account_authentication_methods" not in client.session
    client.post("/accounts/login/", {"login": "P00002", "password": PASSWORD})
    assert "account_authentication_methods" in client.session


def test_who_signed_in_fully_keeps_it_when_opening_a_link(chief: Cast, client: Client) -> None:
    client.post("/accounts/login/", {"login": "P00002", "password": PASSWORD})
    assert come_in(chief.bruno, client).get("/admin/").status_code == 200


def test_signing_in_as_somebody_else_leaves_nothing_behind(chief: Cast) -> None:
    client = come_in(chief.bruno)
    client.post("/accounts/login/", {"login": "P00005", "password": PASSWORD})
    assert client.get("/learning/").context["person"] == chief.eve
    assert client.get("/admin/").status_code == 403


def test_after_signing_out_the_next_sign_in_is_a_full_one(chief: Cast) -> None:
    client = come_in(chief.bruno)
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/learning/").status_code == 302
    client.post("/accounts/login/", {"login": "P00002", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_a_hosts_own_private_pages_ask_for_a_sign_in(chief: Cast) -> None:
    page = make_course("sea")
    home = page.get_site().root_page  # type: ignore[union-attr]
    private = home.add_child(instance=Page(title="Intranet", slug="intranet", locale=home.locale))
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    client = come_in(chief.bruno)
    assert client.get("/intranet/").headers["Location"] == "/accounts/login/?next=/intranet/"
    lesson = page.get_children().first()
    assert lesson is not None
    assert client.get(str(lesson.url)).headers.get("Location", "") != f"/accounts/login/?next={lesson.url}"


def test_the_gate_lets_nobody_pass_by_a_link(chief: Cast) -> None:
    answer = come_in(chief.bruno).get("/onboarding/")
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_new_password_ends_the_sessions_that_links_began(cast: Cast) -> None:
    client = come_in(cast.bruno)
    assert cast.bruno.user is not None
    cast.bruno.user.set_password("the mountain was steep that year")
    cast.bruno.user.save()
    assert client.get("/learning/").status_code == 302
