"""Repeats the facts on the assignment, so that standing can be read from one row. Can be done again at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q

from lms.people.models import Person
from lms.requirements.models import Assignment, Completion, Requirement, proof_of
from lms.requirements.periods import Proof, choose

COLUMNS = ("completion_id", "completed_on", "valid_until", "renew_from", "waived_from", "waived_until")
BATCH = 1000


def project(*, person: Person, activities: Sequence[int]) -> None:
    """Bring the person's assignments up to the ledger, where their requirement accepts one of the activities."""
    owner = person.merged_into_id or person.pk
    touched = Assignment.objects.filter(person=owner, requirement__accepted__activity__in=activities)
    project_all(touched.distinct())


def project_all(assignments: Any) -> int:
    """Bring these assignments up to the facts; answers how many changed."""
    changed = []
    for assignment, wanted in rebuilt(assignments):
        if any(getattr(assignment, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(assignment, name, value)
            changed.append(assignment)
    Assignment.objects.bulk_update(changed, [name.removesuffix("_id") for name in COLUMNS], batch_size=BATCH)
    return len(changed)


def rebuilt(assignments: Any) -> Iterator[tuple[Assignment, dict[str, Any]]]:
    """Each assignment with the projection that the facts give, in batches of constant query count."""
    queryset = assignments.select_related(None).prefetch_related("waivers")
    requirements = {item.pk: item for item in Requirement.objects.prefetch_related("accepted")}
    batch: list[Assignment] = []
    for assignment in queryset.iterator(chunk_size=BATCH):
        batch.append(assignment)
        if len(batch) == BATCH:
            yield from _rebuild(batch, requirements)
            batch = []
    yield from _rebuild(batch, requirements)


def _rebuild(
    batch: Iterable[Assignment], requirements: dict[int, Requirement]
) -> Iterator[tuple[Assignment, dict[str, Any]]]:
    batch = list(batch)
    ledger: dict[int, list[Completion]] = defaultdict(list)
    people = {item.person_id for item in batch}
    given_up = Person.objects.filter(Q(merged_into__in=people) | Q(pk__in=people, merged_into__isnull=False))
    merged = dict(given_up.values_list("pk", "merged_into"))
    for completion in Completion.objects.filter(person__in=people | merged.keys()):
        ledger[merged.get(completion.person_id, completion.person_id)].append(completion)
    for assignment in batch:
        yield assignment, expected(assignment, requirements[assignment.requirement_id], ledger[assignment.person_id])


def expected(assignment: Assignment, requirement: Requirement, completions: Iterable[Completion]) -> dict[str, Any]:
    """The projection of one assignment: pure but for the rows that it is given."""
    proof = choose(
        _proofs(assignment, requirement, completions),
        registration=assignment.registration,
        opened_on=assignment.opened_on,
        counts_from=assignment.counts_from,
        carried_until=assignment.carried_until,
        ended_on=assignment.ended_on,
    )
    waiver = max(assignment.waivers.all(), key=lambda item: item.pk, default=None)
    return {
        "completion_id": proof.id if proof else None,
        "completed_on": proof.counts_on if proof else None,
        "valid_until": proof.valid_until if proof else None,
        "renew_from": proof.renew_from if proof else None,
        "waived_from": waiver.starts_on if waiver else None,
        "waived_until": waiver.ends_on if waiver else None,
    }


def _proofs(assignment: Assignment, requirement: Requirement, completions: Iterable[Completion]) -> Iterator[Proof]:
    """The completions that the rule accepts. What renews an earlier proof may be another activity than what was the first,
    and one that was given before the renewal was asked for renews nothing."""
    for completion in completions:
        proof = None
        own = completion.registration == assignment.registration
        if assignment.is_renewal:
            validity = requirement.validity_of(completion.activity_id, renewal=True)
            proof = proof_of(completion, validity, renews=assignment.carried_until) if validity else None
            if proof and (own or (assignment.counts_from and proof.counts_on >= assignment.counts_from)):
                yield proof
                continue
        validity = requirement.validity_of(completion.activity_id)
        if assignment.is_renewal and validity is None:
            validity = requirement.validity_of(completion.activity_id, renewal=True)
        if validity is not None and not (own and assignment.is_renewal):
            yield proof_of(completion, validity)
