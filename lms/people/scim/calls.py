"""A request of an identity provider, taken apart: token, bounds, body, versions; and what is answered, errors included."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import msgspec
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import (
    Error,
    InvalidSyntaxException,
    PayloadTooLargeException,
    PreconditionFailedException,
    SCIMException,
)

from lms.conf import conf
from lms.people.scim.provisioning import Word
from lms.people.scim.resources import SERVICE
from lms.tokens.models import AccessToken

MEDIA_TYPE = "application/scim+json"
View = Callable[..., HttpResponse]


class _NotHeld(Exception):
    """No token for provisioning."""


class _TooMany(Exception):
    """More requests in this minute than a token may make."""


@dataclass(frozen=True)
class Call:
    """What the views see of a request."""

    request: HttpRequest
    word: Word

    @property
    def method(self) -> str:
        return "GET" if self.request.method == "HEAD" else str(self.request.method)

    @property
    def parameters(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.request.GET.items()}

    def body(self) -> dict[str, Any]:
        """Raises SCIMException."""
        try:
            content = self.request.body  # of which Django reads no more than DATA_UPLOAD_MAX_MEMORY_SIZE
        except RequestDataTooBig as error:
            raise PayloadTooLargeException(detail="The body is too large.") from error
        if len(content) > conf.SCIM_MAX_BODY:
            raise PayloadTooLargeException(detail=f"The body is larger than {conf.SCIM_MAX_BODY} bytes.")
        try:
            data = msgspec.json.decode(content)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise InvalidSyntaxException(detail="The body is not JSON.") from error
        if not isinstance(data, dict):
            raise InvalidSyntaxException(detail="The body is not a JSON object.")
        return data

    def check(self, version: str) -> None:
        """The resource is still the one that If-Match names. Raises PreconditionFailedException."""
        asked = self.request.headers.get("If-Match", "*")
        if asked != "*" and version not in [part.strip() for part in asked.split(",")]:
            raise PreconditionFailedException(detail="The resource has changed since; read it again.")

    def knows(self, version: str | None) -> bool:
        """It has this version already."""
        asked = self.request.headers.get("If-None-Match", "")
        return version is not None and version in [part.strip() for part in asked.split(",")]


def resource(*methods: str) -> Callable[[View], View]:
    """A resource that takes these methods."""
    taken = {*methods, *({"HEAD"} if "GET" in methods else set())}

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def wrapped(request: HttpRequest, assign: Callable[[list[int]], int], **kwargs: str) -> HttpResponse:
            try:
                word = Word(by=_speaker(request), today=timezone.localdate(), assign=assign)
                if request.method not in taken:
                    answer = refused(405, f"Use {', '.join(sorted(taken))}." if taken else "Not here.")
                    answer.headers["Allow"] = ", ".join(sorted(taken))
                    return answer
                with SERVICE:
                    return view(Call(request, word), **kwargs)
            except Exception as error:
                return _refusal(error)

        return wrapped

    return decorate


def _speaker(request: HttpRequest) -> str:
    """The name of the token for provisioning that the request holds. Raises _NotHeld, _TooMany."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = None
    if scheme.lower() == "bearer" and secret:
        token = AccessToken.held(secret.strip(), AccessToken.Purpose.PROVISIONING)
    if token is None:
        raise _NotHeld
    name = f"lms.scim.requests.{token.pk}.{int(time.time() // 60)}"
    cache.add(name, 0, timeout=120)
    if cache.incr(name) > conf.SCIM_PER_MINUTE:
        raise _TooMany
    return token.name


def _refusal(error: Exception) -> HttpResponse:
    """What the specification says of an error (section 3.12); what is not the client's fault goes on."""
    if isinstance(error, SCIMException):
        return refused(error.status, error.detail, error.scim_type)
    if isinstance(error, ValidationError):
        told = Error.from_validation_errors(error)[0]
        return refused(told.status or 400, told.detail or "", told.scim_type or "")
    if isinstance(error, RecursionError):
        return refused(400, "That is nested too deeply.", "invalidSyntax")
    if isinstance(error, _NotHeld):
        answer = refused(401, "A valid bearer token for provisioning is needed.")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
        return answer
    if isinstance(error, _TooMany):
        answer = refused(429, "Too many requests in this minute.")
        answer.headers["Retry-After"] = "60"
        return answer
    raise error


def refused(status: int, detail: str, kind: str = "") -> HttpResponse:
    error = Error(status=status, detail=detail, scim_type=kind or None)
    return answered(error.model_dump(), status=status)


def answered(data: Any, status: int = 200, version: str | None = None) -> HttpResponse:
    """Nothing on the way may keep it: it is about people."""
    content = json.dumps(data, ensure_ascii=False) if data is not None else ""
    answer = HttpResponse(content, content_type=MEDIA_TYPE, status=status)
    answer.headers["Cache-Control"] = "no-store"
    if version:
        answer.headers["ETag"] = version
    return answer
