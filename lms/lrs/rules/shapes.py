"""Pure: the ordinary statement as types, so that a compiled checker can wave it through.

What fits a shape here is valid by the rules beside it (a property test holds the two together); what does not fit may be
valid all the same, and the rules decide and explain. Only speed depends on this file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from lms.lrs.rules import values
from lms.lrs.rules.statements import VOIDED

Iri = Annotated[str, Meta(pattern=values.IRI.pattern)]
Uuid = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(?:-[A-Z]{2})?$")]
Duration = Annotated[str, Meta(pattern=values.DURATION.pattern)]
# Days to 28 only and no offsets: what needs a calendar is left to the rules.
Timestamp = Annotated[
    str,
    Meta(pattern=r"^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z$"),
]
Words = dict[Language, str]
Extensions = dict[Iri, Any]


class Shape(Struct, forbid_unknown_fields=True):
    """Null is nowhere allowed but inside extensions."""


class Account(Shape):
    homePage: Iri  # noqa: N815  names of the specification
    name: Annotated[str, Meta(pattern=r"^[^\x00-\x1f]{1,400}$")]


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
    instructor: AccountAgent | UnsetType = UNSET
    contextActivities: ContextActivities | UnsetType = UNSET  # noqa: N815
    revision: str | UnsetType = UNSET
    platform: str | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET


class Score(Shape):
    """The order of raw, min and max is asked in ``fits``."""

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


def fits(data: Any) -> bool:
    """The statement is one of the ordinary kind, and valid."""
    try:
        found = msgspec.convert(data, Statement)
    except (msgspec.ValidationError, RecursionError):
        return False
    if found.verb.id == VOIDED:
        return False
    score = found.result.score if found.result is not UNSET else UNSET
    if score is UNSET:
        return True
    low = score.min if score.min is not UNSET else float("-inf")
    high = score.max if score.max is not UNSET else float("inf")
    return low < high and (score.raw is UNSET or low <= score.raw <= high)
