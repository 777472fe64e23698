"""Checks of the floor: statements, the ledger's chains, and the projection on the assignments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from lms.hash_chain import first_broken
from lms.lrs import vocabulary as v
from lms.lrs.indexing import index
from lms.lrs.keys import activity_key, verb_key
from lms.lrs.models import Statement
from lms.requirements.completing import person_of
from lms.requirements.models import Activity, Assignment, Completion
from lms.requirements.projecting import rebuilt
from lms.verification import Broken, ledger_check

BATCH = 2000


@ledger_check("statements")
def statements() -> Iterator[Broken]:
    """The stored text has its digest, and the columns repeat what stands in it."""
    for row in Statement.objects.order_by("pk").iterator(chunk_size=BATCH):
        name = f"statement {row.statement_id}"
        if Statement.digest_of(row.raw) != row.digest:
            yield Broken(name, "its text does not have the digest that was stored with it")
            continue
        data = json.loads(row.raw)
        found = index(data)
        said = (
            UUID(data["id"]),
            verb_key(data["verb"]["id"]),
            found.actor,
            found.activity,
            found.refers_to,
            found.voids,
        )
        if said != (row.statement_id, row.verb, row.actor, row.activity, row.refers_to, row.voids):
            yield Broken(name, "its columns differ from its text")


@ledger_check("completions")
def completions() -> Iterator[Broken]:
    """Each person's chain is whole, and each entry says what its statement says."""
    rows = (
        Completion.objects.select_related("person", "activity", "statement")
        .order_by("person_id", "sequence")
        .iterator(chunk_size=BATCH)
    )
    for _, chain in groupby(rows, key=lambda row: row.person_id):
        entries = list(chain)
        place = first_broken((row.previous_hash, row.hash, row.record()) for row in entries)
        if place is not None:
            yield Broken(f"completion {entries[place].pk}", "its chain is broken here")
        for row in entries:
            told = (row.statement.activity, row.statement.registration, row.statement.timestamp)
            if told != (activity_key(row.activity.iri), row.registration, row.completed_at):
                yield Broken(f"completion {row.pk}", f"it differs from statement {row.statement.statement_id}")


@ledger_check("effects")
def effects() -> Iterator[Broken]:
    """Every course that this site said to be satisfied has its entry: nothing was taken off the end of a chain."""
    known = {activity_key(iri) for iri in Activity.objects.values_list("iri", flat=True)}
    said = Statement.objects.filter(verb=verb_key(v.SATISFIED), credential=None, completion=None, effect=None)
    for row in said.order_by("pk").iterator(chunk_size=BATCH):
        if row.activity in known and person_of(row.data["actor"]) is not None:
            yield Broken(f"statement {row.statement_id}", "it says satisfied, but the ledger has no completion for it")


@ledger_check("projections")
def projections() -> Iterator[Broken]:
    """The dates on every assignment are those that the facts give."""
    for assignment, wanted in rebuilt(Assignment.objects.order_by("pk")):
        wrong = [name for name, value in wanted.items() if getattr(assignment, name) != value]
        if wrong:
            yield Broken(f"assignment {assignment.pk}", f"{', '.join(wrong)} differ from the facts")
