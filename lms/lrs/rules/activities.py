"""Pure: activities and their definitions. xAPI 1.0.3 part two, 2.4.4.1."""

from __future__ import annotations

from typing import Any

from lms.lrs.rules.values import Rule, extensions, fail, iri, language_map, optional, properties, text

ACTIVITY = frozenset({"objectType", "id", "definition"})
COMPONENTS_OF = {
    "choice": {"choices"},
    "sequencing": {"choices"},
    "likert": {"scale"},
    "matching": {"source", "target"},
    "performance": {"steps"},
    "true-false": set(),
    "fill-in": set(),
    "long-fill-in": set(),
    "numeric": set(),
    "other": set(),
}
COMPONENTS = frozenset({"choices", "scale", "source", "target", "steps"})
INTERACTION = COMPONENTS | {"correctResponsesPattern"}
DEFINITION = INTERACTION | {"name", "description", "type", "moreInfo", "extensions", "interactionType"}
COMPONENT = frozenset({"id", "description"})
ID = frozenset({"id"})


def activity(value: Any, at: str) -> None:
    properties(value, at, required=ID, allowed=ACTIVITY)
    if value.get("objectType", "Activity") != "Activity":
        fail(f"{at}.objectType", "Activity is expected")
    iri(value["id"], f"{at}.id")
    if "definition" in value:
        definition(value["definition"], f"{at}.definition")


def definition(value: Any, at: str) -> None:
    properties(value, at, allowed=DEFINITION)
    optional(value, at, RULES)
    given = INTERACTION & value.keys()
    if not given and "interactionType" not in value:
        return
    kind = value.get("interactionType")
    if not isinstance(kind, str) or kind not in COMPONENTS_OF:
        fail(f"{at}.interactionType", "an interaction type of the specification is needed")
    surplus = given - COMPONENTS_OF[str(kind)] - {"correctResponsesPattern"}
    if surplus:
        fail(f"{at}.{min(surplus)}", f"does not belong to the interaction type {kind}")


def _pattern(value: Any, at: str) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        fail(at, "a list of texts is expected")


def _components(value: Any, at: str) -> None:
    if not isinstance(value, list):
        fail(at, "a list is expected")
    seen = set()
    for place, component in enumerate(value):
        spot = f"{at}[{place}]"
        properties(component, spot, required=ID, allowed=COMPONENT)
        optional(component, spot, {"id": text, "description": language_map})
        if component["id"] in seen:
            fail(f"{spot}.id", "this id stands here twice")
        seen.add(component["id"])


RULES: dict[str, Rule] = {
    "name": language_map,
    "description": language_map,
    "type": iri,
    "moreInfo": iri,
    "extensions": extensions,
    "correctResponsesPattern": _pattern,
    **dict.fromkeys(COMPONENTS, _components),
}
