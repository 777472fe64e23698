"""The Statement Resource (xAPI 1.0.3 part three, 2.1)."""

from __future__ import annotations

import json
from functools import cache

import msgspec
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from lms.lrs import attachments, querying, receiving, signatures, storing
from lms.lrs.authenticating import may_read, need
from lms.lrs.calls import BadRequest, Call, answered, refused
from lms.lrs.models import Scope
from lms.lrs.querying import Page
from lms.lrs.receiving import Received
from lms.lrs.rendering import languages_of, rendered
from lms.lrs.views.resource import resource


@resource("GET", "PUT", "POST")
def statements(call: Call) -> HttpResponse:
    """Whoever has a credential with the scope for it."""
    if call.reading:
        return _get(call)
    need(call.credential, Scope.WRITE)
    return _put(call) if call.method == "PUT" else _post(call)


def _read(call: Call) -> tuple[list[Received], dict[str, attachments.Part]]:
    """The statements of the body and the attachments sent along. Raises InvalidStatement or BadRequest."""
    given: dict[str, attachments.Part] = {}
    body = call.body
    if call.content_type == "multipart/mixed":
        body, given = attachments.split(attachments.parts_of(body, call.headers["Content-Type"]))
    elif call.content_type != "application/json":
        raise BadRequest("Content-Type must be application/json or multipart/mixed.")
    received = receiving.read(body, family=call.family)
    declaring = [
        statement for statement in received if statement.shape is None
    ]  # the ordinary kind has no attachments
    attachments.check(declaring, given)
    for statement in declaring:
        signatures.check(statement, given)
    return received, given


def _put(call: Call) -> HttpResponse:
    """2.1.1: one statement, under the id of the address."""
    call.only(required=("statementId",))
    asked = querying.uuid_of("statementId", call.query["statementId"])
    received, given = _read(call)
    if len(received) != 1:
        raise BadRequest("PUT takes one statement.")
    statement = received[0]
    if statement.identity not in (None, asked):
        raise BadRequest("The statement's id differs from statementId.")
    statement.identity = asked
    storing.take(received, given, credential=call.credential, version=call.version)
    return HttpResponse(status=204)


def _post(call: Call) -> HttpResponse:
    """2.1.2: all of them or none; the ids come back in the same order."""
    call.only()
    received, given = _read(call)
    receiving.distinct(received)
    stored = storing.take(received, given, credential=call.credential, version=call.version)
    return answered([str(row.statement_id) for row in stored])


def _get(call: Call) -> HttpResponse:
    only = may_read(call.credential)
    if "more" in call.query:
        call.only(required=("more",))
        return _listed(call, querying.next_page(call.query["more"], only=only))
    querying.check(call.query)
    if not querying.SINGLE & call.query.keys():
        return _listed(call, querying.page(call.query, only=only))
    statement = querying.one(call.query, only=only)
    if statement is None:
        return refused(404, "There is no such statement.")
    text = rendered([statement.raw], call.query.get("format", "exact"), _languages(call))[0]
    answer = _with_attachments(text, statement.raw, call.query)
    answer.headers["Last-Modified"] = http_date(statement.stored.timestamp())
    return answer


def _languages(call: Call) -> list[str]:
    return languages_of(call.headers.get("Accept-Language", ""))


def _listed(call: Call, page: Page) -> HttpResponse:
    """Put together from the stored texts, so that what was received is what is given back, to the letter."""
    form = page.asked.get("format", "exact")
    text = page.text if form == "exact" else ",".join(rendered(_apart(page.text), form, _languages(call)))
    more = f"{_address(call.mount)}?more={page.more}" if page.more else ""
    whole = f'{{"statements":[{text}],"more":{json.dumps(more)}}}'
    answer = _with_attachments(whole, page.text, page.asked)
    if page.newest is not None:
        answer.headers["Last-Modified"] = http_date(page.newest.timestamp())
    return answer


def _apart(text: str) -> list[str]:
    """Joined texts, each by itself again."""
    return [bytes(part).decode() for part in msgspec.json.decode(f"[{text}]", type=list[msgspec.Raw])]


@cache
def _address(mount: str) -> str:
    return reverse(f"xapi-{mount}:statements")


def _with_attachments(text: str, stored: str, asked: object) -> HttpResponse:
    """As JSON, or with ``attachments=true`` as multipart with the content of every attachment that is here."""
    if asked.get("attachments") != "true":  # type: ignore[attr-defined]
        return HttpResponse(text, content_type="application/json")
    body, content_type = attachments.joined(text, storing.contents(_apart(stored)))
    return HttpResponse(body, content_type=content_type)
