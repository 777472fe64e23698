"""Writes the proof of many courses at once: statements of the parts and of the course, ledger, certificates."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid5

from django.utils import timezone

from courses.issuing import new_code
from courses.models import Certificate, CoursePage
from lms.hash_chain import START, link
from lms.lrs import vocabulary as v
from lms.lrs.inserting import row_of
from lms.lrs.models import Statement
from lms.lrs.receiving import made
from lms.lrs.recording import entry, home_page
from lms.lrs.statements import NAMESPACE, Said, build
from lms.requirements.models import Activity, Assignment, Completion
from lms.requirements.periods import Validity

BATCH = 1000
MASTERY, QUESTIONS = 0.8, 20
SAYS = {
    Activity.MoveOn.PASSED: (v.PASSED,),
    Activity.MoveOn.COMPLETED: (v.COMPLETED,),
    Activity.MoveOn.COMPLETED_AND_PASSED: (v.COMPLETED, v.PASSED),
    Activity.MoveOn.PARTS: (v.SATISFIED,),
}


@dataclass(frozen=True)
class Proof:
    """One course completed in one cycle."""

    assignment: Assignment
    course: Activity
    day: date
    validity: Validity


def prove(proofs: Sequence[Proof], rng: random.Random) -> list[Completion]:
    """Write all that comes of these proofs; the completions of the courses, in their order. For an empty ledger."""
    now = timezone.now()
    parts = {course: [*course.parts.order_by("position"), course] for course in {proof.course for proof in proofs}}
    told: dict[int, list[tuple[Activity, Statement]]] = {}
    statements: list[Statement] = []
    order = sorted(range(len(proofs)), key=lambda n: (proofs[n].assignment.person_id, proofs[n].day))
    for n, begun in zip(order, _beginnings([proofs[n] for n in order]), strict=True):
        told[n] = []
        for activity, said in _said(proofs[n], parts[proofs[n].course], begun, rng):
            statement = row_of(entry(made(build(said, home_page=home_page())), now=now))
            statements.append(statement)
            if said.verb == SAYS[Activity.MoveOn(activity.move_on)][-1]:
                told[n].append((activity, statement))
    Statement.objects.bulk_create(statements, batch_size=BATCH)
    chained = {n: list(completions) for n, completions in _chained(proofs, told)}
    Completion.objects.bulk_create([item for entries in chained.values() for item in entries], batch_size=BATCH)
    whole = [chained[n][-1] for n in range(len(proofs))]
    _certify(proofs, whole, now)
    return whole


def _beginnings(proofs: Sequence[Proof]) -> Iterator[datetime]:
    """In the morning at the duty station; the next course of the same day two hours later."""
    taken: dict[tuple[int, date], int] = defaultdict(int)
    for proof in proofs:
        person = proof.assignment.person
        place = taken[person.pk, proof.day]
        taken[person.pk, proof.day] += 1
        yield datetime.combine(proof.day, time(8 + 2 * place, 5), tzinfo=person.zone).astimezone(UTC)


def _said(
    proof: Proof, activities: Sequence[Activity], begun: datetime, rng: random.Random
) -> Iterator[tuple[Activity, Said]]:
    """The statements that completed the parts, then the course."""
    at = begun
    registration = proof.assignment.registration
    for activity in activities:
        for verb in SAYS[Activity.MoveOn(activity.move_on)]:
            whole = verb == v.SATISFIED
            took = timedelta(minutes=0 if whole else max(4, int(rng.gauss(25, 9))))
            points = rng.choice((16, 17, 17, 18, 18, 19, 20))
            at += took
            yield (
                activity,
                Said(
                    actor=proof.assignment.person.uuid,
                    verb=verb,
                    activity=activity.iri,
                    activity_type=v.COURSE_TYPE if whole else "",
                    activity_name=activity.name,
                    registration=registration,
                    session=uuid5(NAMESPACE, f"{'satisfied' if whole else 'imported'} {registration}"),
                    at=at,
                    grouping=proof.course.iri,
                    completion=True if verb == v.COMPLETED else None,
                    success=True if verb == v.PASSED else None,
                    score=(points / QUESTIONS, points, QUESTIONS) if verb == v.PASSED else None,
                    mastery=MASTERY if verb == v.PASSED else None,
                    duration=None if whole else took,
                ),
            )


def _chained(
    proofs: Sequence[Proof], told: dict[int, list[tuple[Activity, Statement]]]
) -> Iterator[tuple[int, Iterator[Completion]]]:
    """The ledger's entries, each person's in one chain in the order in which they happened."""
    last: dict[int, Completion] = {}

    def entries(n: int) -> Iterator[Completion]:
        assignment = proofs[n].assignment
        for activity, statement in told[n]:
            previous = last.get(assignment.person_id)
            completion = Completion(
                person=assignment.person,
                activity=activity,
                registration=assignment.registration,
                completed_at=statement.timestamp,
                completed_on=proofs[n].day,
                statement=statement,
                source=Completion.Source.IMPORT,
                sequence=previous.sequence + 1 if previous else 1,
                previous_hash=previous.hash if previous else START,
            )
            completion.hash = link(completion.previous_hash, completion.record())
            last[assignment.person_id] = completion
            yield completion

    for n in told:
        yield n, entries(n)


def _certify(proofs: Sequence[Proof], completions: Sequence[Completion], now: datetime) -> None:
    """A certificate for each course that has a page."""
    pages = {page.activity_id: page for page in CoursePage.objects.live()}
    Certificate.objects.bulk_create(
        [
            Certificate(
                code=new_code(),
                completion=completion,
                holder=completion.person.name,
                title=completion.activity.name,
                course_code=pages[completion.activity_id].code,
                course_version=pages[completion.activity_id].version,
                completed_on=completion.completed_on,
                valid_until=proof.validity.until(completion.completed_on),
                issued_at=now,
            )
            for proof, completion in zip(proofs, completions, strict=True)
            if completion.activity_id in pages
        ],
        batch_size=BATCH,
    )
