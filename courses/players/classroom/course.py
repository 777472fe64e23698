"""The learner's page of one session: when and where it is, and the confirmation that one took part."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.kinds import editions
from courses.models import ClassroomPage, ClassroomSession
from courses.players.classroom.confirming import CannotConfirm, attendance, confirm
from lms.people.models import Person
from lms.requirements.learning import next_url


def own_session(request: HttpRequest, key: UUID) -> tuple[Person, ClassroomSession]:
    """404 unless the signed-in person is on the list of the session."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None:
        raise Http404
    mine = Q(seats_taken__person=person) | Q(seats_taken__person__merged_into=person)
    found = ClassroomSession.objects.filter(mine, key=key).select_related("training").first()
    if found is None:
        raise Http404
    return person, found


@login_required
@require_http_methods(["GET", "POST"])
def classroom(request: HttpRequest, classroom: UUID) -> HttpResponse:
    """The signed-in person's own session. GET shows, POST confirms for oneself."""
    person, session = own_session(request, classroom)
    problem = ""
    if request.method == "POST":
        try:
            said = confirm(session=session, person=person, ticked=request.POST.get("present") == "yes")
        except CannotConfirm as cannot:
            if cannot.reason == "unticked":
                problem = _("Tick the box to confirm.")
        else:
            return redirect(next_url(person=person, course=session.training, registration=said.registration))
    told = attendance(session=session, person=person)
    page = editions([session.training_id], ClassroomPage).get(session.training_id)
    today = timezone.now().astimezone(session.zone).date()
    context = {
        "session": session,
        "title": page.title if page else session.training.name,
        "page": page,
        "starts_at": session.starts_at.astimezone(person.zone),
        "ends_at": session.ends_at.astimezone(person.zone),
        "told": told,
        "is_over": session.ends_at <= timezone.now(),
        "is_late": today > told.confirm_by,
        "next_url": told.confirmation
        and next_url(person=person, course=session.training, registration=told.confirmation.registration),
        "problem": problem,
    }
    return render(request, "courses/classroom/session.html", context, status=422 if problem else 200)
