"""What the people of the demo did in earlier years: assignments cycle by cycle, and the proof for most of them.

Written in bulk, but as the real way would have written it; a test holds the two together.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import uuid5

from django.db import transaction

from lms.lrs.statements import NAMESPACE
from lms.people.models import Category, Person
from lms.requirements.models import Assignment, Completion, Requirement, Waiver, proof_of
from lms.requirements.periods import Validity
from lms.requirements.querysets import audience
from lms.requirements.standing import MISSED
from lms.requirements.waiving import waive
from lms.site.demo_organisation import population as cast
from lms.site.demo_organisation.habits import Cycle, Habit, Owed, lived
from lms.site.demo_organisation.offices import offices
from lms.site.demo_organisation.proving import Proof, prove

BATCH = 1000
AHEAD = timedelta(days=20)  # how long before joining HR's feed names somebody
LAGGARDS = {Category.CONSULTANT: 2.4, Category.SECONDEE: 2.6, Category.INTERN: 1.2, Category.FIXED_TERM: 0.75}
WAIVED_SHARE, WAIVED_FOR_SECURITY = 0.2, 0.5
UNSAFE = ("LAC-HT", "AST-YE")
OTHER_REASONS = (Waiver.Reason.ALTERNATIVE, Waiver.Reason.CONNECTIVITY, Waiver.Reason.EQUIVALENT)
NOTHING: dict[str, tuple[int, ...]] = {"sea": (), "respect": (), "ethics": ()}
# Days ago on which the people of the story did what it tells of; the rest they do in time.
TOLD: dict[str, dict[str, tuple[int, ...]]] = {
    cast.JOINER: NOTHING,
    cast.COLLEAGUE: {**NOTHING, "sea": (33,)},
    cast.LEARNER: {**NOTHING, "sea": (38,)},
    cast.SUPERVISOR: {"respect": (690,)},
    cast.EXPIRED: {"sea": (745,)},
    cast.WAIVED: {"ethics": ()},
    **{number: {} for number in (cast.HEAD, cast.HR, cast.AUTHOR, cast.HR_OFFICER)},
}


@transaction.atomic
def write(*, requirements: list[Requirement], today: date) -> int:
    """Assignments and proof of everybody; answers how many courses were completed. Runs once, on an empty ledger."""
    rng = random.Random(cast.SEED)
    zeal = {office.code: office.zeal for office in offices()}
    habits: dict[int, Habit] = {}
    assignments: list[Assignment] = []
    proofs: list[Proof] = []
    for requirement in requirements:
        accepted = requirement.accepted.select_related("activity").get(activity__kind="course")
        validity = Validity(accepted.valid_months, requirement.renewal_window_days)
        owed = Owed(requirement.code, requirement.due_days, requirement.applies_from, validity)
        for person in audience(requirement, date.min).select_related("office").order_by("pk"):
            habit = habits.setdefault(person.pk, _habit(person, zeal[person.office.code], rng))
            for cycle in _lived(owed, habit, person, rng, today):
                assignment = _assignment(requirement, person, cycle)
                assignments.append(assignment)
                if cycle.completed_on is not None:
                    proofs.append(Proof(assignment, accepted.activity, cycle.completed_on, validity))
    for proof, completion in zip(proofs, prove(proofs, rng), strict=True):
        _project(proof, completion)
    Assignment.objects.bulk_create(assignments, batch_size=BATCH)
    _waive(today, rng)
    return len(proofs)


def _habit(person: Person, zeal: float, rng: random.Random) -> Habit:
    slackness = rng.gauss(0, 1)
    if person.number in TOLD:
        return Habit(slackness, 0.0, TOLD[person.number])
    return Habit(slackness, (1 - zeal) * LAGGARDS.get(Category(person.category), 1.0))


def _lived(owed: Owed, habit: Habit, person: Person, rng: random.Random, today: date) -> list[Cycle]:
    opened = min(max(person.joined_on - AHEAD, owed.applies_from), today)
    if person.number == cast.JOINER:
        opened = today
    return lived(owed, habit, rng, joined_on=person.joined_on, opened_on=opened, left_on=person.left_on, today=today)


def _assignment(requirement: Requirement, person: Person, cycle: Cycle) -> Assignment:
    return Assignment(
        requirement=requirement,
        person=person,
        cycle=cycle.number,
        registration=uuid5(NAMESPACE, f"imported {person.uuid} {requirement.code} {cycle.number}"),
        opened_on=cycle.opened_on,
        due_on=cycle.due_on,
        counts_from=cycle.opened_on if cycle.number > 1 else None,
        carried_until=cycle.carried_until,
        ended_on=cycle.ended_on,
        ended_because=cycle.ended_because,
    )


def _project(proof: Proof, completion: Completion) -> None:
    """What ``project_all`` would write, before the row exists: updating twenty thousand rows takes long."""
    assignment = proof.assignment
    assignment.completion = completion
    assignment.completed_on = proof_of(completion, proof.validity).counts_on
    assignment.valid_until = proof.validity.until(completion.completed_on)
    assignment.renew_from = proof.validity.renew_from(completion.completed_on)


def _waive(today: date, rng: random.Random) -> None:
    """Some of those who owe proof have a waiver, asked for by one HR officer and approved by another."""
    people = {item.number: item for item in Person.objects.filter(number__in=[cast.HR, cast.HR_OFFICER])}
    told = set(TOLD) - {cast.WAIVED}
    owing = Assignment.objects.open().with_standing(today).select_related("person__office").order_by("pk")
    for assignment in owing.filter(standing__in=[item.value for item in MISSED]).exclude(person__number__in=told):
        unsafe = assignment.person.office.code in UNSAFE
        share = WAIVED_FOR_SECURITY if unsafe else WAIVED_SHARE
        if rng.random() < share or assignment.person.number == cast.WAIVED:
            waive(
                assignment=assignment,
                reason=Waiver.Reason.SECURITY if unsafe else rng.choice(OTHER_REASONS),
                requested_by=people[cast.HR_OFFICER],
                approved_by=people[cast.HR],
                starts_on=max(assignment.opened_on, today - timedelta(days=rng.randrange(1, 60))),
                ends_on=today + timedelta(days=rng.randrange(20, 120)),
            )
