"""Repeats the facts on the assignment, so that standing can be read from one row. Can be done again at any time."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q

from lms.people.models import Person
from lms.requirements.models import Assignment, Completion, Requirement, Waiver, proof_of
from lms.requirements.periods import Proof, Validity, choose

PROVEN = {"completion_id": "bigint", "completed_on": "date", "valid_until": "date", "renew_from": "date"}
COLUMNS = {**PROVEN, "waived_from": "date", "waived_until": "date"}
BATCH = 1000


def update_of(columns: Mapping[str, str]) -> str:
    """Whole arrays: many times the rate of bulk_update, which asks of each row and column which of a thousand cases it
    is."""
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    return (
        f"UPDATE lms_assignment a SET {', '.join(f'{name} = n.{name}' for name in columns)} "  # noqa: S608
        f"FROM unnest(%s::bigint[], {arrays}) n (id, {', '.join(columns)}) WHERE a.id = n.id"
    )


UPDATE = update_of(COLUMNS)


def project(*, person: Person, activity: int) -> None:
    """Bring the person's assignments up to the ledger, where their requirement accepts the activity just completed."""
    owner = person.merged_into_id or person.pk
    if connection.vendor == "postgresql":
        from lms.requirements.projecting_one import project_one

        return project_one(owner=owner, activity=activity)
    touched = Assignment.objects.filter(person=owner, requirement__accepted__activity=activity)
    _write(_rebuild(touched.distinct(), _all_terms()))


def project_all(assignments: Any) -> int:
    """Bring these assignments up to the facts; answers how many changed. Holds a thousand of them at a time."""
    changed = 0
    terms = _all_terms()
    for ids in batches(assignments):
        changed += _write(_rebuild(Assignment.objects.filter(pk__in=ids), terms))
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
    terms = _all_terms()
    rows = assignments.select_related(None).iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        yield from _rebuild(batch, terms)


Terms = dict[tuple[int, bool], Validity]
"""Of one requirement: how long a completion counts, by activity and whether it renews. ``Requirement.validity_of`` once
more, since it is asked of every completion."""


def _all_terms() -> dict[int, Terms]:
    return {
        item.pk: {
            key: validity
            for accepted in item.accepted.all()
            for key, validity in accepted.terms(item.renewal_window_days).items()
        }
        for item in Requirement.objects.prefetch_related("accepted")
    }


def _rebuild(batch: Iterable[Assignment], all_terms: dict[int, Terms]) -> Iterator[tuple[Assignment, dict[str, Any]]]:
    batch = list(batch)
    activities = {activity for pk in {row.requirement_id for row in batch} for activity, _ in all_terms[pk]}
    people = {row.person_id for row in batch}
    ledger: dict[int, list[Completion]] = defaultdict(list)
    given_up = Person.objects.filter(Q(merged_into__in=people) | Q(pk__in=people, merged_into__isnull=False))
    merged = dict(given_up.values_list("pk", "merged_into"))
    for completion in Completion.objects.filter(person__in=people | merged.keys(), activity__in=activities):
        ledger[merged.get(completion.person_id, completion.person_id)].append(completion)
    waivers = {
        waiver.assignment_id: waiver
        for waiver in Waiver.objects.filter(assignment__in=[row.pk for row in batch]).order_by("pk")
    }
    for row in batch:
        yield row, expected(row, all_terms[row.requirement_id], ledger[row.person_id], waivers.get(row.pk))


def expected(
    assignment: Assignment, terms: Terms, completions: Iterable[Completion], waiver: Waiver | None
) -> dict[str, Any]:
    """The projection of one assignment: pure but for the rows that it is given. ``waiver``: the last one."""
    return proven(assignment, terms, completions) | {
        "waived_from": waiver.starts_on if waiver else None,
        "waived_until": waiver.ends_on if waiver else None,
    }


def proven(assignment: Assignment, terms: Terms, completions: Iterable[Completion]) -> dict[str, Any]:
    """The part of it that completions give."""
    proof = choose(
        _proofs(assignment, terms, completions),
        registration=assignment.registration,
        opened_on=assignment.opened_on,
        counts_from=assignment.counts_from,
        carried_until=assignment.carried_until,
        ended_on=assignment.ended_on,
    )
    return {
        "completion_id": proof.id if proof else None,
        "completed_on": proof.counts_on if proof else None,
        "valid_until": proof.valid_until if proof else None,
        "renew_from": proof.renew_from if proof else None,
    }


def _proofs(assignment: Assignment, terms: Terms, completions: Iterable[Completion]) -> Iterator[Proof]:
    """The completions that the rule accepts. What renews an earlier proof may be another activity than what was the first,
    and one that was given before the renewal was asked for renews nothing. Somebody's word alone completes nothing."""
    for completion in completions:
        if completion.source == Completion.Source.DECLARED:
            continue
        proof = None
        own = completion.registration == assignment.registration
        if assignment.is_renewal:
            validity = terms.get((completion.activity_id, True))
            proof = proof_of(completion, validity, renews=assignment.carried_until) if validity else None
            if proof and (own or (assignment.counts_from and proof.counts_on >= assignment.counts_from)):
                yield proof
                continue
        validity = terms.get((completion.activity_id, False))
        if assignment.is_renewal and validity is None:
            validity = terms.get((completion.activity_id, True))
        if validity is not None and not (own and assignment.is_renewal):
            yield proof_of(completion, validity)
