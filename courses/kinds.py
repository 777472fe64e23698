"""What courses tell the floor: their titles, where to begin, how far somebody is, what there is to take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import Attempt, Certificate, CoursePage, LessonPage, LessonProgress
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


class CourseKind:
    """The course as a whole; its parts do the work."""

    name = "course"

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        pages = editions([activity.pk for activity in activities])
        return {
            activity: Description(title=page.title, url=page.url or "", summary=page.summary, minutes=page.minutes)
            for activity, page in pages.items()
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
        lessons = {(page.pk): [] for page in pages.values()}  # type: dict[int, list[LessonPage]]
        wanted = {page.path: page.pk for page in pages.values()}
        for lesson in LessonPage.objects.live().filter(path__regex="^(" + "|".join(wanted or {"-": 0}) + ")....$"):
            lessons[wanted[lesson.path[:-4]]].append(lesson)
        mine = [registrations[part.pk] for part in parts.values()]
        done = Counter(
            LessonProgress.objects.filter(
                enrolment__person=person, enrolment__registration__in=mine, done_at__isnull=False
            ).values_list("enrolment__registration", flat=True)
        )
        passed = set(
            Attempt.objects.filter(
                enrolment__person=person, enrolment__registration__in=mine, passed=True
            ).values_list("enrolment__registration", flat=True)
        )
        found = {}
        for course, page in pages.items():
            part = parts[course]
            registration = registrations[part.pk]
            steps = len(lessons[page.pk]) + bool(page.bank_id)
            finished = min(done[registration], len(lessons[page.pk])) + (registration in passed)
            ready_for_check = page.bank_id and done[registration] >= len(lessons[page.pk]) > 0
            found[part.pk] = Description(
                title=_("Final check") if ready_for_check else _("Lessons and final check"),
                url=reverse("courses:check", args=[registration]) if ready_for_check else page.url or "",
                minutes=page.minutes,
                done=finished,
                steps=steps,
            )
        return found

    def documents(self, *, completion: Completion) -> list[Document]:
        return []

    def define(self, *, activity: Activity, definition: Mapping[str, Any], language: str) -> None:
        """Content is made by ``courses.loading``."""
