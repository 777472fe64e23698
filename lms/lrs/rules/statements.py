"""Pure: a whole statement, and a statement within a statement. xAPI 1.0.3 part two, 2.4."""

from __future__ import annotations

import re
from typing import Any

from lms.lrs.rules.activities import activity
from lms.lrs.rules.actors import actor, authority
from lms.lrs.rules.contexts import context, statement_reference
from lms.lrs.rules.values import (
    Rule,
    duration,
    extensions,
    fail,
    flag,
    iri,
    language_map,
    matching,
    number,
    optional,
    properties,
    text,
    timestamp,
    uuid,
)

CORE = frozenset({"actor", "verb", "object"})
SUBSTATEMENT = CORE | {"result", "context", "timestamp", "attachments", "objectType"}
STATEMENT = CORE | {"result", "context", "timestamp", "attachments", "id", "stored", "authority", "version"}
VERB = frozenset({"id", "display"})
RESULT = frozenset({"score", "success", "completion", "response", "duration", "extensions"})
SCORE = frozenset({"scaled", "raw", "min", "max"})
ATTACHMENT = frozenset({"usageType", "display", "description", "contentType", "length", "sha2", "fileUrl"})
ATTACHMENT_NEEDS = frozenset({"usageType", "display", "contentType", "length", "sha2"})
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
VERSIONS = {
    "1.0": matching(re.compile(r"^1\.0(\.\d+)?$"), "a version 1.0.x"),
    "2.0": matching(re.compile(r"^(1\.0(\.\d+)?|2\.0\.\d+)$"), "a version 1.0.x or 2.0.x"),
}
SHA2 = matching(re.compile(r"^[0-9a-fA-F]{56,128}$"), "a SHA-2 hash in hexadecimal")
MEDIA_TYPE = matching(re.compile(r"^[\w.+-]+/[\w.+*-]+(\s*;.*)?$"), "a media type")


def statement(value: Any, at: str = "$", *, family: str = "1.0", within: bool = False) -> None:
    """A statement of the version ``family`` (``1.0`` or ``2.0``). Raises InvalidStatement."""
    properties(value, at, required=CORE, allowed=SUBSTATEMENT if within else STATEMENT)
    optional(value, at, RULES)
    if "version" in value:
        VERSIONS[family](value["version"], f"{at}.version")
    kind = _target(value["object"], f"{at}.object", family=family, within=within)
    if "context" in value:
        context(value["context"], f"{at}.context", family=family, about_activity=kind == "Activity")
    if value["verb"]["id"] == VOIDED and (within or kind != "StatementRef"):
        fail(f"{at}.object", "voiding needs a StatementRef")


def _target(value: Any, at: str, *, family: str, within: bool) -> str:
    """Checks the object and returns its type."""
    kind = value.get("objectType", "Activity") if isinstance(value, dict) else "Activity"
    if kind == "Activity":
        activity(value, at)
    elif kind in ("Agent", "Group"):
        actor(value, at)
    elif kind == "StatementRef":
        statement_reference(value, at)
    elif kind == "SubStatement" and not within:
        statement(value, at, family=family, within=True)
    else:
        fail(f"{at}.objectType", f"{str(kind)[:40]!r} cannot be the object here")
    return str(kind)


def verb(value: Any, at: str) -> None:
    properties(value, at, required=frozenset({"id"}), allowed=VERB)
    optional(value, at, {"id": iri, "display": language_map})


def result(value: Any, at: str) -> None:
    properties(value, at, allowed=RESULT)
    optional(value, at, RESULT_RULES)


def score(value: Any, at: str) -> None:
    """Part two, 2.4.5.1: scaled between -1 and 1, raw between min and max."""
    properties(value, at, allowed=SCORE)
    for name in value:
        number(value[name], f"{at}.{name}")
    if not -1 <= value.get("scaled", 0) <= 1:
        fail(f"{at}.scaled", "must lie between -1 and 1")
    low, high = value.get("min", float("-inf")), value.get("max", float("inf"))
    if low >= high:
        fail(at, "min must lie below max")
    if "raw" in value and not low <= value["raw"] <= high:
        fail(f"{at}.raw", "must lie between min and max")


def attachments(value: Any, at: str) -> None:
    """Part two, 2.4.11."""
    if not isinstance(value, list):
        fail(at, "a list is expected")
    for place, attachment in enumerate(value):
        spot = f"{at}[{place}]"
        properties(attachment, spot, required=ATTACHMENT_NEEDS, allowed=ATTACHMENT)
        optional(attachment, spot, ATTACHMENT_RULES)


def _length(value: Any, at: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        fail(at, "a number of bytes is expected")


ATTACHMENT_RULES: dict[str, Rule] = {
    "usageType": iri,
    "display": language_map,
    "description": language_map,
    "contentType": MEDIA_TYPE,
    "length": _length,
    "sha2": SHA2,
    "fileUrl": iri,
}
RESULT_RULES: dict[str, Rule] = {
    "score": score,
    "success": flag,
    "completion": flag,
    "response": text,
    "duration": duration,
    "extensions": extensions,
}
RULES: dict[str, Rule] = {
    "id": uuid,
    "actor": actor,
    "verb": verb,
    "result": result,
    "timestamp": timestamp,
    "stored": timestamp,
    "authority": authority,
    "attachments": attachments,
}
