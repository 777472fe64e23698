"""What the people of the demo did in earlier years: assignments cycle by cycle, and the proof for most of them.

Written in bulk, but as the real way writes it: a statement for each course, a chained entry in the ledger, a
certificate, and the projection made from them.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.issuing import new_code
from courses.models import Certificate, CoursePage
from lms.hash_chain import START, link
from lms.lrs import vocabulary as v
from lms.lrs.models import Statement
from lms.lrs.recording import home_page, row
from lms.lrs.statements import NAMESPACE, Said, build
from lms.people.models import Person
from lms.requirements.models import Activity, Assignment, Completion, Requirement
from lms.requirements.periods import Validity, due_on
from lms.requirements.projecting import project_all
from lms.requirements.querysets import audience
from lms.requirements.waiving import waive
from lms.site.demo_organisation import population
from lms.site.demo_organisation.offices import offices

BATCH = 1000
AHEAD = timedelta(days=20)
LAGGARDS = {"SSA": 0.05, "SEC": 0.08, "INT": 0.03}
DONE_BEFORE = {population.COLLEAGUE: {"sea"}, population.LEARNER: {"sea"}, population.JOINER: set()}
ALWAYS = {population.SUPERVISOR, population.HEAD, population.HR, population.AUTHOR}


@dataclass
class Past:
    """One person's years, as they are made up."""

    person: Person
    late: float
    chance: float
    assignments: list[Assignment] = field(default_factory=list)
    done: list[tuple[Assignment, date]] = field(default_factory=list)


@transaction.atomic
def write(*, requirements: list[Requirement], today: date) -> int:
    """Assignments and proof of everybody; answers how many completions. Runs once, on an empty ledger."""
    rng = random.Random(population.SEED)
    zeal = {office.code: office.zeal for office in offices()}
    pasts: dict[int, Past] = {}
    for requirement in requirements:
        validity = Validity(requirement.accepted.get().valid_months, requirement.renewal_window_days)
        for person in audience(requirement, date(2000, 1, 1)).select_related("office").order_by("pk"):
            if person.pk not in pasts:
                chance = zeal.get(person.office.code, 0.97) - LAGGARDS.get(person.category, 0)
                pasts[person.pk] = Past(person, rng.gauss(0, 1), chance)
            _live(pasts[person.pk], requirement, validity, today, rng)
    Assignment.objects.bulk_create(
        [assignment for past in pasts.values() for assignment in past.assignments], batch_size=BATCH
    )
    count = _prove(list(pasts.values()), requirements)
    project_all(Assignment.objects.all())
    _waive(today, rng)
    return count


def _live(past: Past, requirement: Requirement, validity: Validity, today: date, rng: random.Random) -> None:
    """The person's cycles under one requirement, from joining until they left or until today."""
    person = past.person
    opened = min(max(person.joined_on - AHEAD, requirement.applies_from), today)
    due = due_on(
        due_from="joining", days=requirement.due_days, joined_on=person.joined_on,
        applies_from=requirement.applies_from, opened_on=opened,
    )  # fmt: skip
    carried: date | None = None
    for cycle in range(1, 10):
        if person.number == population.JOINER:
            opened = today
        assignment = Assignment(
            requirement=requirement, person=person, cycle=cycle, opened_on=opened, due_on=due, carried_until=carried,
            counts_from=opened if cycle > 1 else None,
        )  # fmt: skip
        past.assignments.append(assignment)
        day = _completed_on(past, requirement, opened, due, today, rng)
        renew_from = validity.renew_from(day) if day else None
        left = person.left_on if person.left_on and person.left_on <= today else None
        if day is not None and (left is None or day < left):
            past.done.append((assignment, day))
        else:
            renew_from = None
        if renew_from is None or renew_from > today or (left and renew_from >= left):
            if left:
                assignment.ended_on, assignment.ended_because = max(left, opened), Assignment.Ended.LEFT
            return
        assert day is not None
        assignment.ended_on, assignment.ended_because = renew_from, Assignment.Ended.RENEWED
        carried = validity.until(day)
        assert carried is not None
        opened, due = renew_from, carried


def _completed_on(
    past: Past, requirement: Requirement, opened: date, due: date, today: date, rng: random.Random
) -> date | None:
    """When the person completed it, if by today: most shortly before the due date, some late, some never."""
    number = past.person.number
    if number in DONE_BEFORE:
        return min(due, today) if requirement.code in DONE_BEFORE[number] else None
    slack = (due - opened).days
    day = due - timedelta(days=int(abs(rng.gauss(0, 1)) * min(slack, 14) * 0.6))
    certain = number in ALWAYS or past.chance >= 1
    if not certain and rng.random() > past.chance - 0.004:
        if rng.random() < 0.45 + 0.1 * past.late:
            return None
        day = due + timedelta(days=int(rng.expovariate(1 / 30)) + 1)
    if not certain and past.late > 2:
        day = due + timedelta(days=int(past.late * 12))
    if certain and due >= today:
        day = min(day, today)
    day = max(day, opened)
    return day if day <= today else None


def _prove(pasts: list[Past], requirements: list[Requirement]) -> int:
    """Statements, ledger and certificates for what was done."""
    activities = {item.pk: item.accepted.get().activity for item in requirements}
    months = {item.pk: item.accepted.get().valid_months for item in requirements}
    pages = {page.activity_id: page for page in CoursePage.objects.live()}
    entries = [(past.person, assignment, day) for past in pasts for assignment, day in sorted(past.done, key=_by_day)]
    statements = [
        row(_satisfied(person, assignment, activities[assignment.requirement_id], day), credential=None)
        for person, assignment, day in entries
    ]
    Statement.objects.bulk_create(statements, batch_size=BATCH)
    completions = list(_chained(entries, statements, activities))
    Completion.objects.bulk_create(completions, batch_size=BATCH)
    now = timezone.now()
    Certificate.objects.bulk_create(
        [
            Certificate(
                code=new_code(), completion=completion, holder=completion.person.name, title=completion.activity.name,
                course_code=pages[completion.activity_id].code, course_version=pages[completion.activity_id].version,
                completed_on=completion.completed_on, issued_at=now,
                valid_until=Validity(months[assignment.requirement_id]).until(completion.completed_on),
            )
            for completion, (_, assignment, _) in zip(completions, entries, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    return len(completions)


def _by_day(item: tuple[Assignment, date]) -> date:
    return item[1]


def _satisfied(person: Person, assignment: Assignment, activity: Activity, day: date) -> dict[str, Any]:
    noon = datetime.combine(day, time(12), tzinfo=person.zone).astimezone(UTC)
    said = Said(
        actor=person.uuid, verb=v.SATISFIED, activity=activity.iri, activity_type=v.COURSE_TYPE,
        activity_name=activity.name, registration=assignment.registration,
        session=uuid.uuid5(NAMESPACE, f"imported {assignment.registration}"), at=noon, grouping=activity.iri,
    )  # fmt: skip
    return build(said, home_page=home_page())


def _chained(
    entries: list[tuple[Person, Assignment, date]], statements: list[Statement], activities: dict[int, Activity]
) -> Iterator[Completion]:
    """The ledger's entries, each person's in a chain of its own."""
    last: dict[int, Completion] = {}
    for (person, assignment, day), statement in zip(entries, statements, strict=True):
        previous = last.get(person.pk)
        completion = Completion(
            person=person, activity=activities[assignment.requirement_id], registration=assignment.registration,
            completed_at=statement.timestamp, completed_on=day, statement=statement, source=Completion.Source.IMPORT,
            sequence=previous.sequence + 1 if previous else 1, previous_hash=previous.hash if previous else START,
        )  # fmt: skip
        completion.hash = link(completion.previous_hash, completion.record())
        last[person.pk] = completion
        yield completion


def _waive(today: date, rng: random.Random) -> None:
    """A few of those who are late have a waiver, asked for by HR and approved by a head."""
    people = {item.number: item for item in Person.objects.filter(number__in=[population.HR, population.HEAD])}
    late = Assignment.objects.open().filter(completion=None, carried_until=None, due_on__lt=today)
    late = late.exclude(person__number__in=DONE_BEFORE).order_by("pk")
    for assignment in late:
        if rng.random() < 0.22:
            waive(
                assignment=assignment, reason=rng.choice(["security", "connectivity", "alternative_arrangement"]),
                requested_by=people[population.HR], approved_by=people[population.HEAD],
                starts_on=max(assignment.opened_on, today - timedelta(days=30)),
                ends_on=today + timedelta(days=rng.randrange(20, 120)),
            )  # fmt: skip
