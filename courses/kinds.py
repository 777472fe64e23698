"""What courses tell the floor: their titles, where to begin, how far somebody is, what there is to take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import Attempt, Certificate, CoursePage, Enrolment, LessonPage
from lms.people.models import Person
from lms.requirements.kinds import Description, Document
from lms.requirements.models import Activity, Completion


def editions(courses: Iterable[int]) -> dict[int, CoursePage]:
    """By activity: the published edition in the reader's language, else the English one, else any."""
    language = get_language() or "en"
    rank = {language: 0, language.split("-")[0]: 1, "en": 2}
    pages = CoursePage.objects.live().filter(activity__in=courses).select_related("locale")
    ordered = sorted(pages, key=lambda page: rank.get(page.locale.language_code, 3), reverse=True)
    return {page.activity_id: page for page in ordered if page.activity_id}


def lesson_counts(pages: Iterable[CoursePage]) -> Counter[str]:
    """By path of the course: its published lessons. One query."""
    below = Q(pk__in=[])
    for page in pages:
        below |= Q(path__startswith=page.path)
    paths = LessonPage.objects.live().filter(below).values_list("path", flat=True)
    return Counter(path[: -Page.steplen] for path in paths)


def _step(page: CoursePage, at_check: bool) -> str:
    if page.launch_address:
        return _("Course on another site")
    return _("Final check") if at_check else _("Lessons and final check")


class CourseKind:
    """The course as a whole. Its parts do the work and describe themselves."""

    name = "course"

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        return {
            activity: Description(title=page.title, url=page.url or "", minutes=page.minutes)
            for activity, page in editions([activity.pk for activity in activities]).items()
        }

    def documents(self, *, completion: Completion) -> list[Document]:
        certificate = Certificate.objects.filter(completion=completion).first()
        if certificate is None:
            return []
        return [Document(_("Certificate (PDF)"), reverse("courses:certificate", args=[certificate.code]))]

    def define(self, *, activity: Activity, definition: Mapping[str, Any], language: str) -> None:
        """Courses are made by ``courses.loading``."""


class ContentKind:
    """The lessons and the final check of a course: one step for each lesson, one for the check."""

    name = "content"

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        parts = {activity.part_of_id: activity for activity in activities}
        pages = editions([course for course in parts if course])
        lessons = lesson_counts(pages.values())
        enrolments = {
            (item.registration, item.activity_id): item
            for item in Enrolment.objects.filter(
                person=person, registration__in=[registrations[part.pk] for part in parts.values()]
            ).annotate(
                lessons_done=Count("lessons", filter=Q(lessons__done_at__isnull=False)),
                has_passed=Exists(Attempt.objects.filter(enrolment=OuterRef("pk"), passed=True)),
            )
        }
        found = {}
        for course, page in pages.items():
            part = parts[course]
            registration = registrations[part.pk]
            enrolment: Any = enrolments.get((registration, course))
            total = lessons[page.path]
            seen = min(enrolment.lessons_done, total) if enrolment else 0
            at_check = bool(page.bank_id) and seen == total > 0
            where = page.url if total or page.launch_address else None  # being prepared: there is nothing to open
            found[part.pk] = Description(
                title=page.title,
                step=_step(page, at_check),
                url=reverse("courses:check", args=[enrolment.session]) if at_check else where or "",
                minutes=page.minutes,
                done=seen + bool(enrolment and enrolment.has_passed),
                steps=total + bool(page.bank_id),
            )
        return found

    def documents(self, *, completion: Completion) -> list[Document]:
        return []

    def define(self, *, activity: Activity, definition: Mapping[str, Any], language: str) -> None:
        """Content is made by ``courses.loading``."""
