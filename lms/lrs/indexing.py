"""Pure: what a statement names, so that it can be found again. Imports no Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from msgspec import UNSET, to_builtins

from lms.lrs.keys import account_key, activity_key, agent_key
from lms.lrs.rules.shapes import Statement
from lms.lrs.rules.statements import VOIDED

PARTIES = (("contextAgents", "agent"), ("contextGroups", "group"))


@dataclass
class Index:
    """Keys by the part that they play (xAPI 1.0.3 part three, 2.1.3: agent, activity and their related_ forms)."""

    actor: UUID
    activity: UUID | None = None
    refers_to: UUID | None = None
    voids: UUID | None = None
    direct: set[UUID] = field(default_factory=set)
    related: set[UUID] = field(default_factory=set)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: set[tuple[UUID, str]] = field(default_factory=set)


def index(data: dict[str, Any]) -> Index:
    """Where a valid statement is to be found."""
    actor = data["actor"]
    found = Index(actor=agent_key(actor))
    found.direct.update(_agents(found, actor))
    _object(found, data)
    _context(found, data.get("context", {}))
    found.direct.discard(found.actor)
    found.related -= found.direct | {found.actor, found.activity}  # type: ignore[arg-type]
    return found


def ordinary_index(shape: Statement) -> Index:
    """``index`` once more, for a statement of the ordinary kind; a property test holds the two together."""
    account, target = shape.actor.account, shape.object
    found = Index(actor=account_key(account.homePage, account.name), activity=activity_key(target.id))
    if shape.actor.name:
        found.names.add((found.actor, shape.actor.name))
    mentioned = [target]
    if shape.context is not UNSET and shape.context.contextActivities is not UNSET:
        kinds = shape.context.contextActivities
        for activities in (kinds.parent, kinds.grouping, kinds.category, kinds.other):
            if activities is not UNSET:
                mentioned += activities
    for activity in mentioned:
        if activity.definition:
            definition = to_builtins(activity.definition)
            if definition:
                found.definitions[activity.id] = definition
    found.related.update([activity_key(activity.id) for activity in mentioned])
    found.related.discard(found.activity)  # type: ignore[arg-type]
    return found


def _object(found: Index, data: dict[str, Any]) -> None:
    target = data["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        found.activity = _activity(found, target)
    elif kind == "StatementRef":
        found.refers_to = UUID(target["id"])
        if data["verb"]["id"] == VOIDED:
            found.voids = found.refers_to
    elif kind == "SubStatement":
        inner = index(target)
        found.related |= {inner.actor} | inner.direct | inner.related | ({inner.activity} if inner.activity else set())
        found.definitions.update(inner.definitions)
        found.names |= inner.names
    else:
        found.direct.update(_agents(found, target))


def _context(found: Index, context: dict[str, Any]) -> None:
    for name in ("instructor", "team"):
        if name in context:
            found.related.update(_agents(found, context[name]))
    for name, key in PARTIES:
        for entry in context.get(name, []):
            found.related.update(_agents(found, entry[key]))
    for activities in context.get("contextActivities", {}).values():
        for activity in activities if isinstance(activities, list) else [activities]:
            found.related.add(_activity(found, activity))


def _activity(found: Index, activity: dict[str, Any]) -> UUID:
    if activity.get("definition"):
        found.definitions[activity["id"]] = activity["definition"]
    return activity_key(activity["id"])


def _agents(found: Index, actor: dict[str, Any]) -> Iterator[UUID]:
    """The agent or group, and the members of the group."""
    key = agent_key(actor)
    if actor.get("name"):
        found.names.add((key, actor["name"]))
    yield key
    for member in actor.get("member", []):
        yield from _agents(found, member)
