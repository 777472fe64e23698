"""State, Activity Profile and Agent Profile Resources (xAPI 1.0.3 part three, 2.3, 2.6, 2.7)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.http import http_date

from lms.lrs import documents
from lms.lrs.authenticating import NotAllowed, may_touch, need
from lms.lrs.calls import BadRequest, Call, answered, refused
from lms.lrs.documents import Content, Place
from lms.lrs.keys import activity_key
from lms.lrs.launching import LAUNCH_DATA
from lms.lrs.models import Document, Scope
from lms.lrs.models.documents import NOTHING
from lms.lrs.querying import agent_of, iri_of, moment_of, uuid_of
from lms.lrs.views.resource import resource

MOST_NAME = 1000


@resource("GET", "PUT", "POST", "DELETE")
def state(call: Call) -> HttpResponse:
    """Whoever has the scope ``state``; a credential for one actor, of that actor only."""
    need(call.credential, Scope.STATE)
    call.only("stateId", "registration", "since", required=("activityId", "agent"))
    registration = uuid_of("registration", call.query["registration"]) if "registration" in call.query else None
    place = Place(
        Document.Kind.STATE,
        activity=_activity(call),
        agent=agent_of("agent", call.query["agent"]),
        registration=registration,
        name=_name(call, "stateId"),
    )
    within = registration or NOTHING  # without one it would be the state of every registration
    may_touch(call.credential, activity=call.query["activityId"], agent=place.agent, registration=within)
    if call.credential.is_of_a_launch and not call.reading and place.name in ("", LAUNCH_DATA):
        raise NotAllowed("A launched course does not change its launch data (cmi5 section 10.2).")
    return _answer(call, place, careful=call.family == "2.0", many=True)


@resource("GET", "PUT", "POST", "DELETE")
def activity_profile(call: Call) -> HttpResponse:
    """Whoever has the scope ``profile``."""
    need(call.credential, Scope.PROFILE)
    call.only("profileId", "since", required=("activityId",))
    place = Place(Document.Kind.ACTIVITY, activity=_activity(call), name=_name(call, "profileId"))
    may_touch(call.credential, activity=call.query["activityId"], agent=None, registration=None)
    if call.credential.is_of_a_launch and not call.reading:
        raise NotAllowed("A launched course reads what is kept about activities, and does not change it.")
    return _answer(call, place, careful=True, many=False)


@resource("GET", "PUT", "POST", "DELETE")
def agent_profile(call: Call) -> HttpResponse:
    """Whoever has the scope ``profile``; a credential for one actor, of that actor only."""
    need(call.credential, Scope.PROFILE)
    call.only("profileId", "since", required=("agent",))
    place = Place(Document.Kind.AGENT, agent=agent_of("agent", call.query["agent"]), name=_name(call, "profileId"))
    may_touch(call.credential, activity=None, agent=place.agent, registration=None)
    return _answer(call, place, careful=True, many=False)


def _activity(call: Call) -> UUID:
    return activity_key(iri_of("activityId", call.query["activityId"]))


def _name(call: Call, parameter: str) -> str:
    name = call.query.get(parameter, "")
    if "\x00" in name or len(name) > MOST_NAME:
        raise BadRequest(f"{parameter} is longer than {MOST_NAME} characters or holds a NUL.")
    return name


def _answer(call: Call, place: Place, *, careful: bool, many: bool) -> HttpResponse:
    """``careful``: PUT needs an ETag where a document is; ``many``: DELETE without a name takes them all."""
    if not place.name:
        return _all(call, place, many=many)
    if "since" in call.query:
        raise BadRequest("since goes with a list of documents, not with one.")
    if call.reading:
        document = place.found().first()
        return refused(404, "There is no such document.") if document is None else _shown(document)
    if call.method == "DELETE":
        documents.delete(place, call.headers)
        return HttpResponse(status=204)
    content = Content(call.body, call.headers.get("Content-Type", "application/octet-stream")[:255])
    if call.method == "PUT":
        if careful and call.family == "1.0" and not documents.conditional(call.headers) and not place.found().exists():
            raise BadRequest("PUT of a profile needs If-Match or If-None-Match.")
        documents.put(place, content, call.headers, careful=careful)
    else:
        documents.merge(place, content, call.headers)
    return HttpResponse(status=204)


def _all(call: Call, place: Place, *, many: bool) -> HttpResponse:
    if call.reading:
        found = place.shelf()
        if "since" in call.query:
            found = found.filter(updated__gt=moment_of("since", call.query["since"]))
        rows = list(found.order_by("updated", "pk").values_list("name", "updated"))
        answer = answered(list(dict.fromkeys(name for name, _ in rows)))
        if rows:
            answer.headers["Last-Modified"] = http_date(rows[-1][1].timestamp())
        return answer
    if call.method == "DELETE" and many:
        documents.delete_all(place)
        return HttpResponse(status=204)
    raise BadRequest("The document's id is missing.")


def _shown(document: Document) -> HttpResponse:
    answer = HttpResponse(bytes(document.content), content_type=document.content_type)
    answer.headers["ETag"] = documents.etag(document)
    answer.headers["Last-Modified"] = http_date(document.updated.timestamp())
    return answer
