"""A course that runs on another server: what its author may say, what its learner sees."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from courses.models import CoursePage, Enrolment
from lms.lrs.models import Statement
from lms.requirements.models import Activity, Claim
from tests.cast import Cast, make_bank, make_course, make_requirement

pytestmark = pytest.mark.django_db
AWAY = "https://courses.example.org/far/"


@pytest.fixture
def page(cast: Cast) -> CoursePage:
    made = make_course("far", lessons=0)
    made.bank, made.launch_address = None, AWAY
    Activity.objects.filter(iri__endswith="/content").update(move_on="Completed")
    made.full_clean()
    made.save_revision().publish()
    make_requirement("far", made.activity)
    cast.assign()
    return CoursePage.objects.get(pk=made.pk)


@pytest.fixture
def bruno(cast: Cast, client: Client) -> Client:
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    client.cookies["django_language"] = "en"
    return client


def test_publishing_says_whose_word_completes_it(page: CoursePage) -> None:
    content = Activity.objects.get(iri__endswith="/far/content")
    assert (content.word, content.move_on, content.minutes) == ("launched", "CompletedAndPassed", 10)


def test_it_can_be_edited_and_published_again(page: CoursePage) -> None:
    page.summary = "Shorter."
    page.full_clean()
    page.save_revision().publish()
    page.refresh_from_db()
    assert page.summary == "Shorter."


@pytest.mark.parametrize("address", ["http://courses.example.org/far/", "javascript:alert(1)", "ftp://example.org/x"])
def test_an_address_that_others_can_listen_to_is_refused(page: CoursePage, address: str) -> None:
    page.launch_address = address
    with pytest.raises(ValidationError, match="launch_address"):
        page.full_clean()


def test_a_course_runs_here_or_elsewhere_and_not_both(page: CoursePage, cast: Cast) -> None:
    here = make_course("near")
    here.bank, here.launch_address = None, AWAY
    Activity.objects.filter(iri__endswith="/near/content").update(move_on="Completed")
    with pytest.raises(ValidationError, match="no lessons here"):
        here.full_clean()
    page.bank = make_bank("another")
    with pytest.raises(ValidationError, match="has its check there"):
        page.full_clean()


def test_trust_that_was_given_stays_when_a_course_that_runs_here_is_published_again(cast: Cast) -> None:
    here = make_course("near")
    Activity.objects.filter(iri__endswith="/near/content").update(word="trusted")
    here.save_revision().publish()
    assert Activity.objects.get(iri__endswith="/near/content").word == "trusted"


def test_the_learner_is_shown_the_way_out_and_what_the_other_site_learns(page: CoursePage, bruno: Client) -> None:
    learning = bruno.get("/learning/").content.decode()
    assert f'href="{page.url}"' in learning
    assert "on another site" in bruno.get(page.url).content.decode()
    leaving = bruno.post(f"/learning/course/{page.pk}/start/").content.decode()
    assert "courses.example.org" in leaving
    found = re.search(r'href="(https://courses[^"]+)"', leaving)
    assert found is not None
    assert html.unescape(found[1]).startswith(AWAY + "?endpoint=")
    assert [row.data["verb"]["id"].rsplit("/", 1)[1] for row in Statement.objects.all()] == ["launched"]


def test_back_from_the_course_the_learner_sees_what_was_received(page: CoursePage, bruno: Client, cast: Cast) -> None:
    bruno.post(f"/learning/course/{page.pk}/start/")
    enrolment = Enrolment.objects.get()
    back = f"/learning/returned/{enrolment.session}/"
    assert "has not reported" in bruno.get(back).content.decode()
    launched: Any = Statement.objects.get()
    Claim.objects.create(
        statement=launched, person=cast.bruno, activity=Activity.objects.get(iri__endswith="/content"),
        doubts=["too_quick"],
    )  # fmt: skip
    assert "second look" in bruno.get(back).content.decode()
