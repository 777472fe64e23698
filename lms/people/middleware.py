"""Ends the session of somebody who has left."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lms.people.models import person_of


class LeaversAreSignedOutMiddleware:
    """Puts ``request.person`` on the request and signs leavers out.

    A leaver's certificates stay reachable through their verification code.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = person_of(request.user)
        if person is not None and person.has_left(timezone.localdate()):
            logout(request)
            person = None
        request.person = person  # type: ignore[attr-defined]
        return self.get_response(request)
