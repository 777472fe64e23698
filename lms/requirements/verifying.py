"""Checks of the floor: statements, the ledger's chains, and the projection on the assignments."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from lms.log.facts import log_facts
from lms.lrs import vocabulary as v
from lms.lrs.indexing import index
from lms.lrs.keys import activity_key, verb_key
from lms.lrs.models import Statement
from lms.requirements.completing import person_of
from lms.requirements.models import Activity, Assignment, Completion, Extension, RuleToApply, RuleVersion, Waiver
from lms.requirements.projecting import rebuilt
from lms.verification import Broken, LeftOut, chains, ledger_check

log_facts("completion", model=Completion, record=Completion.record, related=("person", "activity", "statement"))
for name, model in (("waiver", Waiver), ("extension", Extension)):
    log_facts(name, model=model, record=model.record, related=("assignment", "requested_by", "approved_by"))

BATCH = 2000
OF_A_RULE = {"completion_id", "completed_on", "valid_until", "renew_from"}
"""What a new version of a rule can change on an assignment that is there."""


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
    for entries, broken in chains(rows, of="person_id", name="completion"):
        yield from broken
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
def projections() -> Iterator[Broken | LeftOut]:
    """The dates on every assignment are those that the facts give, where a new version of a rule has not yet to reach them.

    What differs is looked at once more: while millions are walked, facts arrive and rules come into force.
    """
    doubtful = array(
        "q", (row.pk for row, wanted in rebuilt(Assignment.objects.order_by("pk")) if _wrong(row, wanted))
    )
    waiting: Counter[RuleVersion] = Counter()
    for start in range(0, len(doubtful), BATCH):
        before = _being_applied()
        found = list(
            rebuilt(Assignment.objects.filter(pk__in=doubtful[start : start + BATCH].tolist()).order_by("pk"))
        )
        being_applied = before + _being_applied()
        for row, wanted in found:
            wrong = _wrong(row, wanted)
            rule = next((item for item in being_applied if _has_yet_to_reach(item, row)), None)
            if wrong and rule is not None and OF_A_RULE.issuperset(wrong):
                waiting[rule.version] += 1
            elif wrong:
                yield Broken(f"assignment {row.pk}", f"{', '.join(wrong)} differ from the facts")
    for version, number in waiting.items():
        yield LeftOut(
            f"{number} assignments of {version.requirement.code}, whose version {version.number} is being applied"
        )


def _wrong(row: Assignment, wanted: dict[str, Any]) -> list[str]:
    return [name for name, value in wanted.items() if getattr(row, name) != value]


def _being_applied() -> list[RuleToApply]:
    return list(RuleToApply.objects.select_related("version__requirement").order_by("pk"))


def _has_yet_to_reach(rule: RuleToApply, row: Assignment) -> bool:
    return rule.version.requirement_id == row.requirement_id and rule.cursor < row.pk
