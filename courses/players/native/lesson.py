"""Serves a lesson: shows it, takes the answers inside it, marks it done. Works as plain forms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from courses import tracking
from courses.enrolling import enrolment_of, opened_lessons
from courses.models import BlockAnswer, Enrolment, LessonPage
from courses.players.native.course import following_url, neighbours


def serve_lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    """Needs a signed-in person who has begun the course; who has not is shown the way in.

    Authors without a person see it as a preview that keeps nothing.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    person = getattr(request, "person", None)
    if person is None:
        return preview_lesson(request, page)
    if page.course.activity is None:
        return redirect(page.course.url)
    opened = opened_lessons(person=person, page=page.course)
    enrolment = opened[0].enrolment if opened else enrolment_of(person=person, page=page.course)
    if enrolment is None:
        return redirect(page.course.url)
    if request.method == "POST":
        return _act(request, page, enrolment)
    if page.translation_key not in {progress.lesson for progress in opened}:
        tracking.open_lesson(enrolment=enrolment, lesson=page)
    done = {progress.lesson for progress in opened if progress.done_at}
    return render(request, page.template, lesson_context(request, page, enrolment, done=done))


def preview_lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    """The lesson as it stands, for its author: nothing that is answered is kept."""
    return render(request, page.template, {**page.get_context(request), **_place(page), "is_preview": True})


def lesson_context(
    request: HttpRequest,
    page: LessonPage,
    enrolment: Enrolment,
    *,
    done: set[UUID] | None = None,
    missing: list[str] | None = None,
) -> dict[str, Any]:
    answers = {str(item.block): item for item in tracking.answers_in(enrolment, page)}
    done = tracking.done_lessons(enrolment) if done is None else done
    return {
        **page.get_context(request),
        **_place(page),
        "answers": answers,
        "missing": missing or [],
        "done": len(done),
        "done_lessons": done,
        "enrolment": enrolment,
    }


def _place(page: LessonPage) -> dict[str, Any]:
    course = page.course
    lessons = course.lessons()
    if page.pk not in {lesson.pk for lesson in lessons}:
        lessons = [*lessons, page]  # a draft that was never published
    number, before, after = neighbours(page, lessons)
    return {"course": course, "lessons": lessons, "number": number, "before": before, "after": after}


def _act(request: HttpRequest, page: LessonPage, enrolment: Enrolment) -> HttpResponse:
    if "done" in request.POST:
        if not tracking.finish_lesson(enrolment=enrolment, lesson=page):
            missing = tracking.unanswered(enrolment=enrolment, lesson=page)
            return render(
                request, page.template, lesson_context(request, page, enrolment, missing=missing), status=422
            )
        after = _place(page)["after"]
        return redirect(after.url if after else following_url(enrolment))
    block = page.interactive_blocks().get(request.POST.get("block", ""))
    if block is None:
        return _refuse(request, page, enrolment)
    try:
        _answer(request, page, enrolment, block)
    except ValueError:
        return _refuse(request, page, enrolment)
    return redirect(f"{page.url}#block-{block.id}")


def _answer(request: HttpRequest, page: LessonPage, enrolment: Enrolment, block: Any) -> BlockAnswer | None:
    """Raises ValueError for anything that the page did not offer."""
    if "restart" in request.POST:
        tracking.restart(enrolment=enrolment, lesson=page, block=block)
        return None
    if block.block_type == "check":
        chosen = [int(position) for position in request.POST.getlist("option")]
        return tracking.answer_check(enrolment=enrolment, lesson=page, block=block, chosen=chosen)
    if "skip" in request.POST:
        return tracking.skip_scenario(enrolment=enrolment, lesson=page, block=block)
    known = tracking.answers_in(enrolment, page).filter(block=block.id, skipped=False).first()
    path = known.chosen if known else []
    if int(request.POST.get("step", "")) != len(path):  # a double click or another tab was there first
        return known
    return tracking.choose_in_scenario(
        enrolment=enrolment, lesson=page, block=block, path=[*path, int(request.POST.get("option", ""))]
    )


def _refuse(request: HttpRequest, page: LessonPage, enrolment: Enrolment) -> HttpResponse:
    context = lesson_context(request, page, enrolment)
    context["problem"] = _("Choose one of the answers that the page offers.")
    return render(request, page.template, context, status=422)
