"""What courses tell the floor: their titles, where to begin, how far somebody is, what there is to take away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import Attempt, Certificate, ClassroomPage, CoursePage, Enrolment, ExternalPage, LessonPage
from lms.people.models import Person
from lms.requirements.kinds import Announcement, Description, Document
from lms.requirements.models import Activity, Completion

Edition = TypeVar("Edition", CoursePage, ClassroomPage, ExternalPage)


def editions(activities: Iterable[int], pages: type[Edition]) -> dict[int, Edition]:
    """By activity: the published edition in the reader's language, else the English one, else any."""
    language = get_language() or "en"
    rank = {language: 0, language.split("-")[0]: 1, "en": 2}
    found = pages.objects.live().filter(activity__in=activities).select_related("locale")
    ordered = sorted(found, key=lambda page: rank.get(page.locale.language_code, 3), reverse=True)
    return {page.activity_id: page for page in ordered if page.activity_id}


def lessons_of(pages: Iterable[CoursePage]) -> dict[str, list[LessonPage]]:
    """By path of the course: its published lessons in order, without their text. One query."""
    below = Q(pk__in=[])
    for page in pages:
        below |= Q(path__startswith=page.path)
    found: dict[str, list[LessonPage]] = {}
    for lesson in LessonPage.objects.live().filter(below).select_related("locale").order_by("path").defer("body"):
        found.setdefault(lesson.path[: -Page.steplen], []).append(lesson)
    return found


def _enrolments(person: Person, registrations: Collection[UUID]) -> dict[tuple[UUID, int], Any]:
    """By registration and course, each with the lessons that are ``done``. One query: a row for each lesson opened."""
    found: dict[tuple[UUID, int], Any] = {}
    passed = Exists(Attempt.objects.filter(enrolment=OuterRef("pk"), passed=True))
    opened = Enrolment.objects.filter(person=person, registration__in=registrations).annotate(
        has_passed=passed, lesson=F("lessons__lesson"), lesson_done_at=F("lessons__done_at")
    )
    for row in opened:
        enrolment = found.setdefault((row.registration, row.activity_id), row)
        done: set[UUID] = enrolment.__dict__.setdefault("done", set())
        if row.lesson_done_at is not None:
            done.add(row.lesson)
    return found


def _content(page: CoursePage, lessons: list[LessonPage], enrolment: Any) -> Description:
    """How far the learner is and where they go on; ``enrolment`` carries its ``done`` lessons, None before the start."""
    done = enrolment.done if enrolment else set()
    waiting = [(number, item) for number, item in enumerate(lessons, 1) if item.translation_key not in done]
    step, url = _next(page, waiting, enrolment) if lessons or page.launch_address else ("", "")
    total = sum(lesson.minutes for lesson in lessons)
    left = sum(lesson.minutes for _number, lesson in waiting)
    return Description(
        title=page.title,
        step=step,
        url=url,
        minutes=round(page.minutes * left / total) if total else page.minutes,
        done=len(lessons) - len(waiting) + bool(enrolment and enrolment.has_passed),
        steps=len(lessons) + bool(page.bank_id),
        is_begun=enrolment is not None,
    )


def _next(page: CoursePage, waiting: list[tuple[int, LessonPage]], enrolment: Any) -> tuple[str, str]:
    """What comes next, in words, and where. Who has not begun comes to the page of the course."""
    if page.launch_address:
        return _("Course on another site"), page.url or ""
    if waiting:
        number, lesson = waiting[0]
        step = _("Lesson %(number)d: %(title)s") % {"number": number, "title": lesson.title}
        return step, (lesson.url if enrolment else page.url) or ""
    if page.bank_id and enrolment:
        return _("Final check"), reverse("courses:check", args=[enrolment.session])
    return "", page.url or ""


class WholeKind(Generic[Edition]):
    """What is taken as a whole and has a page. Its parts do the work and describe themselves."""

    pages: type[Edition]

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        return {
            activity: Description(title=page.title, url=page.url or "", minutes=page.minutes)
            for activity, page in editions([activity.pk for activity in activities], self.pages).items()
        }

    def announce(self, *, activities: Iterable[Activity]) -> dict[int, Announcement]:
        found = editions([activity.pk for activity in activities], self.pages)
        return {activity: Announcement(page.title, page.minutes) for activity, page in found.items()}

    def documents(self, *, completion: Completion) -> list[Document]:
        certificate = Certificate.objects.filter(completion=completion).first()
        if certificate is None:
            return []
        return [Document(_("Certificate (PDF)"), reverse("courses:certificate", args=[certificate.code]))]

    def define(self, *, activity: Activity, definition: Mapping[str, Any], language: str) -> None:
        """Its content is made by its pages and by ``courses.loading``."""


class PartKind:
    """A part of what is taken as a whole: announced by it, and with nothing of its own to take away."""

    def announce(self, *, activities: Iterable[Activity]) -> dict[int, Announcement]:
        return {}

    def documents(self, *, completion: Completion) -> list[Document]:
        return []

    def define(self, *, activity: Activity, definition: Mapping[str, Any], language: str) -> None:
        """Its content is made by its pages and by ``courses.loading``."""


class CourseKind(WholeKind[CoursePage]):
    """The course as a whole."""

    name = "course"
    pages = CoursePage


class ContentKind(PartKind):
    """The lessons and the final check of a course: one step for each lesson, one for the check."""

    name = "content"

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        parts = {activity.part_of_id: activity for activity in activities}
        pages = editions([course for course in parts if course], CoursePage)
        lessons = lessons_of(pages.values())
        enrolments = _enrolments(person, [registrations[part.pk] for part in parts.values()])
        return {
            parts[course].pk: _content(
                page, lessons.get(page.path, []), enrolments.get((registrations[parts[course].pk], course))
            )
            for course, page in pages.items()
        }
