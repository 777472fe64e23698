"""Takes a person into a course, for the cycle that is owed."""

from __future__ import annotations

import uuid
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Subquery, UUIDField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from courses.models import CoursePage, Enrolment, LessonProgress
from lms.lrs import vocabulary as v
from lms.lrs.recording import record
from lms.lrs.statements import NAMESPACE, Said
from lms.people.models import Person
from lms.requirements.models import Activity, Assignment


def registration_for(*, person: Person, course: Activity) -> UUID:
    """The registration in which the person takes the course now.

    The most urgent open assignment that is not complete; else the one completed last, to look at it again; else one of
    the person's own for somebody who takes the course without owing it.
    """
    owed = list(
        Assignment.objects.open()
        .filter(person=person, requirement__accepted__activity=course)
        .select_related("completion")
        .order_by("due_on", "pk")
    )
    for assignment in owed:
        if assignment.completion is None:
            return assignment.registration
    done = [item.completion for item in owed if item.completion is not None]
    if done:
        return max(done, key=lambda completion: completion.sequence).registration
    return voluntary(person=person, course=course)


def current_registration(*, person: Person, course: Activity) -> Coalesce:
    """``registration_for`` once more, as an expression."""
    owed = Assignment.objects.open().filter(person=person, requirement__accepted__activity=course)
    return Coalesce(
        Subquery(owed.filter(completion=None).order_by("due_on", "pk").values("registration")[:1]),
        Subquery(
            owed.filter(completion__isnull=False)
            .order_by("-completion__sequence")
            .values("completion__registration")[:1]
        ),
        Value(voluntary(person=person, course=course), output_field=UUIDField()),
    )


def enrolment_of(*, person: Person, page: CoursePage) -> Enrolment | None:
    """The enrolment in the current cycle, if the course was begun."""
    if page.activity is None:
        return None
    current = current_registration(person=person, course=page.activity)
    enrolment = Enrolment.objects.filter(person=person, activity=page.activity).filter(registration=current).first()
    return _known(enrolment, person, page.activity) if enrolment else None


def opened_lessons(*, person: Person, page: CoursePage) -> list[LessonProgress]:
    """The lessons opened in the current cycle, each with the enrolment: enough to show a lesson, in one query."""
    assert page.activity is not None
    found = LessonProgress.objects.filter(enrolment__person=person, enrolment__activity=page.activity)
    found = found.filter(enrolment__registration=current_registration(person=person, course=page.activity))
    opened = list(found.select_related("enrolment"))
    for progress in opened:
        _known(progress.enrolment, person, page.activity)
    return opened


def _known(enrolment: Enrolment, person: Person, activity: Activity) -> Enrolment:
    """Person and activity are at hand already; do not fetch them again."""
    enrolment.person, enrolment.activity = person, activity
    return enrolment


def voluntary(*, person: Person, course: Activity) -> UUID:
    """The registration of somebody who takes a course without owing it."""
    return uuid5(NAMESPACE, f"voluntary {person.uuid} {course.iri}")


def content_of(course: Activity) -> Activity:
    """The part of a course that is its lessons and final check."""
    return Activity.objects.get(iri=f"{course.iri}/content")


def enrol(*, person: Person, page: CoursePage) -> Enrolment:
    """Begin the course, or go on with it: a second call, a second tab, another language find the same enrolment."""
    assert page.activity is not None
    now = timezone.now()
    registration = registration_for(person=person, course=page.activity)
    with transaction.atomic():
        enrolment, created = Enrolment.objects.get_or_create(
            person=person,
            activity=page.activity,
            registration=registration,
            defaults={
                "page": page,
                "course_version": page.version,
                "session": uuid.uuid4(),
                "started_at": now,
            },
        )
        if created and not page.launch_address:  # a course that runs elsewhere speaks for itself
            for verb in (v.LAUNCHED, v.INITIALIZED):
                say(enrolment, verb)
        elif enrolment.page_id != page.pk:
            enrolment.page = page
            enrolment.save(update_fields=["page"])
    return enrolment


def said(enrolment: Enrolment, verb: str, **more: object) -> Said:
    """A statement about the content of the course, with what every one of them carries (cmi5 section 10)."""
    course = enrolment.activity
    return Said(
        actor=enrolment.person.uuid,
        verb=verb,
        activity=f"{course.iri}/content",
        activity_name=course.name,
        registration=enrolment.registration,
        session=enrolment.session,
        at=timezone.now(),
        grouping=course.iri,
        **more,  # type: ignore[arg-type]
    )


def say(enrolment: Enrolment, verb: str, **more: object) -> None:
    record(said(enrolment, verb, **more))
