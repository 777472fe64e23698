"""Editions of one course, and several courses for one obligation: nobody slips through, nobody is stuck."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Locale

from attestations.admin import AttestationForm, AttestationViewSet
from attestations.models import Attestation
from courses.enrolling import enrol
from courses.models import CoursePage
from courses.registering import register
from courses.tracking import finish_lesson, open_lesson
from lms.requirements.learning import tasks
from lms.requirements.models import AcceptedActivity, Activity, Assignment
from tests.cast import PASSWORD, TODAY, Cast, make_bank, make_course, make_requirement


def french(page: CoursePage) -> CoursePage:
    """The French edition, as a draft without a question bank."""
    locale, _ = Locale.objects.get_or_create(language_code="fr")
    page.get_parent().copy_for_translation(locale)
    found = page.copy_for_translation(locale)
    found.bank = None
    return found


def content(page: CoursePage) -> Activity:
    return Activity.objects.get(iri__endswith=f"{page.course_key}/content")


def test_an_edition_without_a_bank_opens_no_way_around_the_check(cast: Cast) -> None:
    page = make_course("sea")
    edition = french(page)
    with pytest.raises(ValidationError, match="every edition needs a question bank"):
        edition.full_clean()
    register(edition)
    assert content(page).move_on == Activity.MoveOn.COMPLETED_AND_PASSED
    edition.bank = page.bank
    edition.full_clean()


def test_a_bank_comes_to_every_edition_or_to_none(cast: Cast) -> None:
    page = make_course("sea")
    CoursePage.objects.update(bank=None)
    Activity.objects.filter(iri__endswith="/content").update(move_on=Activity.MoveOn.COMPLETED)
    page.refresh_from_db()
    edition = french(page)
    edition.save_revision().publish()
    edition.bank = make_bank("another")
    with pytest.raises(ValidationError, match="give it a question bank first"):
        edition.full_clean()
    CoursePage.objects.filter(pk=page.pk).update(live=False)
    edition.full_clean()


def test_who_begins_both_of_two_accepted_courses_can_pass_either(cast: Cast, client: Client) -> None:
    one, other = make_course("one", lessons=1), make_course("other", lessons=1)
    requirement = make_requirement("sea", one.activity)
    AcceptedActivity.objects.create(requirement=requirement, activity=other.activity)
    cast.assign()
    client.login(username="P00002", password=PASSWORD)
    enrolments = [enrol(person=cast.bruno, page=page) for page in (one, other)]
    assert enrolments[0].registration == enrolments[1].registration
    for enrolment, page in zip(enrolments, (one, other), strict=True):
        lesson = page.lessons()[0]
        open_lesson(enrolment=enrolment, lesson=lesson)
        finish_lesson(enrolment=enrolment, lesson=lesson)
        assert client.get(f"/learning/check/{enrolment.session}/").status_code == 200
    assert client.get("/learning/").status_code == 200


def test_of_two_rules_for_one_course_the_page_speaks_of_the_one_still_to_be_done(cast: Cast) -> None:
    page = make_course("sea", lessons=1)
    make_requirement("yearly", page.activity, valid_months=12, due_days=10)
    make_requirement("later", page.activity, valid_months=24, due_days=5)
    cast.assign()
    done = cast.assignment(cast.bruno, "later")
    waiting = cast.assignment(cast.bruno, "yearly")
    Assignment.objects.filter(pk=done.pk).update(due_on=date(2026, 1, 1))
    enrolment = enrol(person=cast.bruno, page=page)
    assert enrolment.registration == done.registration
    from tests.lms.requirements.test_completing import finish

    finish(done)
    second = enrol(person=cast.bruno, page=page)
    waiting.refresh_from_db()
    if waiting.completion is None:
        assert second.registration == waiting.registration
    shown = {task.assignment.requirement.code: task for task in tasks(person=cast.bruno, today=TODAY)}
    assert set(shown) == {"yearly", "later"}


def test_an_attestation_keeps_its_course_and_a_course_has_one(cast: Cast) -> None:
    page, other = make_course("sea"), make_course("other", signed=False)
    kept = Attestation.objects.get(course=page.activity)
    form_class = AttestationViewSet("attestation_definitions").get_form_class(for_update=True)
    assert issubclass(form_class, AttestationForm)
    values = {"title": "The undertaking", "key": kept.key, "meaning": kept.meaning, "course": page.activity.pk}
    assert form_class(values, instance=kept).is_valid()
    for change in ({"course": ""}, {"course": other.activity.pk}, {"key": "another"}):
        assert not form_class({**values, **change}, instance=Attestation.objects.get(pk=kept.pk)).is_valid()
    second = form_class({**values, "key": "second"}, instance=Attestation())
    assert "another attestation" in str(second.errors["course"])
    register(page)
