"""My learning and the receipt. Each person sees their own and nobody else's."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.people.models import Person
from lms.requirements.explaining import explain
from lms.requirements.kinds import appointments
from lms.requirements.learning import receipt, tasks
from lms.requirements.models import Assignment, Waiver
from lms.requirements.waiving import CannotAsk, ask


def today_of(person: Person) -> date:
    """The calendar day where the person works."""
    return timezone.localdate(timezone=person.zone)


@login_required
@require_safe
def my_learning(request: HttpRequest) -> HttpResponse:
    """The signed-in person's own tasks."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None:
        return render(request, "lms/no_person.html")
    found = tasks(person=person, today=today_of(person))
    context = {
        "appointments": appointments(person=person),
        "open_tasks": [task for task in found if task.standing.is_open],
        "done_tasks": [task for task in found if not task.standing.is_open],
    }
    return render(request, "lms/learning.html", context)


@login_required
@require_safe
def go(request: HttpRequest, assignment: int) -> HttpResponse:
    """Where the signed-in person goes on with one of their own tasks; what messages link to. 404 for everybody else's."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None or not person.assignments.filter(pk=assignment).exists():
        raise Http404
    found = tasks(person=person, today=today_of(person))
    task = next((item for item in found if item.assignment.pk == assignment), None)
    if task is None:
        return redirect("lms:learning")
    return redirect((task.url if task.standing.is_open else task.receipt_url) or "lms:learning")


@login_required
@require_safe
def why(request: HttpRequest, assignment: int) -> HttpResponse:
    """Why one of the signed-in person's own obligations stands as it stands; 404 for everybody else's."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    found = Assignment.objects.explicable().filter(person=person, pk=assignment).first() if person else None
    if found is None:
        raise Http404
    today = today_of(found.person)
    context = {
        "assignment": found,
        "standing": found.standing_on(today),
        "explanation": explain(found, today=today),
        "asked": found.waiver_requests.filter(requested_by=person).last(),
    }
    return render(request, "lms/why.html", context)


@login_required
@require_POST
def ask_for_arrangement(request: HttpRequest, assignment: int) -> HttpResponse:
    """Ask for another way or more time for one's own obligation. No reason is asked for."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    found = Assignment.objects.filter(person=person, pk=assignment).first() if person else None
    if found is None or person is None:
        raise Http404
    try:
        ask(assignment=found, reason=Waiver.Reason.ALTERNATIVE, by=person)
    except CannotAsk:
        messages.info(request, _("There is nothing to set aside here any more."))
    return redirect("lms:why", assignment)


@login_required
@require_safe
def receipt_view(request: HttpRequest, registration: UUID) -> HttpResponse:
    """The proof of one finished course; 404 for everybody else's."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    found = receipt(person=person, registration=registration) if person else None
    if found is None:
        raise Http404
    assert person is not None
    still_open = [task for task in tasks(person=person, today=today_of(person)) if task.standing.is_open]
    return render(request, "lms/receipt.html", {**found, "open_tasks": still_open})
