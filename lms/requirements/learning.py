"""Reads what one person owes and has done, as My learning and the receipt show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse

from lms.people.models import Person
from lms.requirements import kinds
from lms.requirements.models import AcceptedActivity, Activity, Assignment, Completion
from lms.requirements.standing import Standing


@dataclass
class Task:
    """One line of My learning."""

    assignment: Assignment
    standing: Standing
    activity: Activity
    title: str
    url: str = ""
    minutes: int = 0
    done: int = 0
    steps: int = 0
    next_step: str = ""
    days_left: int = 0
    is_begun: bool = False
    tells_step: bool = False
    alternatives: list[kinds.Description] = field(default_factory=list)

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.steps) if self.steps else 0

    @property
    def receipt_url(self) -> str:
        completion = self.assignment.completion
        return reverse("lms:receipt", args=[completion.registration]) if completion else ""


def tasks(*, person: Person, today: date) -> list[Task]:
    """What the person owes, most urgent first, then what is done. The number of queries is constant."""
    accepted = AcceptedActivity.objects.select_related("activity").order_by("pk")
    assignments = list(
        Assignment.objects.open()
        .filter(person=person)
        .select_related("requirement", "completion")
        .prefetch_related(Prefetch("requirement__accepted", accepted), "requirement__accepted__activity__parts")
        .order_by("-due_on")
    )
    registrations: dict[int, UUID] = {}
    described_by: list[Activity] = []
    # Where two rules accept one course, the page speaks of the cycle that is still to be done, the most urgent one.
    for assignment in sorted(assignments, key=lambda item: item.completion is None):
        for item in assignment.requirement.accepted.all():
            for activity in faces(item.activity):
                described_by.append(activity)
                registrations[activity.pk] = assignment.registration
    described = kinds.describe(person=person, activities=set(described_by), registrations=registrations)
    complete = set(
        Completion.objects.filter(person=person, registration__in=registrations.values()).values_list(
            "activity", "registration"
        )
    )
    found = [_task(item, today, described, complete) for item in assignments]
    return sorted(found, key=lambda task: (not task.standing.is_open, task.assignment.due_on, task.title))


def faces(activity: Activity) -> list[Activity]:
    """What stands for an activity on a page: its parts in order, or itself where it has none."""
    return sorted(activity.parts.all(), key=lambda part: part.position) or [activity]


def _task(
    assignment: Assignment, today: date, described: dict[int, kinds.Description], complete: set[tuple[int, UUID]]
) -> Task:
    accepted = [item.activity for item in assignment.requirement.accepted.all()]
    ways = {activity: described.get(faces(activity)[0].pk) for activity in accepted}
    begun = [activity for activity, way in ways.items() if way and _is_begun(activity, way, assignment, complete)]
    chosen = next(
        (activity for activity, way in ways.items() if way and (not begun or activity in begun)), accepted[0]
    )
    way = ways[chosen]
    task = Task(
        assignment=assignment,
        standing=assignment.standing_on(today),
        activity=chosen,
        title=way.title if way else chosen.name,
        url=way.url if way else "",
        minutes=way.minutes if way else 0,
        days_left=(assignment.due_on - today).days,
        alternatives=[other for activity, other in ways.items() if other and activity != chosen],
    )
    is_next = True
    for part in faces(chosen):
        of_part = described.get(part.pk)
        steps = max(of_part.steps if of_part else 1, 1)
        finished = (part.pk, assignment.registration) in complete
        task.steps += steps
        task.done += steps if finished else min(of_part.done if of_part else 0, steps - 1)
        task.is_begun |= finished or bool(of_part and of_part.is_begun)
        if not finished and is_next and of_part:
            task.next_step, task.url, task.minutes = of_part.step, of_part.url, of_part.minutes
            task.tells_step = of_part.is_far and not of_part.is_begun
        is_next &= finished
    return task


def _is_begun(
    activity: Activity, way: kinds.Description, assignment: Assignment, complete: set[tuple[int, UUID]]
) -> bool:
    """Of several ways the person goes on with the one that they have begun."""
    return way.is_begun or any((part.pk, assignment.registration) in complete for part in faces(activity))


@dataclass(frozen=True)
class Onward:
    """Where the learner goes now, and what is to be done there in a few words; nothing, where all is done."""

    url: str
    step: str = ""


def next_url(*, person: Person, course: Activity, registration: UUID) -> str:
    return onward(person=person, course=course, registration=registration).url


def onward(*, person: Person, course: Activity, registration: UUID) -> Onward:
    """To the first part still open, or to the receipt when there is none."""
    parts = list(course.parts.order_by("position"))
    complete = set(
        Completion.objects.filter(person=person, registration=registration, activity__in=parts).values_list(
            "activity", flat=True
        )
    )
    for part in parts:
        if part.pk not in complete:
            described = kinds.describe(person=person, activities=[part], registrations={part.pk: registration})
            known = described.get(part.pk)
            return Onward(url=known.url, step=known.step) if known else Onward(url=reverse("lms:learning"))
    return Onward(url=reverse("lms:receipt", args=[registration]))


def is_ready(*, person: Person, part: Activity, registration: UUID) -> bool:
    """True when every earlier part of the same course is complete in this registration."""
    earlier = Activity.objects.filter(part_of=part.part_of, position__lt=part.position)
    done = Completion.objects.filter(person=person, registration=registration, activity__in=earlier)
    return done.count() == earlier.count()


def receipt(*, person: Person, registration: UUID) -> dict[str, Any] | None:
    """What the record store and the ledger hold of one finished registration; None while it is not finished."""
    completions = list(
        Completion.objects.filter(person=person, registration=registration)
        .select_related("activity", "statement")
        .order_by("sequence")
    )
    whole = next((item for item in completions if item.activity.part_of_id is None), None)
    if whole is None:
        return None
    documents = []
    for completion in completions:
        handler = kinds.kind(completion.activity.kind)
        documents += handler.documents(completion=completion) if handler else []
    ends = list(Assignment.objects.filter(completion=whole).values_list("valid_until", flat=True))
    return {
        "completion": whole,
        "parts": [item for item in completions if item is not whole],
        "documents": documents,
        "valid_until": None if not ends or None in ends else max(ends),
    }
