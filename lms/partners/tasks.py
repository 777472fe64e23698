"""What somebody of a partner is asked to do, how, and what has arrived. For people without an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Prefetch

from lms.people.models import Person
from lms.requirements import kinds
from lms.requirements.models import AcceptedActivity, Assignment, Completion
from lms.requirements.standing import Standing


@dataclass
class Task:
    """One thing that is asked. ``ways``: courses that can be taken, each with its link; ``titles``: what is accepted, where
    none of it opens without an account. ``arrived_at``: when a proof was recorded."""

    title: str
    why: str
    due_on: date
    standing: Standing
    ways: list[kinds.Description] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    arrived_at: datetime | None = None
    is_declared: bool = False
    valid_until: date | None = None


def tasks_of(*, person: Person, today: date) -> list[Task]:
    """What is open first. The number of queries does not grow with the tasks."""
    accepted = AcceptedActivity.objects.select_related("activity").order_by("pk")
    assignments = list(
        Assignment.objects.open()
        .filter(person=person)
        .select_related("requirement", "completion__statement")
        .prefetch_related(Prefetch("requirement__accepted", accepted))
        .order_by("due_on", "requirement__title")
    )
    activities, registrations = {}, {}
    for assignment in assignments:
        for item in assignment.requirement.accepted.all():
            activities[item.activity_id] = item.activity
            registrations.setdefault(item.activity_id, assignment.registration)
    ways = kinds.describe_without_account(person=person, activities=activities.values(), registrations=registrations)
    told = Completion.objects.filter(person=person, source=Completion.Source.DECLARED)
    declared = set(told.values_list("activity", flat=True))
    found = [_task(assignment, ways, declared, today) for assignment in assignments]
    return sorted(found, key=lambda task: (not task.standing.is_open, task.due_on, task.title))


def _task(assignment: Assignment, ways: dict[int, kinds.Description], declared: set[int], today: date) -> Task:
    accepted = [item.activity for item in assignment.requirement.accepted.all()]
    activities = {activity.pk for activity in accepted}
    completion = assignment.completion
    return Task(
        title=assignment.requirement.title,
        why=assignment.requirement.why,
        due_on=assignment.due_on,
        standing=assignment.standing_on(today),
        ways=[ways[activity.pk] for activity in accepted if activity.pk in ways],
        titles=[activity.name for activity in accepted],
        arrived_at=completion.statement.stored if completion else None,
        is_declared=completion is None and bool(activities & declared),
        valid_until=assignment.valid_until or assignment.carried_until,
    )
