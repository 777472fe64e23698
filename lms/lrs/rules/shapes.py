"""Pure: the ordinary statement as types, so that a compiled checker can wave it through.

What fits a shape here is valid by the rules beside it (a property test holds the two together); what does not fit may be
valid all the same, and the rules decide and explain. Only speed depends on this file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from lms.lrs.rules import values
from lms.lrs.rules.json_text import MOST_DEPTH
from lms.lrs.rules.statements import VOIDED

Uuid = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z")]
Duration = Annotated[str, Meta(pattern=values.DURATION.pattern.removesuffix("$") + r"\Z")]  # no line end behind it
# Days to 28 only and no offsets: what needs a calendar is left to the rules.
Timestamp = Annotated[
    str,
    Meta(
        pattern=r"^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
        r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?Z\Z"
    ),
]
# Asked for in ``_names_fit``: the same few stand in most statements, and a pattern costs more than to remember them.
Iri: TypeAlias = str
Language: TypeAlias = str
Words = dict[Language, str]
Extensions = dict[Iri, Any]


class Shape(Struct, forbid_unknown_fields=True, gc=False):
    """Null is nowhere allowed but inside extensions."""


class Account(Shape):
    homePage: Iri  # noqa: N815  names of the specification
    name: Annotated[str, Meta(min_length=1, max_length=400)]


class AccountAgent(Shape):
    account: Account
    objectType: Literal["Agent"] | UnsetType = UNSET  # noqa: N815
    name: str | UnsetType = UNSET


class Verb(Shape):
    id: Iri
    display: Words | UnsetType = UNSET


class Definition(Shape):
    """Without interactions, which have rules of their own."""

    name: Words | UnsetType = UNSET
    description: Words | UnsetType = UNSET
    type: Iri | UnsetType = UNSET
    moreInfo: Iri | UnsetType = UNSET  # noqa: N815
    extensions: Extensions | UnsetType = UNSET


class Activity(Shape):
    id: Iri
    objectType: Literal["Activity"] | UnsetType = UNSET  # noqa: N815
    definition: Definition | UnsetType = UNSET


class ContextActivities(Shape):
    parent: list[Activity] | UnsetType = UNSET
    grouping: list[Activity] | UnsetType = UNSET
    category: list[Activity] | UnsetType = UNSET
    other: list[Activity] | UnsetType = UNSET


class Context(Shape):
    registration: Uuid | UnsetType = UNSET
    contextActivities: ContextActivities | UnsetType = UNSET  # noqa: N815
    revision: str | UnsetType = UNSET
    platform: str | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET


class Score(Shape):
    """The order of raw, min and max is asked in ``ordinary``."""

    scaled: Annotated[float, Meta(ge=-1, le=1)] | UnsetType = UNSET
    raw: float | UnsetType = UNSET
    min: float | UnsetType = UNSET
    max: float | UnsetType = UNSET


class Result(Shape):
    score: Score | UnsetType = UNSET
    success: bool | UnsetType = UNSET
    completion: bool | UnsetType = UNSET
    response: str | UnsetType = UNSET
    duration: Duration | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET


class Statement(Shape):
    """About an activity, by an agent with an account; no attachments, nothing that the store sets itself."""

    actor: AccountAgent
    verb: Verb
    object: Activity
    id: Uuid | UnsetType = UNSET
    result: Result | UnsetType = UNSET
    context: Context | UnsetType = UNSET
    timestamp: Timestamp | UnsetType = UNSET


_decode = msgspec.json.Decoder(Statement).decode
_encode = msgspec.json.Encoder().encode
TOO_LARGE = 2**53
ESCAPED = re.compile(rb"\\u00(?:22|3[aA])")  # a quote or a colon


def ordinary(text: bytes) -> Statement | None:
    """The statement that stands in this JSON text, where it is one of the ordinary kind, and valid."""
    try:
        found = _decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    fits = _names_fit(found) and _score_fits(found) and _is_plain(text, found)
    return found if fits else None


def _is_plain(text: bytes, found: Statement) -> bool:
    """No key stands there twice, and nothing is nested without bottom.

    A key ends in a quote with a colon behind it, and inside a text a quote is escaped, in what was written as in what is
    written again. So where nothing unusual stands, both have as many of these pairs, unless a key was written twice.
    """
    if text.count(b"{") + text.count(b"[") > MOST_DEPTH or b" :" in text:
        return False
    if b"\n" in text or b"\t" in text or b"\r" in text:  # a colon might stand apart from its key
        return False
    if b"\\" in text and ESCAPED.search(text):
        return False
    return text.count(b'":') == _encode(found).count(b'":')


def _names_fit(found: Statement) -> bool:
    """IRIs are IRIs, language tags are ones, and the verb does not void."""
    account, context, result = found.actor.account, found.context, found.result
    iris, languages = [account.homePage, found.verb.id], [*(found.verb.display or ())]
    activities = [found.object]
    if context is not UNSET:
        kinds = context.contextActivities
        if kinds is not UNSET:
            for named in (kinds.parent, kinds.grouping, kinds.category, kinds.other):
                activities += named or ()
        iris += context.extensions or ()
        if context.language is not UNSET:
            languages.append(context.language)
    if result is not UNSET:
        iris += result.extensions or ()
    for activity in activities:
        iris.append(activity.id)
        definition = activity.definition
        if definition is not UNSET:
            languages += [*(definition.name or ()), *(definition.description or ())]
            iris += definition.extensions or ()
            iris += [iri for iri in (definition.type, definition.moreInfo) if iri is not UNSET]
    return (
        account.name.isprintable()
        and found.verb.id != VOIDED
        and all(map(_is_iri, iris))
        and all(map(_is_language, languages))
    )


@lru_cache(maxsize=10_000)
def _is_iri(text: str) -> bool:
    return values.IRI.fullmatch(text) is not None


@lru_cache(maxsize=1_000)
def _is_language(text: str) -> bool:
    return values.LANGUAGE.fullmatch(text) is not None


def _score_fits(found: Statement) -> bool:
    score = found.result.score if found.result is not UNSET else UNSET
    if score is UNSET:
        return True
    if any(abs(value) >= TOO_LARGE for value in (score.raw, score.min, score.max) if value is not UNSET):
        return False  # read as a float, it may not be what was written
    low = score.min if score.min is not UNSET else float("-inf")
    high = score.max if score.max is not UNSET else float("inf")
    return low < high and (score.raw is UNSET or low <= score.raw <= high)
