"""Knows which person is behind a signed-in user, in which language they read, and whether they have left."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from lms.people.link_sessions import narrow
from lms.people.models import person_of


class PersonMiddleware:
    """Puts ``request.person`` on the request (None for visitors and pure administrators).

    A session that a link from an e-mail began is nobody's outside of learning.
    Somebody who has left is signed out; their certificates stay reachable through their verification code. The language is
    the one chosen on the site, else the person's own from HR's feed, else the browser's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        narrow(request)
        person = person_of(request.user)
        if person is not None and person.has_left(timezone.localdate()):
            logout(request)
            person = None
        request.person = person  # type: ignore[attr-defined]
        if person is not None and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(person.language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        return self.get_response(request)
