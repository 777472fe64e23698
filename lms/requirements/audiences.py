"""Pure: whom a rule covers. Imports no Django.

A rule's audience is a list of conditions that must all hold. A condition may be turned round, and in its place may stand a
list of conditions of which at least one must hold; so every combination of and, or, not can be written. The same rule
stands once more as a condition of the database in ``querysets.py``; a property test holds the two together.

As stored: ``[{"type": "category", "value": {"categories": ["FTA"], "opposite": false}}, …]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

PARTNER = "PARTNER"
ANY_OF = "any_of"
Stored = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Facts:
    """What conditions ask of a person."""

    category: str
    office_path: str
    is_manager: bool
    joined_on: date
    contract_ends_on: date | None = None
    organisation: str = ""


@dataclass(frozen=True)
class Condition:
    """``kind`` is the name of a block in ``conditions.py``; ``opposite`` turns it round."""

    kind: str
    value: Mapping[str, Any]
    opposite: bool = False


@dataclass(frozen=True)
class Clause:
    """At least one of these holds."""

    conditions: tuple[Condition, ...]


def read(stored: Stored) -> list[Clause]:
    """All of these must hold."""
    return [
        Clause(tuple(_condition(item) for item in block["value"]) if block["type"] == ANY_OF else (_condition(block),))
        for block in stored
    ]


def _condition(block: Mapping[str, Any]) -> Condition:
    return Condition(block["type"], block["value"], bool(block["value"].get("opposite")))


def conditions(clauses: Sequence[Clause]) -> Iterator[Condition]:
    return (condition for clause in clauses for condition in clause.conditions)


def names_partners(clauses: Sequence[Clause]) -> bool:
    """Partner staff are covered only by a rule that names them."""
    return any(
        condition.kind == "organisation" or PARTNER in condition.value.get("categories", [])
        for condition in conditions(clauses)
        if not condition.opposite
    )


def covers(clauses: Sequence[Clause], person: Facts, *, today: date, paths: Mapping[str, str]) -> bool:
    """``paths``: of offices by code, in the tree. An office that is not there holds nobody."""
    if person.category == PARTNER and not names_partners(clauses):
        return False
    return all(any(_holds(item, person, today, paths) for item in clause.conditions) for clause in clauses)


def _holds(condition: Condition, person: Facts, today: date, paths: Mapping[str, str]) -> bool:
    return _says(condition, person, today, paths) != condition.opposite


def _says(condition: Condition, person: Facts, today: date, paths: Mapping[str, str]) -> bool:
    value = condition.value
    match condition.kind:
        case "category":
            return person.category in value["categories"]
        case "office":
            return value["office"] in paths and person.office_path.startswith(paths[value["office"]])
        case "manager":
            return person.is_manager
        case "joined":
            return (day(value.get("first")) or date.min) <= person.joined_on <= (day(value.get("last")) or date.max)
        case "not_yet_joined":
            return person.joined_on > today
        case "contract":
            ends = person.contract_ends_on
            return ends is None or ends >= person.joined_on + timedelta(days=value["days"])
        case "organisation":
            return person.organisation == value["code"] if value.get("code") else person.organisation != ""
    raise ValueError(f"no condition is called {condition.kind!r}")


def day(value: Any) -> date | None:
    """A day as stored, or as a block holds it."""
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None
