"""The page of one course: public, with the way in for somebody who is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from courses.enrolling import enrol, enrolment_of
from courses.models import CoursePage, Enrolment, LessonPage
from courses.players.cmi5.course import send_to_course
from courses.tracking import done_lessons
from lms.requirements.learning import Onward, onward


def course_context(request: HttpRequest, page: CoursePage) -> dict[str, Any]:
    person = getattr(request, "person", None)
    enrolment = enrolment_of(person=person, page=page) if person else None
    lessons = page.lessons()
    done = done_lessons(enrolment) if enrolment else set()
    return {
        "lessons": [(lesson, lesson.translation_key in done) for lesson in lessons],
        "enrolment": enrolment,
        "can_be_taken": bool(lessons or page.launch_address),
        "lessons_done": bool(lessons) and all(lesson.translation_key in done for lesson in lessons),
        "done": len(done),
    }


def resume_url(enrolment: Enrolment, page: CoursePage) -> str:
    """The first lesson that is not done, else the next part of the course."""
    done = done_lessons(enrolment)
    waiting = next((lesson for lesson in page.lessons() if lesson.translation_key not in done), None)
    return waiting.url if waiting else following_url(enrolment)


def following(enrolment: Enrolment) -> Onward:
    return onward(person=enrolment.person, course=enrolment.activity, registration=enrolment.registration)


def following_url(enrolment: Enrolment) -> str:
    return following(enrolment).url


def neighbours(page: LessonPage, lessons: list[LessonPage]) -> tuple[int, LessonPage | None, LessonPage | None]:
    """The lesson's number, the lesson before, the lesson after."""
    place = next(index for index, lesson in enumerate(lessons) if lesson.pk == page.pk)
    before = lessons[place - 1] if place else None
    after = lessons[place + 1] if place + 1 < len(lessons) else None
    return place + 1, before, after


@login_required
@require_POST
def start(request: HttpRequest, page_id: int) -> HttpResponse:
    """Begin or go on: any person, for themselves."""
    person = request.person  # type: ignore[attr-defined]
    page = CoursePage.objects.live().filter(id=page_id).first()  # pk, the link to the page, takes 64 bits
    if person is None or page is None or page.activity is None:
        raise Http404
    if not page.can_be_taken():
        return redirect(page.url)
    enrolment = enrol(person=person, page=page)
    if page.launch_address:
        return send_to_course(request, enrolment, page)
    return redirect(resume_url(enrolment, page))
