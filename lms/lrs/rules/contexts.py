"""Pure: the context of a statement. xAPI 1.0.3 part two, 2.4.6; IEEE 9274.1.1, 4.2.2.5."""

from __future__ import annotations

from typing import Any

from lms.lrs.rules.activities import activity
from lms.lrs.rules.actors import actor, agent, group
from lms.lrs.rules.values import Rule, extensions, fail, iri, language, optional, properties, text, uuid

CONTEXT = frozenset({
    "registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement",
    "extensions",
})  # fmt: skip
CONTEXT_2 = CONTEXT | {"contextAgents", "contextGroups"}
KINDS = frozenset({"parent", "grouping", "category", "other"})
REFERENCE = frozenset({"objectType", "id"})


def statement_reference(value: Any, at: str) -> None:
    properties(value, at, required=REFERENCE, allowed=REFERENCE)
    if value["objectType"] != "StatementRef":
        fail(f"{at}.objectType", "StatementRef is expected")
    uuid(value["id"], f"{at}.id")


def context(value: Any, at: str, *, family: str, about_activity: bool) -> None:
    properties(value, at, allowed=CONTEXT_2 if family == "2.0" else CONTEXT)
    optional(value, at, RULES)
    for name in ("revision", "platform"):
        if name in value and not about_activity:
            fail(f"{at}.{name}", "is allowed only where the object is an activity")


def _context_activities(value: Any, at: str) -> None:
    properties(value, at, allowed=KINDS)
    for name, found in value.items():
        for place, one in enumerate(found if isinstance(found, list) else [found]):
            activity(one, f"{at}.{name}[{place}]")


def _parties(key: str, rule: Rule) -> Rule:
    """``contextAgents`` or ``contextGroups``: who else had a part, and which parts."""
    kind = f"context{key.capitalize()}"
    allowed = frozenset({"objectType", key, "relevantTypes"})

    def parties(value: Any, at: str) -> None:
        if not isinstance(value, list):
            fail(at, "a list is expected")
        for place, entry in enumerate(value):
            spot = f"{at}[{place}]"
            properties(entry, spot, required=allowed - {"relevantTypes"}, allowed=allowed)
            if entry["objectType"] != kind:
                fail(f"{spot}.objectType", f"{kind} is expected")
            rule(entry[key], f"{spot}.{key}")
            if "relevantTypes" in entry:
                _types(entry["relevantTypes"], f"{spot}.relevantTypes")

    return parties


def _types(value: Any, at: str) -> None:
    if not isinstance(value, list) or not value:
        fail(at, "a list of IRIs is expected, not an empty one")
    for item in value:
        iri(item, at)


RULES: dict[str, Rule] = {
    "registration": uuid,
    "instructor": actor,
    "team": group,
    "contextActivities": _context_activities,
    "revision": text,
    "platform": text,
    "language": language,
    "statement": statement_reference,
    "extensions": extensions,
    "contextAgents": _parties("agent", agent),
    "contextGroups": _parties("group", group),
}
