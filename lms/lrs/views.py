"""The record store's HTTP face: ``statements`` and ``about`` (xAPI part three, 2)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from lms.conf import conf
from lms.lrs import parsing, querying
from lms.lrs.authenticating import NotAllowed, NotAuthenticated, credential_of, may_read, may_write
from lms.lrs.models import Credential, Statement
from lms.lrs.recording import StatementConflict, row, store

VERSION_HEADER = "X-Experience-API-Version"
THROUGH_HEADER = "X-Experience-API-Consistent-Through"
SPOKEN = {"1.0": "1.0.3", "2.0": "2.0.0"}
View = Callable[..., HttpResponse]


class BadRequest(ValueError):
    """A request that cannot be obeyed; the message says why."""


def xapi(view: View) -> View:
    """What every resource does: version, size, credential, and errors as JSON with a sentence."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, version: str, **kwargs: Any) -> HttpResponse:
        try:
            version = negotiated(request, version)
            answer = view(request, version, **kwargs)
        except (BadRequest, parsing.InvalidStatement, querying.BadQuery) as error:
            answer = JsonResponse({"error": str(error)}, status=400)
        except NotAuthenticated:
            answer = JsonResponse({"error": "A valid key and secret are needed."}, status=401)
            answer.headers["WWW-Authenticate"] = 'Basic realm="xAPI"'
        except NotAllowed as error:
            answer = JsonResponse({"error": str(error)}, status=403)
        except StatementConflict as error:
            answer = JsonResponse(
                {"error": f"Statement {error} is stored already and says something else."}, status=409
            )
        answer.headers[VERSION_HEADER] = version
        answer.headers[THROUGH_HEADER] = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return answer

    return wrapped


def negotiated(request: HttpRequest, default: str) -> str:
    """The version to answer in: the header's, else the mount's (part three, 3.3). Raises BadRequest."""
    asked = request.headers.get(VERSION_HEADER, default)
    family = ".".join(asked.split(".")[:2])
    if family not in SPOKEN or not all(part.isdigit() for part in asked.split(".")) or len(asked.split(".")) > 3:
        raise BadRequest(f"Version {asked[:20]!r} of xAPI is not spoken here; 1.0.3 and 2.0.0 are.")
    return SPOKEN[family]


@xapi
def about(request: HttpRequest, version: str) -> HttpResponse:
    """Anybody may ask. A client of 1.0 is told of 1.0 only: some refuse a list with a version they do not know."""
    if request.method not in ("GET", "HEAD"):
        return JsonResponse({"error": "GET only."}, status=405)
    spoken = ["1.0.3"] if version == "1.0.3" else ["1.0.3", "2.0.0"]
    return JsonResponse({"version": spoken, "extensions": {}})


@xapi
def statements(request: HttpRequest, version: str) -> HttpResponse:
    """Whoever has a credential with the scope for it."""
    credential = credential_of(request)
    if request.method in ("GET", "HEAD"):
        return _get(request, version, credential)
    if request.method in ("PUT", "POST"):
        may_write(credential)
        return _write(request, version, credential)
    return JsonResponse({"error": "GET, HEAD, PUT or POST."}, status=405)


def _write(request: HttpRequest, version: str, credential: Credential) -> HttpResponse:
    if int(request.headers.get("Content-Length") or 0) > conf.XAPI_MAX_BODY:
        return JsonResponse({"error": f"The body is larger than {conf.XAPI_MAX_BODY} bytes."}, status=413)
    if not request.content_type == "application/json":
        raise BadRequest("Content-Type must be application/json; attachments are not supported yet.")
    found = parsing.read(request.read(conf.XAPI_MAX_BODY + 1))
    return _put(request, version, credential, found) if request.method == "PUT" else _post(version, credential, found)


def _put(request: HttpRequest, version: str, credential: Credential, found: list[dict[str, Any]]) -> HttpResponse:
    """Part three, 2.1.1: one statement, under the id of the address."""
    asked = request.GET.get("statementId", "")
    if set(request.GET) != {"statementId"} or len(found) != 1:
        raise BadRequest("PUT takes one statement and the parameter statementId.")
    try:
        identity = str(uuid.UUID(asked))
    except ValueError as error:
        raise BadRequest("statementId is not a UUID.") from error
    statement = found[0]
    if statement.setdefault("id", identity).lower() != identity:
        raise BadRequest("The statement's id differs from statementId.")
    store([row(statement, credential=credential, version=version)])
    return HttpResponse(status=204)


def _post(version: str, credential: Credential, found: list[dict[str, Any]]) -> HttpResponse:
    """Part three, 2.1.2: all of them or none."""
    for statement in found:
        statement.setdefault("id", str(uuid.uuid4()))
    ids = [statement["id"].lower() for statement in found]
    if len(set(ids)) != len(ids):
        raise BadRequest("Two statements of the batch have the same id.")
    stored = store([row(statement, credential=credential, version=version) for statement in found])
    return JsonResponse([str(item.statement_id) for item in stored], safe=False)


def _get(request: HttpRequest, version: str, credential: Credential) -> HttpResponse:
    found = querying.visible(credential, everything=may_read(credential))
    languages = [part.split(";")[0].strip().lower() for part in request.headers.get("Accept-Language", "").split(",")]
    if "more" in request.GET:
        page, form = querying.next_page(request.GET["more"], found)
        return _listed(page, form, languages, version)
    querying.check_parameters(request.GET)
    form = request.GET.get("format", "exact")
    if querying.SINGLE & request.GET.keys():
        statement = querying.one(request.GET, found)
        if statement is None:
            return JsonResponse({"error": "There is no such statement."}, status=404)
        return _single(statement, form, languages)
    return _listed(querying.page(request.GET, found), form, languages, version)


def _single(statement: Statement, form: str, languages: list[str]) -> HttpResponse:
    answer = HttpResponse(querying.rendered(statement, form, languages), content_type="application/json")
    answer.headers["Last-Modified"] = http_date(statement.stored.timestamp())
    return answer


def _listed(page: querying.Page, form: str, languages: list[str], version: str) -> HttpResponse:
    """Put together from the stored texts, so that what was received is what is given back, to the letter."""
    texts = ",".join(querying.rendered(statement, form, languages) for statement in page.statements)
    name = "xapi-1.0:statements" if version == "1.0.3" else "xapi:statements"
    more = f"{reverse(name)}?more={page.more}" if page.more else ""
    return HttpResponse(f'{{"statements":[{texts}],"more":{json.dumps(more)}}}', content_type="application/json")
