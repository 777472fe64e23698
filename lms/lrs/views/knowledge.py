"""About, Agents and Activities Resources: what the store is, and what it knows (xAPI 1.0.3 part three, 2.4, 2.5, 2.8)."""

from __future__ import annotations

import json

from django.http import HttpResponse

from lms.lrs.authenticating import need
from lms.lrs.calls import Call, answered
from lms.lrs.keys import activity_key
from lms.lrs.models import ActivityDefinition, AgentName, Scope
from lms.lrs.querying import agent_of, iri_of
from lms.lrs.rules.actors import IDENTIFIERS
from lms.lrs.views.resource import resource

MOST_NAMES = 100


@resource("GET")
def about(call: Call) -> HttpResponse:
    """Anybody may ask. A client of 1.0 is told of 1.0 only: some refuse a list with a version they do not know."""
    versions = ["1.0.3"] if call.version == "1.0.3" else ["1.0.3", "2.0.0"]
    return answered({"version": versions, "extensions": {}})


@resource("GET")
def activities(call: Call) -> HttpResponse:
    """Whoever may read statements: an activity with all that is known of it (2.5)."""
    need(call.credential, Scope.READ_OWN if not call.credential.may(Scope.READ) else Scope.READ)
    call.only(required=("activityId",))
    iri = iri_of("activityId", call.query["activityId"])
    known = ActivityDefinition.objects.filter(pk=activity_key(iri)).first()
    answer = {"objectType": "Activity", "id": iri}
    return answered({**answer, "definition": known.definition} if known else answer)


@resource("GET")
def agents(call: Call) -> HttpResponse:
    """Whoever may read every statement: a Person with the names and the identifier of an agent (2.4)."""
    need(call.credential, Scope.READ)
    call.only(required=("agent",))
    key = agent_of("agent", call.query["agent"])
    asked = json.loads(call.query["agent"])
    person: dict[str, object] = {"objectType": "Person"}
    names = list(AgentName.objects.filter(agent=key).order_by("pk").values_list("name", flat=True)[:MOST_NAMES])
    if asked.get("name") and asked["name"] not in names:
        names.append(asked["name"])
    if names:
        person["name"] = names
    for identifier in IDENTIFIERS:
        if identifier in asked:
            person[identifier] = [asked[identifier]]
    return answered(person)
