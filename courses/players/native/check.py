"""Serves the final check, its result and the review. The person who is enrolled sees it, nobody else."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses import checking, grades
from courses.models import Attempt, Enrolment
from courses.owning import own_enrolment
from courses.players.native.course import following, following_url
from courses.tracking import all_lessons_done


@login_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, session: UUID) -> HttpResponse:
    """GET shows the way in or the running attempt; POST begins, saves or submits."""
    enrolment = own_enrolment(request, session)
    if enrolment.page is None:
        raise Http404
    running = enrolment.attempts.filter(submitted_at=None).first()
    if request.method == "POST" and "begin" not in request.POST:
        return _answered(request, enrolment, running)
    if running is None and request.method == "GET":
        return _entrance(request, enrolment)
    try:
        attempt = checking.open_attempt(enrolment=enrolment, page=enrolment.page)
    except checking.CheckNotOpen as error:
        if error.reason == "passed":
            return redirect(following_url(enrolment))
        return _entrance(request, enrolment, refused=error)
    if request.method == "POST":
        return redirect("courses:check", session)
    return _form(request, enrolment, attempt)


def _entrance(
    request: HttpRequest, enrolment: Enrolment, refused: checking.CheckNotOpen | None = None
) -> HttpResponse:
    attempts = list(enrolment.attempts.exclude(submitted_at=None))
    if any(attempt.passed for attempt in attempts):
        return redirect(following_url(enrolment))
    page = enrolment.page
    assert page is not None
    until = checking.paused_until(attempts, page)
    if refused is None and not all_lessons_done(enrolment=enrolment, course=page):
        refused = checking.CheckNotOpen("lessons")
    if refused is None and until is not None and until > timezone.now():
        refused = checking.CheckNotOpen("pause", until)
    context = {"enrolment": enrolment, "course": page, "attempts": attempts, "refused": refused}
    return render(request, "courses/check_entrance.html", context, status=409 if refused else 200)


def _form(
    request: HttpRequest, enrolment: Enrolment, attempt: Attempt, *, problems: dict[str, str] | None = None
) -> HttpResponse:
    questions = []
    for number, question in enumerate(attempt.questions, 1):
        shown = grades.public(question)
        given = attempt.answers.get(question["id"], [])
        for option in shown["options"]:
            option["chosen"] = option["id"] in given
            option["place"] = given.index(option["id"]) + 1 if option["id"] in given else None
        shown |= {"number": number, "problem": (problems or {}).get(question["id"], "")}
        shown["places"] = range(1, len(shown["options"]) + 1)
        questions.append(shown)
    context = {
        "enrolment": enrolment,
        "course": enrolment.page,
        "attempt": attempt,
        "questions": questions,
        "problems": problems,
        "saved": "saved" in request.GET,
    }
    return render(request, "courses/check.html", context, status=422 if problems else 200)


def _answered(request: HttpRequest, enrolment: Enrolment, running: Attempt | None) -> HttpResponse:
    """Save first, then look: whatever was chosen is kept even when the form cannot be graded yet."""
    number = request.POST.get("attempt", "")
    if running is None or str(running.number) != number:
        if "autosave" in request.POST:
            return HttpResponse(status=409)
        earlier = next((attempt for attempt in enrolment.attempts.all() if str(attempt.number) == number), None)
        if earlier is None:
            return redirect("courses:check", enrolment.session)
        return redirect("courses:result", enrolment.session, earlier.number)
    checking.keep_answers(attempt=running, answers=given_answers(request, running))
    if "autosave" in request.POST:
        return HttpResponse(status=204)
    if "save" in request.POST:
        return redirect(f"{request.path}?saved")
    problems = checking.problems(running)
    if problems:
        return _form(request, enrolment, running, problems=problems)
    checking.submit(attempt=running)
    return redirect("courses:result", enrolment.session, running.number)


def given_answers(request: HttpRequest, attempt: Attempt) -> dict[str, list[str]]:
    """From the form. ``ordering`` has a place for each option; a place used twice leaves the order incomplete."""
    answers: dict[str, list[str]] = {}
    for question in attempt.questions:
        name = f"q-{question['id']}"
        if question["kind"] != "ordering":
            answers[question["id"]] = request.POST.getlist(name)[:20]
            continue
        places = {option["id"]: request.POST.get(f"{name}-{option['id']}", "") for option in question["options"]}
        by_place = {place: option for option, place in places.items() if place}
        answers[question["id"]] = [by_place[str(n)] for n in range(1, len(places) + 1) if str(n) in by_place]
    return answers


@login_required
@require_safe
def result(request: HttpRequest, session: UUID, number: int) -> HttpResponse:
    """How a submitted attempt ended, with the review."""
    enrolment = own_enrolment(request, session)
    attempt = get_object_or_404(enrolment.attempts.exclude(submitted_at=None), number=number)
    page = enrolment.page
    reviewed = checking.review(attempt)
    lessons = page.lessons() if page else []
    for item in reviewed:
        item["page"] = lessons[item["lesson"] - 1] if 0 < item["lesson"] <= len(lessons) else None
    until = checking.paused_until(list(enrolment.attempts.all()), page) if page else None
    context = {
        "enrolment": enrolment,
        "course": page,
        "attempt": attempt,
        "percent": round(100 * (attempt.points or 0) / len(attempt.questions)),
        "reviewed": reviewed,
        "missed": [item for item in reviewed if item["must_be_right"] and not item["is_right"]],
        "until": until if until and until > timezone.now() else None,
        "onward": following(enrolment),
    }
    return render(request, "courses/result.html", context)
