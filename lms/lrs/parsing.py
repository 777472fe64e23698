"""Pure: statements as they come in, checked against the data model of xAPI part two. Imports no Django.

Attachments are the next step; a statement that declares them is refused for now rather than stored by half.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

MOST_DEPTH = 60
MBOX = re.compile(r"^mailto:[^@\s\x00-\x20]{1,200}@[^@\s\x00-\x20]{1,250}$")
SHA1 = re.compile(r"^[0-9a-fA-F]{40}$")
IRI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|\\^`]{1,990}$")
LANGUAGE = re.compile(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")
DURATION = re.compile(
    r"^P(?:\d+(?:\.\d+)?W|(?=.)(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?D)?"
    r"(?:T(?=.)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?)$"
)
TIMESTAMP = re.compile(
    r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?$", re.IGNORECASE | re.ASCII
)
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
INTERACTIONS = {
    "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert", "numeric",
    "other",
}  # fmt: skip
COMPONENTS = ("choices", "scale", "source", "target", "steps")
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


class InvalidStatement(ValueError):
    """What is wrong and where, as ``$.actor.mbox: …``."""


def read(body: bytes) -> list[dict[str, Any]]:
    """The statements of a request body, one or a list of them. Raises InvalidStatement."""
    data = decode(body)
    statements = data if isinstance(data, list) else [data]
    if not statements:
        raise InvalidStatement("$: the list is empty")
    for place, statement in enumerate(statements):
        check(statement, f"$[{place}]" if isinstance(data, list) else "$")
    return statements


def decode(body: bytes) -> Any:
    """JSON without doubled keys, NaN or bottomless nesting. Raises InvalidStatement."""
    if depth_of(body) > MOST_DEPTH:
        raise InvalidStatement(f"$: nested deeper than {MOST_DEPTH}")
    try:
        data = json.loads(body, object_pairs_hook=_pairs, parse_constant=_constant)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidStatement(f"$: this is not JSON: {error}") from error
    except ValueError as error:  # a number of thousands of digits
        raise error if isinstance(error, InvalidStatement) else InvalidStatement(f"$: {error}") from error
    if b"\\ud" in body.lower():
        _encodable(data)
    return data


def depth_of(body: bytes) -> int:
    """An upper bound of the nesting, counted before anything is built."""
    deepest = depth = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _encodable(data: Any) -> None:
    """Half a surrogate pair is JSON, but no text that could be stored or sent."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidStatement("$: half a surrogate pair is no text") from error


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidStatement("$: an object has the same key twice")
    return found


def _constant(name: str) -> None:
    raise InvalidStatement(f"$: {name} is not a JSON number")


def check(statement: Any, at: str, *, within: bool = False) -> None:
    """Statement, or SubStatement with ``within`` (part two, 2.4.4.3). Raises InvalidStatement."""
    allowed = {"actor", "verb", "object", "result", "context", "timestamp", "attachments"}
    allowed |= {"objectType"} if within else {"id", "stored", "authority", "version"}
    _object(statement, at, required={"actor", "verb", "object"}, allowed=allowed)
    if "attachments" in statement:
        _fail(f"{at}.attachments", "attachments are not supported yet")
    _optional(statement, at, "id", _uuid)
    actor(statement["actor"], f"{at}.actor")
    _verb(statement["verb"], f"{at}.verb")
    _target(statement["object"], f"{at}.object", within=within)
    _optional(statement, at, "result", _result)
    _optional(statement, at, "timestamp", _timestamp)
    _optional(statement, at, "stored", _timestamp)
    _optional(statement, at, "authority", actor)
    _optional(statement, at, "version", _version)
    if "context" in statement:
        is_activity = statement["object"].get("objectType", "Activity") == "Activity"
        _context(statement["context"], f"{at}.context", is_activity=is_activity)
    voiding = statement["verb"]["id"] == VOIDED
    if voiding and (within or statement["object"].get("objectType") != "StatementRef"):
        _fail(f"{at}.object", "voiding needs a StatementRef")


def _fail(at: str, what: str) -> None:
    raise InvalidStatement(f"{at}: {what}")


def _object(value: Any, at: str, *, required: set[str], allowed: set[str]) -> None:
    if not isinstance(value, dict):
        _fail(at, "an object is expected")
    for name in sorted(required - value.keys()):
        _fail(at, f"{name} is missing")
    for name in sorted(value.keys() - allowed):
        _fail(f"{at}.{name}", "this property is not known here")
    for name, content in value.items():
        if content is None:
            _fail(f"{at}.{name}", "null is not allowed")


def _optional(value: dict[str, Any], at: str, name: str, rule: Callable[[Any, str], None]) -> None:
    if name in value:
        rule(value[name], f"{at}.{name}")


def _text(value: Any, at: str) -> None:
    if not isinstance(value, str):
        _fail(at, "text is expected")


def _flag(value: Any, at: str) -> None:
    if not isinstance(value, bool):
        _fail(at, "true or false is expected")


def _number(value: Any, at: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _fail(at, "a number is expected")


def _matches(pattern: re.Pattern[str], what: str) -> Callable[[Any, str], None]:
    def rule(value: Any, at: str) -> None:
        _text(value, at)
        if not pattern.match(value):
            _fail(at, f"{value[:80]!r} is not {what}")

    return rule


_iri = _matches(IRI, "an IRI of at most 1,000 characters")
_short = _matches(re.compile(r"^[^\x00-\x1f]{1,400}$"), "a name of at most 400 characters")
_language = _matches(LANGUAGE, "a language tag")
_version_text = _matches(re.compile(r"^(1\.0(\.\d+)?|2\.0(\.\d+)?)$"), "a version of xAPI")
_duration = _matches(DURATION, "an ISO 8601 duration")


def _version(value: Any, at: str) -> None:
    _version_text(value, at)


def _uuid(value: Any, at: str) -> None:
    _text(value, at)
    try:
        good = str(UUID(value)) == value.lower()
    except ValueError:
        good = False
    if not good:
        _fail(at, f"{value[:80]!r} is not a UUID")


def _timestamp(value: Any, at: str) -> None:
    """Part two, 4.5: ISO 8601; minus zero would mean that the offset is not known (RFC 3339)."""
    _text(value, at)
    good = bool(TIMESTAMP.match(value)) and not re.search(r"-00(:?00)?$", value[10:])
    if good:
        try:
            datetime.fromisoformat(value.replace(",", ".")).astimezone(UTC)
        except (ValueError, OverflowError):
            good = False
    if not good:
        _fail(at, f"{value[:80]!r} is not a timestamp")


def _languages(value: Any, at: str) -> None:
    if not isinstance(value, dict):
        _fail(at, "a language map is expected")
    for tag, text in value.items():
        _language(tag, at)
        _text(text, f"{at}.{tag}")


def _extensions(value: Any, at: str) -> None:
    if not isinstance(value, dict):
        _fail(at, "an object is expected")
    for name in value:
        _iri(name, at)


def actor(value: Any, at: str) -> None:
    """Agent, identified group or anonymous group (part two, 2.4.2)."""
    kind = value.get("objectType", "Agent") if isinstance(value, dict) else "Agent"
    if kind not in ("Agent", "Group"):
        _fail(f"{at}.objectType", "Agent or Group is expected")
    group = kind == "Group"
    _object(value, at, required=set(), allowed={"objectType", "name", *IDENTIFIERS, *({"member"} if group else ())})
    given = [name for name in IDENTIFIERS if name in value]
    if len(given) > 1 or (not given and not group):
        _fail(at, f"exactly one of {', '.join(IDENTIFIERS)} is needed, not {len(given)}")
    if not given and not value.get("member"):
        _fail(at, "an anonymous group needs members")
    _optional(value, at, "name", _text)
    _optional(value, at, "mbox", _matches(MBOX, "a mailto address"))
    _optional(value, at, "mbox_sha1sum", _matches(SHA1, "a SHA-1 sum"))
    _optional(value, at, "openid", _iri)
    if "account" in value:
        _object(value["account"], f"{at}.account", required={"homePage", "name"}, allowed={"homePage", "name"})
        _iri(value["account"]["homePage"], f"{at}.account.homePage")
        _short(value["account"]["name"], f"{at}.account.name")
    if "member" in value:
        if not isinstance(value["member"], list):
            _fail(f"{at}.member", "a list is expected")
        for place, member in enumerate(value["member"]):
            if isinstance(member, dict) and member.get("objectType", "Agent") != "Agent":
                _fail(f"{at}.member[{place}]", "a group holds agents only")
            actor(member, f"{at}.member[{place}]")


def _verb(value: Any, at: str) -> None:
    _object(value, at, required={"id"}, allowed={"id", "display"})
    _iri(value["id"], f"{at}.id")
    _optional(value, at, "display", _languages)


def _target(value: Any, at: str, *, within: bool) -> None:
    kind = value.get("objectType", "Activity") if isinstance(value, dict) else "Activity"
    if kind == "Activity":
        _activity(value, at)
    elif kind in ("Agent", "Group"):
        actor(value, at)
    elif kind == "StatementRef":
        _object(value, at, required={"id"}, allowed={"objectType", "id"})
        _uuid(value["id"], f"{at}.id")
    elif kind == "SubStatement" and not within:
        check(value, at, within=True)
    else:
        _fail(f"{at}.objectType", f"{str(kind)[:40]!r} cannot be the object here")


def _activity(value: Any, at: str) -> None:
    _object(value, at, required={"id"}, allowed={"objectType", "id", "definition"})
    if value.get("objectType", "Activity") != "Activity":
        _fail(f"{at}.objectType", "Activity is expected")
    _iri(value["id"], f"{at}.id")
    _optional(value, at, "definition", _definition)


def _definition(value: Any, at: str) -> None:
    allowed = {"name", "description", "type", "moreInfo", "extensions", "interactionType", "correctResponsesPattern"}
    _object(value, at, required=set(), allowed=allowed | set(COMPONENTS))
    for name in ("name", "description"):
        _optional(value, at, name, _languages)
    for name in ("type", "moreInfo"):
        _optional(value, at, name, _iri)
    _optional(value, at, "extensions", _extensions)
    if "interactionType" in value and value["interactionType"] not in INTERACTIONS:
        _fail(f"{at}.interactionType", "this interaction type is not known")
    if "correctResponsesPattern" in value:
        pattern = value["correctResponsesPattern"]
        if not isinstance(pattern, list) or not all(isinstance(item, str) for item in pattern):
            _fail(f"{at}.correctResponsesPattern", "a list of texts is expected")
    for name in COMPONENTS:
        _optional(value, at, name, _components)


def _components(value: Any, at: str) -> None:
    if not isinstance(value, list):
        _fail(at, "a list is expected")
    seen = set()
    for place, component in enumerate(value):
        spot = f"{at}[{place}]"
        _object(component, spot, required={"id"}, allowed={"id", "description"})
        _text(component["id"], f"{spot}.id")
        _optional(component, spot, "description", _languages)
        if component["id"] in seen:
            _fail(f"{spot}.id", "this id stands here twice")
        seen.add(component["id"])


def _result(value: Any, at: str) -> None:
    allowed = {"score", "success", "completion", "response", "duration", "extensions"}
    _object(value, at, required=set(), allowed=allowed)
    for name in ("success", "completion"):
        _optional(value, at, name, _flag)
    _optional(value, at, "response", _text)
    _optional(value, at, "duration", _duration)
    _optional(value, at, "extensions", _extensions)
    _optional(value, at, "score", _score)


def _score(value: Any, at: str) -> None:
    """Part two, 2.4.5.1: scaled between -1 and 1, raw between min and max."""
    _object(value, at, required=set(), allowed={"scaled", "raw", "min", "max"})
    for name in value:
        _number(value[name], f"{at}.{name}")
    if not -1 <= value.get("scaled", 0) <= 1:
        _fail(f"{at}.scaled", "must lie between -1 and 1")
    low, high = value.get("min", float("-inf")), value.get("max", float("inf"))
    if "min" in value and "max" in value and low >= high:
        _fail(at, "min must lie below max")
    if "raw" in value and not low <= value["raw"] <= high:
        _fail(f"{at}.raw", "must lie between min and max")


def _context(value: Any, at: str, *, is_activity: bool) -> None:
    allowed = {"registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement",
               "extensions", "contextAgents", "contextGroups"}  # fmt: skip
    _object(value, at, required=set(), allowed=allowed)
    _optional(value, at, "registration", _uuid)
    _optional(value, at, "instructor", actor)
    if "team" in value:
        if not isinstance(value["team"], dict) or value["team"].get("objectType") != "Group":
            _fail(f"{at}.team", "a group is expected")
        actor(value["team"], f"{at}.team")
    for name in ("revision", "platform"):
        if name in value and not is_activity:
            _fail(f"{at}.{name}", "is allowed only where the object is an activity")
        _optional(value, at, name, _text)
    _optional(value, at, "language", _language)
    _optional(value, at, "extensions", _extensions)
    if "statement" in value:
        reference = value["statement"]
        if not isinstance(reference, dict) or reference.get("objectType") != "StatementRef":
            _fail(f"{at}.statement", "a StatementRef is expected")
        _target(reference, f"{at}.statement", within=True)
    _optional(value, at, "contextActivities", _context_activities)
    for name, key, rule in (("contextAgents", "agent", "Agent"), ("contextGroups", "group", "Group")):
        if name in value:
            _context_actors(value[name], f"{at}.{name}", key, rule)


def _context_activities(value: Any, at: str) -> None:
    _object(value, at, required=set(), allowed={"parent", "grouping", "category", "other"})
    for name, found in value.items():
        for place, activity in enumerate(found if isinstance(found, list) else [found]):
            _activity(activity, f"{at}.{name}[{place}]")


def _context_actors(value: Any, at: str, key: str, kind: str) -> None:
    """IEEE 9274.1.1, 4.2.4.7: agents and groups with the part they play."""
    if not isinstance(value, list):
        _fail(at, "a list is expected")
    for place, entry in enumerate(value):
        spot = f"{at}[{place}]"
        _object(entry, spot, required={"objectType", key}, allowed={"objectType", key, "relevantTypes"})
        if entry["objectType"] != f"context{kind}":
            _fail(f"{spot}.objectType", f"context{kind} is expected")
        actor(entry[key], f"{spot}.{key}")
        types = entry.get("relevantTypes", ["a:b"])
        if not isinstance(types, list) or not types:
            _fail(f"{spot}.relevantTypes", "a list of IRIs is expected")
        for item in types:
            _iri(item, f"{spot}.relevantTypes")
