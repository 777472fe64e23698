"""Writes what follows from statements inside the record store: references, definitions of activities, names of agents."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet

from lms.lrs.entries import Entry
from lms.lrs.keys import activity_key
from lms.lrs.models import ActivityDefinition, AgentName, Reference, Statement
from lms.lrs.statements import NAMESPACE

MERGED = ("name", "description", "extensions")


def relate(fresh: Sequence[Entry], *, may_define: bool = True) -> None:
    """For statements just stored, in their transaction."""
    _refer([entry for entry in fresh if entry.refers_to], [entry.statement_id for entry in fresh if entry.awaited])
    if may_define:
        _define(fresh)
    _name(fresh)


def _refer(referring: Sequence[Entry], awaited: Sequence[UUID]) -> None:
    """Close over chains: who speaks of a new statement speaks of all that it speaks of."""
    pairs = [(entry.pk, entry.refers_to) for entry in referring]
    if awaited:
        pairs += Statement.objects.filter(refers_to__in=awaited).values_list("pk", "refers_to")
    if not pairs:
        return
    targets = {target for _, target in pairs}
    known = dict(Statement.objects.filter(statement_id__in=targets).values_list("statement_id", "pk"))
    for pk, refers_to in dict.fromkeys(pairs):
        target = known.get(refers_to) if refers_to else None
        if target is None:
            continue
        sources = [pk, *_others(Reference.objects.filter(target=pk), "statement_id")]
        reached = [target, *_others(Reference.objects.filter(statement=target), "target_id")]
        Reference.objects.bulk_create(
            [Reference(statement_id=one, target_id=other) for one in sources for other in reached if one != other],
            ignore_conflicts=True,
        )


def _others(references: QuerySet[Reference], end: str) -> list[int]:
    return list(references.values_list(end, flat=True))


class Lately:
    """What this process wrote within the last seconds, so that the same thing is not merged for every statement."""

    SECONDS = 5
    MOST = 10_000

    def __init__(self) -> None:
        self.kept: dict[Any, tuple[float, Any]] = {}

    def has(self, key: Any, value: Any) -> bool:
        until, kept = self.kept.get(key, (0.0, None))
        return until > time.monotonic() and bool(kept == value)

    def keep(self, things: dict[Any, Any]) -> None:
        """Once the transaction that wrote them is through."""

        def keep() -> None:
            if len(self.kept) + len(things) > self.MOST:
                self.kept.clear()
            until = time.monotonic() + self.SECONDS
            self.kept.update({key: (until, value) for key, value in things.items()})

        transaction.on_commit(keep)


_defined = Lately()
_named = Lately()


def _define(fresh: Sequence[Entry]) -> None:
    """Merge what the statements say of activities into what is known of them; the last one wins."""
    told: dict[str, dict[str, Any]] = {}
    last: dict[str, dict[str, Any]] = {}
    for entry in fresh:
        for iri, definition in entry.index.definitions.items():
            if not _defined.has(iri, definition):
                told[iri] = merged(told.get(iri, {}), _storable(definition))
                last[iri] = definition
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
    _defined.keep(last)


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


def _name(fresh: Sequence[Entry]) -> None:
    told = {pair for entry in fresh for pair in entry.index.names if not _named.has(pair, True)}
    if not told:
        return
    named = {
        (agent, uuid5(NAMESPACE, name)): name for agent, name in {(agent, _storable(name)) for agent, name in told}
    }
    agents = {agent for agent, _ in named}
    known: set[tuple[UUID, UUID]] = set(AgentName.objects.filter(agent__in=agents).values_list("agent", "name_key"))
    AgentName.objects.bulk_create(
        [AgentName(agent=agent, name_key=key, name=named[agent, key]) for agent, key in sorted(named.keys() - known)],
        ignore_conflicts=True,
    )
    _named.keep(dict.fromkeys(told, True))


def forget() -> None:
    """Ask the database again, from the next statement on."""
    _defined.kept.clear()
    _named.kept.clear()
