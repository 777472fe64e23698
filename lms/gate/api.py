"""The clearance API: another system asks whether a person may pass a gate."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema, Status
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from lms.gate.decision import UnknownGate, UnknownPerson, decide
from lms.tokens.models import AccessToken


class Bearer(HttpBearer):
    """``Authorization: Bearer`` with a token issued in the admin; one for another purpose is refused like none at all."""

    def __init__(self, *purposes: str) -> None:
        super().__init__()
        self.purposes = purposes

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        return AccessToken.held(token, *self.purposes)


class MissingOut(Schema):
    """One requirement that is not met. Nothing about scores or attempts."""

    requirement: str
    title: str
    standing: str
    due_on: date


class ClearanceOut(Schema):
    """``until`` is the last day of ``allow_until``; else null."""

    decision: Literal["allow", "allow_until", "block"]
    until: date | None
    missing: list[MissingOut]
    checked_at: datetime


class ErrorOut(Schema):
    error: str


class UncachedAPI(NinjaAPI):  # type: ignore[misc]
    """An answer is about one person and holds at this moment only: nothing on the way may keep it."""

    def create_response(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().create_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response


api = UncachedAPI(title="Safeguard", version="1", urls_namespace="lms_api", docs_url="/docs")


@api.get(
    "/clearance/{person}",
    auth=Bearer(AccessToken.Purpose.CLEARANCE),
    response={200: ClearanceOut, 401: ErrorOut, 404: ErrorOut},
    summary="May this person pass the gate?",
)
def clearance(request: HttpRequest, person: str, gate: str = "onboarding") -> Status:
    """``person`` is the number that the HR system knows the person by."""
    try:
        return Status(200, asdict(decide(number=person, gate=gate)))
    except UnknownPerson:
        return Status(404, {"error": "There is nobody with that number."})
    except UnknownGate:
        return Status(404, {"error": "No requirement in force asks at a gate of that name."})


@api.exception_handler(AuthenticationError)
def unauthorized(request: HttpRequest, exc: Any) -> HttpResponse:
    response = api.create_response(request, {"error": "A valid bearer token is needed."}, status=401)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response
