"""My team: a supervisor sees the standing of the people who report to them, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lms.people.models import Person
from lms.requirements.models import Assignment
from lms.requirements.standing import MISSED, Standing


@dataclass
class Member:
    """One direct report, with what is open, the most urgent first, and what is done."""

    person: Person
    open: list[Assignment] = field(default_factory=list)
    done: list[Assignment] = field(default_factory=list)
    late: int = 0

    def take(self, assignment: Any, today: date) -> None:
        standing = Standing(assignment.standing)
        assignment.days_left = (assignment.due_on - today).days
        (self.open if standing.is_open else self.done).append(assignment)
        self.late += standing in MISSED

    @property
    def urgency(self) -> tuple[bool, date, str]:
        """Who is late comes first, then whose next task is due soonest."""
        return not self.late, self.open[0].due_on if self.open else date.max, self.person.name


def members(*, supervisor: Person, today: date) -> list[Member]:
    """The direct reports who have not left, the late ones first. Two queries."""
    reports = Person.objects.employed(today).filter(supervisor=supervisor)
    team = {person.pk: Member(person) for person in reports}
    assignments = Assignment.objects.open().filter(person__in=team).with_standing(today)
    for assignment in assignments.select_related("requirement", "completion").order_by("due_on", "requirement__title"):
        team[assignment.person_id].take(assignment, today)
    return sorted(team.values(), key=lambda member: member.urgency)


@login_required
@require_safe
def my_team(request: HttpRequest) -> HttpResponse:
    """The signed-in person's own team."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    team = members(supervisor=person, today=timezone.localdate(timezone=person.zone)) if person else []
    context = {
        "team": team,
        "waiting": [member for member in team if member.open],
        "finished": [member for member in team if not member.open],
    }
    return render(request, "lms/team.html", context)
