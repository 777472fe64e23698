"""My team: a supervisor sees the standing of the people who report to them, and nothing more."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lms.people.models import Person
from lms.requirements.models import Assignment


@login_required
@require_safe
def my_team(request: HttpRequest) -> HttpResponse:
    """The signed-in person's own direct reports who have not left."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    today = timezone.localdate()
    reports = Person.objects.employed(today).filter(supervisor=person) if person else Person.objects.none()
    assignments = (
        Assignment.objects.open()
        .filter(person__in=reports)
        .with_standing(today)
        .select_related("requirement", "person")
        .order_by("person__name", "due_on")
    )
    return render(request, "lms/team.html", {"assignments": assignments, "has_reports": reports.exists()})
