"""Repeats the facts on the assignment, so that standing can be read from one row. Can be done again at any time."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q

from lms.people.models import Person
from lms.requirements.models import Assignment, Completion, Requirement, proof_of
from lms.requirements.periods import Proof, choose

COLUMNS = {
    "completion_id": "bigint",
    "completed_on": "date",
    "valid_until": "date",
    "renew_from": "date",
    "waived_from": "date",
    "waived_until": "date",
}
BATCH = 1000
# Whole arrays: many times the rate of bulk_update, which asks of each row and column which of a thousand cases it is.
ARRAYS = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())
UPDATE = f"""
UPDATE lms_assignment a SET {", ".join(f"{name} = n.{name}" for name in COLUMNS)}
FROM unnest(%s::bigint[], {ARRAYS}) n (id, {", ".join(COLUMNS)}) WHERE a.id = n.id
"""  # noqa: S608


def project(*, person: Person, activities: Sequence[int]) -> None:
    """Bring the person's assignments up to the ledger, where their requirement accepts one of the activities."""
    owner = person.merged_into_id or person.pk
    touched = Assignment.objects.filter(person=owner, requirement__accepted__activity__in=activities)
    _write(_rebuild(touched.distinct().prefetch_related("waivers"), _requirements()))


def project_all(assignments: Any) -> int:
    """Bring these assignments up to the facts; answers how many changed. Holds a thousand of them at a time."""
    changed = 0
    requirements = _requirements()
    for ids in batches(assignments):
        mine = Assignment.objects.filter(pk__in=ids).prefetch_related("waivers")
        changed += _write(_rebuild(mine, requirements))
    return changed


def batches(rows: Any, size: int = BATCH) -> Iterator[list[int]]:
    """The primary keys of all the rows there are now, so many at a time: what is changed meanwhile moves none of them."""
    ids = array("q", rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=size))
    for start in range(0, len(ids), size):
        yield ids[start : start + size].tolist()


def _write(wanted: Iterable[tuple[Assignment, dict[str, Any]]]) -> int:
    changed = [
        (row.pk, values)
        for row, values in wanted
        if any(getattr(row, name) != value for name, value in values.items())
    ]
    if connection.vendor == "postgresql" and len(changed) > 1:
        columns = [[values[name] for _, values in changed] for name in COLUMNS]
        with connection.cursor() as cursor:
            cursor.execute(UPDATE, [[pk for pk, _ in changed], *columns])
    else:
        for pk, values in changed:
            Assignment.objects.filter(pk=pk).update(**values)
    return len(changed)


def rebuilt(assignments: Any) -> Iterator[tuple[Assignment, dict[str, Any]]]:
    """Each assignment with the projection that the facts give, in batches of constant query count."""
    queryset = assignments.select_related(None).prefetch_related("waivers")
    requirements = _requirements()
    rows = queryset.iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        yield from _rebuild(batch, requirements)


def _requirements() -> dict[int, Requirement]:
    return {item.pk: item for item in Requirement.objects.prefetch_related("accepted")}


def _rebuild(
    batch: Iterable[Assignment], requirements: dict[int, Requirement]
) -> Iterator[tuple[Assignment, dict[str, Any]]]:
    batch = list(batch)
    accepted = {
        item.activity_id for pk in {row.requirement_id for row in batch} for item in requirements[pk].accepted.all()
    }
    ledger: dict[int, list[Completion]] = defaultdict(list)
    people = {item.person_id for item in batch}
    given_up = Person.objects.filter(Q(merged_into__in=people) | Q(pk__in=people, merged_into__isnull=False))
    merged = dict(given_up.values_list("pk", "merged_into"))
    for completion in Completion.objects.filter(person__in=people | merged.keys(), activity__in=accepted):
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
