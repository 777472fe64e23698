"""Gives a course its activity: the course as a block, and its content as the first part."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models.classroom import ClassroomPage
from courses.models.external import ExternalPage
from courses.models.pages import CoursePage
from lms.conf import conf
from lms.requirements.models import Activity


def course_iri(key: str) -> str:
    return f"{conf.IRI_BASE}/course/{key}"


def key_is_free(page: CoursePage | ClassroomPage | ExternalPage) -> bool:
    """A key belongs to one course, classroom training or external course, and its translations."""
    return (
        not type(page)
        .objects.filter(course_key=page.course_key)
        .exclude(translation_key=page.translation_key)
        .exclude(pk=page.pk)
        .exists()
    )


def has_check(key: str) -> bool:
    """The course demands a final check. Once it does it does for good, or half of its people could not finish."""
    return (
        Activity.objects.filter(iri=f"{course_iri(key)}/content", move_on=Activity.MoveOn.COMPLETED_AND_PASSED)
        .exclude(word=Activity.Word.LAUNCHED)
        .exists()
    )


def problem_with_check(page: CoursePage) -> str:
    """Why this edition cannot be published with, or without, its question bank; empty where it can."""
    if not page.bank_id and has_check(page.course_key):
        return _("This course has a final check; every edition needs a question bank.")
    others = CoursePage.objects.live().filter(course_key=page.course_key, bank=None).exclude(pk=page.pk)
    if page.bank_id and others.exists():
        return _("Another edition of this course is published without a final check; give it a question bank first.")
    return ""


def problem_with_place(page: CoursePage) -> str:
    """Why this edition cannot run where it is said to run; empty where it can."""
    if page.launch_address and page.bank_id:
        return _("A course that runs elsewhere has its check there: take the question bank away, or the address.")
    if page.launch_address and page.pk and page.lessons():
        return _("A course that runs elsewhere has no lessons here: take them away, or the address.")
    others = CoursePage.objects.live().filter(course_key=page.course_key).exclude(pk=page.pk)
    if any(bool(other.launch_address) != bool(page.launch_address) for other in others):
        return _("All editions of a course run here, or all of them elsewhere.")
    return ""


def register(page: CoursePage) -> Activity:
    """The activity of the course, made or brought up to the edition. Safe to repeat; editions share it."""
    with transaction.atomic():
        course, _ = Activity.objects.update_or_create(
            iri=course_iri(page.course_key),
            defaults={"kind": "course", "move_on": Activity.MoveOn.PARTS},
            create_defaults={"kind": "course", "move_on": Activity.MoveOn.PARTS, "name": page.title},
        )
        if page.locale.language_code == "en" and course.name != page.title:
            course.name = page.title
            course.save(update_fields=["name"])
        Activity.objects.update_or_create(
            iri=f"{course.iri}/content",
            defaults={
                "kind": "content", "name": page.title, "part_of": course, "position": 1, "minutes": page.minutes,
                "move_on": page.launch_move_on if page.launch_address else _move_on(page),
                "word": _word(page, f"{course.iri}/content"),
            },
        )  # fmt: skip
        CoursePage.objects.filter(pk=page.pk).update(activity=course)
        page.activity = course
    return course


def _word(page: CoursePage, iri: str) -> str:
    """Systems that were named as trusted stay so when a course that runs here is published again."""
    if page.launch_address:
        return Activity.Word.LAUNCHED
    trusted = Activity.objects.filter(iri=iri, word=Activity.Word.TRUSTED).exists()
    return Activity.Word.TRUSTED if trusted else Activity.Word.SITE


def _move_on(page: CoursePage) -> str:
    checked = bool(page.bank_id) or has_check(page.course_key)
    return Activity.MoveOn.COMPLETED_AND_PASSED if checked else Activity.MoveOn.COMPLETED


# Of what is not a course of ours: the kind of the whole, and that of its first part.
OFF_SITE = {ClassroomPage: ("classroom", "session"), ExternalPage: ("external", "proof")}


def register_off_site(page: ClassroomPage | ExternalPage) -> Activity:
    """The activity of what is done in a classroom or at another provider: a block like a course, whose first part is to
    have taken part in a session, or an accepted proof.

    An attestation can be its second part, as of a course. Safe to repeat; editions share it.
    """
    kind, first = OFF_SITE[type(page)]
    iri = f"{conf.IRI_BASE}/{kind}/{page.course_key}"
    with transaction.atomic():
        whole, _ = Activity.objects.get_or_create(
            iri=iri, defaults={"kind": kind, "move_on": Activity.MoveOn.PARTS, "name": page.title}
        )
        if page.locale.language_code == "en" and whole.name != page.title:
            whole.name = page.title
            whole.save(update_fields=["name"])
        part = {"kind": first, "name": whole.name, "part_of": whole, "position": 1, "minutes": page.minutes}
        Activity.objects.update_or_create(
            iri=f"{iri}/{first}", defaults={**part, "move_on": Activity.MoveOn.COMPLETED}
        )
        type(page).objects.filter(pk=page.pk).update(activity=whole)
        page.activity = whole
    return whole


def on_published(instance: CoursePage | ClassroomPage | ExternalPage, **_: Any) -> None:
    """Listener of Wagtail's ``page_published``: an author needs nothing but the admin to add a course."""
    if isinstance(instance, CoursePage):
        register(instance)
    else:
        register_off_site(instance)
