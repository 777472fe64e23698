"""A request to the record store, taken apart: version, size, credential, Alternate Request Syntax (part three, 1 and 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.datastructures import CaseInsensitiveMapping

from lms.conf import conf
from lms.lrs.authenticating import credential_of
from lms.lrs.models import Credential

VERSION_HEADER = "X-Experience-API-Version"
FORM = "application/x-www-form-urlencoded"
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
SPOKEN = {"1.0": "1.0.3", "2.0": "2.0.0"}
FORM_HEADERS = frozenset({
    "authorization", "x-experience-api-version", "content-type", "content-length", "if-match", "if-none-match",
    "accept-language", "accept", "accept-charset", "accept-encoding",
})  # fmt: skip
OF_THE_FORM = frozenset({"content-type", "content-length"})


class BadRequest(ValueError):
    """A request that cannot be obeyed; the message says why."""


class TooLarge(BadRequest):
    """The body is larger than ``LMS_XAPI_MAX_BODY``."""


@dataclass
class Call:
    """What the views see of a request."""

    method: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    version: str
    mount: str
    content_type: str = ""
    _credential: Credential | None = field(default=None, repr=False)

    @property
    def family(self) -> str:
        return self.version[:3]

    @property
    def reading(self) -> bool:
        return self.method in ("GET", "HEAD")

    @property
    def credential(self) -> Credential:
        """Raises NotAuthenticated or TooMany."""
        if self._credential is None:
            self._credential = credential_of(self.headers.get("Authorization", ""))
        return self._credential

    def only(self, *allowed: str, required: tuple[str, ...] = ()) -> None:
        """Raises BadRequest for parameters that are unknown here, and for required ones that are missing."""
        for name in self.query:
            if name not in allowed and name not in required:
                raise BadRequest(f"{name[:80]} is not a parameter here.")
        for name in required:
            if name not in self.query:
                raise BadRequest(f"The parameter {name} is missing.")


def call_of(request: HttpRequest, mount: str) -> Call:
    """The call that a request makes on the mount of version ``mount``. Raises BadRequest or TooLarge."""
    method = str(request.method)
    body = _body(request) if method in ("PUT", "POST", "DELETE") else b""
    query = _single(request.GET)
    headers: Mapping[str, str] = request.headers
    if "method" in query:
        method, query, headers, body = _alternate(request, query, body, mount)
    version = negotiated(headers, mount, optional=request.path.rstrip("/").endswith("/about"))
    kind = headers.get("Content-Type", "")
    return Call(method, query, headers, body, version, mount, kind.partition(";")[0].strip().lower())


def negotiated(headers: Mapping[str, str], mount: str, *, optional: bool) -> str:
    """The version to answer in (part three, 3.3). Raises BadRequest when none or an unknown one is named."""
    asked = headers.get(VERSION_HEADER)
    if asked is None:
        if optional:
            return mount
        raise BadRequest(f"The header {VERSION_HEADER} is missing: say 1.0.3 or 2.0.0.")
    parts = asked.split(".")
    family = ".".join(parts[:2])
    if family not in SPOKEN or len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        if optional:
            return mount
        raise BadRequest(f"Version {asked[:20]!r} of xAPI is not spoken here; 1.0.3 and 2.0.0 are.")
    return SPOKEN[family]


def _body(request: HttpRequest) -> bytes:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise BadRequest("A compressed body is not read here.")
    if _told_length(request) > conf.XAPI_MAX_BODY:
        raise TooLarge(f"The body is larger than {conf.XAPI_MAX_BODY} bytes.")
    body = request.read(conf.XAPI_MAX_BODY + 1)
    if len(body) > conf.XAPI_MAX_BODY:
        raise TooLarge(f"The body is larger than {conf.XAPI_MAX_BODY} bytes.")
    return body


def _told_length(request: HttpRequest) -> int:
    """Raises BadRequest for what is no number, or one of thousands of digits."""
    try:
        return int(request.headers.get("Content-Length") or 0)
    except ValueError as error:
        raise BadRequest("The header Content-Length is no number.") from error


def _single(query: QueryDict) -> dict[str, str]:
    """Each parameter once. Raises BadRequest."""
    for name, values in query.lists():
        if len(values) > 1:
            raise BadRequest(f"The parameter {name[:80]} stands there twice.")
    return {name: str(query[name]) for name in query}


def _alternate(
    request: HttpRequest, query: dict[str, str], body: bytes, mount: str
) -> tuple[str, dict[str, str], Mapping[str, str], bytes]:
    """Alternate Request Syntax: a form in a POST that stands for another request (1.0.3 part three, 1.3)."""
    if request.method != "POST" or set(query) != {"method"} or query["method"] not in METHODS:
        raise BadRequest("The Alternate Request Syntax is a POST with the one parameter method.")
    if request.content_type != FORM:
        raise BadRequest(f"The Alternate Request Syntax needs Content-Type {FORM}.")
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower() not in OF_THE_FORM}
    parameters: dict[str, str] = {}
    content = b""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=100)
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequest("The body is not a form.") from error
    for name, value in fields:
        if name == "content":
            content = value.encode()
        elif name.lower() in FORM_HEADERS:
            if not value.isprintable():
                raise BadRequest(f"{name} of the form is not one line of text.")
            headers[name.lower()] = value
        elif name in parameters:
            raise BadRequest(f"The parameter {name[:80]} stands there twice.")
        else:
            parameters[name] = value
    for asked in (request.headers.get(VERSION_HEADER), headers.get(VERSION_HEADER.lower(), mount)):
        if asked is not None and not asked.startswith("1."):
            raise BadRequest("xAPI 2.0 has no Alternate Request Syntax.")
    method = query["method"]
    if method in ("PUT", "POST"):
        if not content:
            raise BadRequest("The form has no field content.")
        headers.setdefault("content-type", "application/json")
    return method, parameters, CaseInsensitiveMapping(headers), content


def refused(status: int, message: str) -> HttpResponse:
    """An error with a sentence."""
    return JsonResponse({"error": message}, status=status)


def answered(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(data, ensure_ascii=False), content_type="application/json", status=status)
