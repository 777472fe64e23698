"""Pure: the statements that this site makes, built with ``tincan``. Imports no Django.

Ids are UUIDv5 of what happened, so that saying the same thing twice is saying it once. Actors are accounts named by the
person's UUID; never a name, an e-mail address or its hash (cmi5 section 9.2).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import tincan

from lms.lrs import vocabulary as v

NAMESPACE = UUID("b3b54a2f-8c0f-5a0e-9a53-2f6a4c6f2a10")
XAPI_VERSION = "1.0.3"
MOVE_ON_VERBS = {v.PASSED, v.COMPLETED, v.FAILED, v.WAIVED}


@dataclass(frozen=True)
class Said:
    """What is to be said about one activity in one registration; ``occurrence`` tells repetitions apart."""

    actor: UUID
    verb: str
    activity: str
    registration: UUID
    session: UUID
    at: datetime
    occurrence: str = ""
    activity_type: str = ""
    activity_name: str = ""
    language: str = "en"
    grouping: str = ""
    cmi5_defined: bool = True
    score: tuple[float, int, int] | None = None  # scaled, points, most points
    success: bool | None = None
    completion: bool | None = None
    duration: timedelta | None = None
    mastery: float | None = None
    reason: str = ""
    extensions: dict[str, Any] = field(default_factory=dict)


def statement_id(said: Said) -> UUID:
    """Derived from actor, registration, activity, verb and occurrence; the time plays no part."""
    parts = (str(said.actor), str(said.registration), said.activity, said.verb, said.occurrence)
    return uuid5(NAMESPACE, "\n".join(parts))


def build(said: Said, *, home_page: str) -> dict[str, Any]:
    """The statement as JSON data. cmi5 section 9.6: categories; 9.5: result; section 9.4: context extensions."""
    categories: Sequence[str] = ()
    if said.cmi5_defined:
        judged = said.success is not None or said.completion is not None
        categories = (v.CMI5, v.MOVE_ON) if judged else (v.CMI5,)
    activities: dict[str, Any] = {}
    if said.grouping:
        activities["grouping"] = [{"id": said.grouping}]
    if categories:
        activities["category"] = [{"id": category} for category in categories]
    extensions: dict[str, Any] = {v.SESSION_ID: str(said.session), **said.extensions}
    if said.mastery is not None:
        extensions[v.MASTERY_SCORE] = said.mastery
    statement = tincan.Statement(
        id=statement_id(said),
        actor=tincan.Agent(account=tincan.AgentAccount(home_page=home_page, name=str(said.actor))),
        verb=tincan.Verb(id=said.verb, display=tincan.LanguageMap({"en": v.DISPLAY[said.verb]})),
        object=tincan.Activity(id=said.activity, definition=_definition(said)),
        context=tincan.Context(
            registration=said.registration,
            context_activities=tincan.ContextActivities(**activities) if activities else None,
            extensions=tincan.Extensions(extensions),
        ),
        timestamp=said.at,
        result=_result(said),
    )
    data: dict[str, Any] = json.loads(statement.to_json(XAPI_VERSION))
    data.pop("version", None)
    return data


def _definition(said: Said) -> tincan.ActivityDefinition | None:
    if not (said.activity_type or said.activity_name):
        return None
    name = tincan.LanguageMap({said.language: said.activity_name}) if said.activity_name else None
    return tincan.ActivityDefinition(type=said.activity_type or None, name=name)


def _result(said: Said) -> tincan.Result | None:
    fields: dict[str, Any] = {"success": said.success, "completion": said.completion, "duration": said.duration}
    if said.score is not None:
        scaled, points, most = said.score
        fields["score"] = tincan.Score(scaled=scaled, raw=points, min=0, max=most)
    if said.reason:
        fields["extensions"] = tincan.Extensions({v.REASON: said.reason})
    given = {name: value for name, value in fields.items() if value is not None}
    return tincan.Result(**given) if given else None
