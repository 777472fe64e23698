"""Pure: the small things that statements are made of: IRIs, UUIDs, timestamps, durations, language maps."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

MBOX = re.compile(r"^mailto:[^@\s\x00-\x20]{1,200}@[^@\s\x00-\x20]{1,250}$")
SHA1 = re.compile(r"^[0-9a-fA-F]{40}$")
IRI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|\\^`]{1,990}$")
LANGUAGE = re.compile(
    r"^(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8}|[xXiI](?=-))"  # language, or private use
    r"(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?"  # script, region
    r"(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*"  # variants
    r"(?:-[A-WYZa-wyz0-9](?:-[A-Za-z0-9]{2,8})+)*"  # extensions
    r"(?:(?:-[xX]|(?<=^[xXiI]))(?:-[A-Za-z0-9]{1,8})+)?$"
)
DURATION = re.compile(
    r"^P(?:[0-9]+(?:\.[0-9]+)?W|(?=.)(?:[0-9]+(?:\.[0-9]+)?Y)?(?:[0-9]+(?:\.[0-9]+)?M)?(?:[0-9]+(?:\.[0-9]+)?D)?"
    r"(?:T(?=.)(?:[0-9]+(?:\.[0-9]+)?H)?(?:[0-9]+(?:\.[0-9]+)?M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?)$"
)
TIMESTAMP = re.compile(
    r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?$", re.IGNORECASE | re.ASCII
)
UUID_TEXT = re.compile(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)
Rule = Callable[[Any, str], None]


class InvalidStatement(ValueError):
    """What is wrong and where, as ``$.actor.mbox: …``."""


def fail(at: str, what: str) -> None:
    raise InvalidStatement(f"{at}: {what}")


def properties(value: Any, at: str, *, required: frozenset[str] = frozenset(), allowed: frozenset[str]) -> None:
    """An object with these properties and no others, none of them null (part two, 2.2)."""
    if not isinstance(value, dict):
        fail(at, "an object is expected")
    if not required <= value.keys():
        fail(at, f"{sorted(required - value.keys())[0]} is missing")
    if not value.keys() <= allowed:
        fail(f"{at}.{sorted(value.keys() - allowed)[0][:80]}", "this property is not known here")
    for name, content in value.items():
        if content is None:
            fail(f"{at}.{name}", "null is not allowed")


def optional(value: dict[str, Any], at: str, rules: dict[str, Rule]) -> None:
    """Each rule for the property it is named for, where that is given."""
    for name, content in value.items():
        if name in rules:
            rules[name](content, f"{at}.{name}")


def text(value: Any, at: str) -> None:
    if not isinstance(value, str):
        fail(at, "text is expected")


def flag(value: Any, at: str) -> None:
    if not isinstance(value, bool):
        fail(at, "true or false is expected")


def number(value: Any, at: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        fail(at, "a number is expected")


def matching(pattern: re.Pattern[str], what: str) -> Rule:
    def rule(value: Any, at: str) -> None:
        text(value, at)
        if not pattern.fullmatch(value):
            fail(at, f"{value[:80]!r} is not {what}")

    return rule


iri = matching(IRI, "an IRI of at most 1,000 characters")
mbox = matching(MBOX, "a mailto address")
sha1 = matching(SHA1, "a SHA-1 sum")
language = matching(LANGUAGE, "a language tag of RFC 5646")
duration = matching(DURATION, "an ISO 8601 duration")
account_name = matching(re.compile(r"^[^\x00-\x1f]{1,400}$"), "a name of at most 400 characters")


def uuid(value: Any, at: str) -> None:
    text(value, at)
    if not UUID_TEXT.fullmatch(value):
        fail(at, f"{value[:80]!r} is not a UUID")


def timestamp(value: Any, at: str) -> None:
    """Part two, 4.5: ISO 8601; minus zero would mean that the offset is not known (RFC 3339)."""
    text(value, at)
    good = bool(TIMESTAMP.fullmatch(value)) and not re.search(r"-00(:?00)?$", value[10:])
    if good:
        try:
            moment(value)
        except (ValueError, OverflowError):
            good = False
    if not good:
        fail(at, f"{value[:80]!r} is not a timestamp")


def moment(value: str) -> datetime:
    """The instant that a timestamp names, in UTC; without an offset it is taken for UTC. Raises ValueError."""
    found = datetime.fromisoformat(value.replace(",", "."))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def language_map(value: Any, at: str) -> None:
    if not isinstance(value, dict):
        fail(at, "a language map is expected")
    for tag, words in value.items():
        language(tag, at)
        text(words, f"{at}.{tag}")


def extensions(value: Any, at: str) -> None:
    """Keys are IRIs; what stands behind them is free, null included (part two, 4.1)."""
    if not isinstance(value, dict):
        fail(at, "an object is expected")
    for name in value:
        iri(name, at)
