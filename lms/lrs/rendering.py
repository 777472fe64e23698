"""Statements as they are given back: exactly as stored, with ids only, or in one language (part three, 2.1.3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lms.lrs.keys import activity_key
from lms.lrs.models import ActivityDefinition

IDENTIFIERS = ("objectType", "mbox", "mbox_sha1sum", "openid", "account")
Change = Callable[[dict[str, Any]], dict[str, Any]]


def rendered(texts: Sequence[str], form: str, languages: Sequence[str]) -> list[str]:
    """In ``form`` exact, ids or canonical; ``languages`` in the reader's order of preference."""
    if form == "exact":
        return list(texts)
    found = [json.loads(text) for text in texts]
    if form == "ids":
        changed = [_changed(data, agent=_bare_agent, verb=_bare_verb, activity=_bare_activity) for data in found]
    else:
        changed = _canonical(found, languages)
    return [json.dumps(data, ensure_ascii=False) for data in changed]


def languages_of(header: str) -> list[str]:
    """The tags of an Accept-Language header, best first."""
    weighed = []
    for part in header.lower().split(","):
        tag, _, weight = part.partition(";")
        try:
            weighed.append((-float(weight.strip().removeprefix("q=") or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0]) if tag]


def preferred(texts: Any, languages: Sequence[str]) -> Any:
    """A language map with the one language that the reader prefers."""
    if not isinstance(texts, dict) or len(texts) < 2:
        return texts
    tags = {tag.lower(): tag for tag in texts}
    for wanted in languages:
        near = [tag for tag in tags if tag.startswith(f"{wanted}-") or wanted.startswith(f"{tag}-")]
        for tag in [wanted, *near]:
            if tag in tags:
                return {tags[tag]: texts[tags[tag]]}
    tag = next(iter(texts))
    return {tag: texts[tag]}


def in_language(definition: dict[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """A definition with one language each for its name, its description and its components."""
    found = dict(definition)
    for name in ("name", "description"):
        if name in found:
            found[name] = preferred(found[name], languages)
    for name in ("choices", "scale", "source", "target", "steps"):
        if name in found:
            found[name] = [
                {**part, "description": preferred(part["description"], languages)} if "description" in part else part
                for part in found[name]
            ]
    return found


def _canonical(found: list[dict[str, Any]], languages: Sequence[str]) -> list[dict[str, Any]]:
    iris = {iri for data in found for iri in _activity_ids(data)}
    known = {row.iri: row.definition for row in ActivityDefinition.objects.filter(pk__in=map(activity_key, iris))}

    def activity(value: dict[str, Any]) -> dict[str, Any]:
        definition = known.get(value["id"]) or value.get("definition")
        return {**value, "definition": in_language(definition, languages)} if definition else value

    def verb(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "display": preferred(value["display"], languages)} if "display" in value else value

    return [_changed(data, agent=lambda value: value, verb=verb, activity=activity) for data in found]


def _changed(data: dict[str, Any], *, agent: Change, verb: Change, activity: Change) -> dict[str, Any]:
    """A statement or substatement with each of its agents, verbs and activities changed."""
    found = {**data, "actor": agent(data["actor"]), "verb": verb(data["verb"])}
    target = data["object"]
    kind = target.get("objectType", "Activity")
    if kind == "SubStatement":
        found["object"] = _changed(target, agent=agent, verb=verb, activity=activity)
    elif kind == "Activity":
        found["object"] = activity(target)
    elif kind != "StatementRef":
        found["object"] = agent(target)
    if "authority" in data:
        found["authority"] = agent(data["authority"])
    if "context" in data:
        found["context"] = _changed_context(data["context"], agent=agent, activity=activity)
    return found


def _changed_context(context: dict[str, Any], *, agent: Change, activity: Change) -> dict[str, Any]:
    found = dict(context)
    for name in ("instructor", "team"):
        if name in found:
            found[name] = agent(found[name])
    for name, key in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in found:
            found[name] = [{**entry, key: agent(entry[key])} for entry in found[name]]
    if "contextActivities" in found:
        found["contextActivities"] = {
            name: [activity(item) for item in (value if isinstance(value, list) else [value])]
            for name, value in found["contextActivities"].items()
        }
    return found


def _bare_agent(value: dict[str, Any]) -> dict[str, Any]:
    found = {name: value[name] for name in IDENTIFIERS if name in value}
    if not any(name in value for name in IDENTIFIERS[1:]):
        found["member"] = [_bare_agent(member) for member in value.get("member", [])]
    return found


def _bare_verb(value: dict[str, Any]) -> dict[str, Any]:
    return {"id": value["id"]}


def _bare_activity(value: dict[str, Any]) -> dict[str, Any]:
    return {"id": value["id"]}


def _activity_ids(data: dict[str, Any]) -> Iterator[str]:
    target = data["object"]
    if target.get("objectType") == "SubStatement":
        yield from _activity_ids(target)
    elif target.get("objectType", "Activity") == "Activity":
        yield target["id"]
    for value in data.get("context", {}).get("contextActivities", {}).values():
        for item in value if isinstance(value, list) else [value]:
            yield item["id"]
