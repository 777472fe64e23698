"""Writes what makes statements findable beyond their own columns: mentions, references, definitions, names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet

from lms.lrs.indexing import Index
from lms.lrs.keys import activity_key
from lms.lrs.models import ActivityDefinition, AgentName, Mention, Reference, Statement
from lms.lrs.statements import NAMESPACE

Indexed = tuple[Statement, Index]
MERGED = ("name", "description", "extensions")


def relate(stored: Sequence[Indexed], *, may_define: bool = True) -> None:
    """For statements just stored, in their transaction."""
    if not stored:
        return
    Mention.objects.bulk_create(
        [Mention(statement=row, key=key, direct=direct)
         for row, found in stored
         for direct, keys in ((True, found.direct), (False, found.related))
         for key in keys]
    )  # fmt: skip
    _refer([row for row, _ in stored])
    if may_define:
        _define(stored)
    _name(stored)


def _refer(rows: Sequence[Statement]) -> None:
    """Close over chains: who speaks of a new statement speaks of all that it speaks of."""
    by_id = {row.statement_id: row for row in rows}
    earlier = Statement.objects.filter(refers_to__in=by_id).exclude(pk__in=[row.pk for row in rows])
    referring = [row for row in rows if row.refers_to] + list(earlier.only("pk", "refers_to"))
    if not referring:
        return
    wanted = {row.refers_to for row in referring}
    known = Statement.objects.filter(statement_id__in=wanted).in_bulk(field_name="statement_id")
    for row in referring:
        target = known.get(row.refers_to)  # type: ignore[call-overload]
        if target is None:
            continue
        sources = [row.pk, *_others(Reference.objects.filter(target=row), "statement_id")]
        targets = [target.pk, *_others(Reference.objects.filter(statement=target), "target_id")]
        pairs = [(source, reached) for source in sources for reached in targets if source != reached]
        Reference.objects.bulk_create(
            [Reference(statement_id=source, target_id=reached) for source, reached in pairs], ignore_conflicts=True
        )


def _others(references: QuerySet[Reference], end: str) -> list[int]:
    return list(references.values_list(end, flat=True))


def _define(stored: Sequence[Indexed]) -> None:
    """Merge what the statements say of activities into what is known of them; the last one wins."""
    told: dict[str, dict[str, Any]] = {}
    for _, found in stored:
        for iri, definition in found.definitions.items():
            told[iri] = merged(told.get(iri, {}), _storable(definition))
    if not told:
        return
    keys = {activity_key(iri): iri for iri in told}
    known = ActivityDefinition.objects.in_bulk(keys)
    changed = []
    for key, iri in sorted(keys.items()):
        before = known[key].definition if key in known else {}
        after = merged(before, told[iri])
        if key not in known or after != before:
            changed.append(ActivityDefinition(key=key, iri=iri, definition=after))
    if changed:
        ActivityDefinition.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["key"], update_fields=["definition"]
        )


def merged(before: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Languages and extensions are added to; everything else is replaced."""
    after = {**before, **said}
    for name in MERGED:
        if name in before and name in said:
            after[name] = {**before[name], **said[name]}
    return after


def _storable(value: Any) -> Any:
    """Without NUL, which PostgreSQL holds neither as text nor in JSON; the statement itself keeps it."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def _name(stored: Sequence[Indexed]) -> None:
    said = {(agent, _storable(name)) for _, found in stored for agent, name in found.names}
    told = {(agent, uuid5(NAMESPACE, name)): name for agent, name in said}
    if not told:
        return
    agents = {agent for agent, _ in told}
    known: set[tuple[UUID, UUID]] = set(AgentName.objects.filter(agent__in=agents).values_list("agent", "name_key"))
    AgentName.objects.bulk_create(
        [AgentName(agent=agent, name_key=key, name=told[agent, key]) for agent, key in sorted(told.keys() - known)],
        ignore_conflicts=True,
    )
