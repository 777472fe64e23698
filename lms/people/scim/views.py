"""The endpoints of SCIM 2.0 (RFC 7644)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from scim2_models import (
    Context,
    ListResponse,
    NotFoundException,
    NotImplementedException,
    PatchOp,
    PayloadTooLargeException,
    ResponseParameters,
)

from lms.people.models import Person
from lms.people.scim import finding, membership, provisioning, saying
from lms.people.scim.calls import Call, answered, resource
from lms.people.scim.representing import group_of, user_of
from lms.people.scim.resources import CONFIG, PERSON, SERVICE, TOLERANT, Group

MOST_OPERATIONS = 1000
READ, PATCHED = Context.RESOURCE_QUERY_RESPONSE, Context.RESOURCE_PATCH_REQUEST


@resource("GET", "POST")
def users(call: Call) -> HttpResponse:
    if call.method == "POST":
        return _told(call, provisioning.create(body=call.body(), word=call.word), Context.RESOURCE_CREATION_RESPONSE)
    asked = finding.request_of(call.parameters, PERSON)
    total, start, found = finding.page(finding.people(asked, call.word.today), asked)
    return _listed(asked, total, start, [user_of(person, call.word.today) for person in found])


@resource("GET", "PUT", "PATCH", "DELETE")
def user(call: Call, identity: str) -> HttpResponse:
    word, check = call.word, call.check
    if call.method == "GET":
        person = finding.whole(finding.person(identity)).first()
        if person is None:
            raise NotFoundException(detail="There is no user with that id.")
        return _told(call, person, READ)
    if call.method == "DELETE":
        provisioning.delete(identity=identity, word=word, check=check)
        return answered(None, status=204)
    revise = provisioning.replaced(call.body()) if call.method == "PUT" else _patched(call, PERSON)
    person = provisioning.change(identity=identity, revise=revise, word=word, check=check)
    return _told(call, person, Context.RESOURCE_REPLACEMENT_RESPONSE)


@resource("GET")
def groups(call: Call) -> HttpResponse:
    """Offices. They are made and unmade by HR's feed only."""
    asked = finding.request_of(call.parameters, Group)
    total, start, found = finding.page(finding.offices(asked), asked)
    people: dict[int, list[Person]] | None = None
    if _wants_members(asked):
        people = {office.pk: [] for office in found}
        members = finding.visible().employed(call.word.today).filter(office__in=found)
        for person in members.order_by("pk"):
            people[person.office_id].append(person)
    return _listed(asked, total, start, [group_of(o, people[o.pk] if people is not None else None) for o in found])


@resource("GET", "PUT", "PATCH")
def group(call: Call, identity: str) -> HttpResponse:
    asked = finding.request_of(call.parameters, Group)
    if call.method == "GET":
        office = finding.office(identity)
        found = group_of(office, membership.members_of(office, call.word) if _wants_members(asked) else None)
        version = found.meta.version if found.meta else None
        if call.knows(version):
            return answered(None, status=304, version=version)
        return answered(found.model_dump(scim_ctx=READ, response_parameters=asked), version=version)
    revise = _replaced(call.body()) if call.method == "PUT" else _patched(call, Group)
    membership.change(identity=identity, revise=revise, word=call.word, check=call.check)
    return answered(None, status=204)


@resource("GET")
def config(call: Call) -> HttpResponse:
    return answered(CONFIG.model_dump(scim_ctx=READ))


@resource("GET")
def schemas(call: Call, identity: str = "") -> HttpResponse:
    return _described(list(SERVICE.schemas), identity)


@resource("GET")
def resource_types(call: Call, identity: str = "") -> HttpResponse:
    return _described(list(SERVICE.resource_types), identity)


@resource("GET", "POST", "PUT", "PATCH", "DELETE")
def elsewhere(call: Call, rest: str) -> HttpResponse:
    if rest.rpartition("/")[2] in (".search", "Bulk", "Me"):
        raise NotImplementedException(detail=f"{rest[:100]} is not offered here.")
    raise NotFoundException(detail="There is nothing at this address.")


def _told(call: Call, person: Person, context: Context) -> HttpResponse:
    found = user_of(person, call.word.today)
    if call.method == "GET" and call.knows(found.meta.version):
        return answered(None, status=304, version=found.meta.version)
    asked = ResponseParameters[PERSON].model_validate(
        {name: call.parameters[name] for name in ("attributes", "excludedAttributes") if name in call.parameters}
    )
    data = found.model_dump(scim_ctx=context, response_parameters=asked)
    answer = answered(data, 201 if call.method == "POST" else 200, found.meta.version)
    if call.method == "POST":
        answer.headers["Location"] = found.meta.location
    return answer


def _listed(asked: Any, total: int, start: int, found: list[Any]) -> HttpResponse:
    data = {
        "schemas": [str(ListResponse.__schema__)],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(found),
        "Resources": [item.model_dump(scim_ctx=READ, response_parameters=asked) for item in found],
    }
    return answered(data)


def _described(items: list[Any], identity: str) -> HttpResponse:
    told = [item.model_dump(scim_ctx=READ) for item in items]
    if not identity:
        schema = [str(ListResponse.__schema__)]
        return answered({"schemas": schema, "totalResults": len(told), "startIndex": 1, "itemsPerPage": len(told),
                         "Resources": told})  # fmt: skip
    for item in told:
        if item["id"].casefold() == identity.casefold():
            return answered(item)
    raise NotFoundException(detail="There is no such description.")


def _patched(call: Call, model: Any) -> Any:
    """What a PATCH makes of a resource (section 3.5.2), as Entra ID and Okta write them."""
    patch = PatchOp[model].model_validate(call.body(), scim_ctx=PATCHED, scim_policy=TOLERANT)
    operations = patch.operations or []
    if len(operations) > MOST_OPERATIONS:
        raise PayloadTooLargeException(detail=f"More than {MOST_OPERATIONS} operations at once are not taken.")
    if model is PERSON:
        saying.refuse_misspelt(operations)

    def revise(current: Any) -> Any:
        patch.patch(current, scim_policy=TOLERANT)
        return current

    return revise


def _replaced(body: dict[str, Any]) -> Any:
    def revise(current: Any) -> Any:
        said = Group.model_validate(body, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=TOLERANT)
        return said if "members" in said.model_fields_set else current

    return revise


def _wants_members(asked: Any) -> bool:
    excluded = {str(path).casefold() for path in asked.excluded_attributes or ()}
    named = {str(path).casefold() for path in asked.attributes or ()}
    return "members" not in excluded and (not named or any(path.startswith("members") for path in named))
