"""Keeps gated addresses of a site shut until the person is cleared."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from lms.conf import conf
from lms.gate.decision import Decision, UnknownGate, decide
from lms.people.models import person_of

logger = logging.getLogger(__name__)

# DOMAIN: reporting and support, the courses themselves, and the way to sign in are never blocked.
OPEN_PREFIXES = (
    "/learning/",
    "/courses/",
    "/help/",
    "/accounts/",
    "/invitation/",
    "/link/",
    "/verify/",
    "/healthz",
    "/xapi/",
)


def always_open(path: str) -> bool:
    """True for addresses that no gate may block."""
    given = (*conf.GATE_NEVER_BLOCKS, settings.STATIC_URL, settings.MEDIA_URL)
    # Django makes "/" of a MEDIA_URL that is not set: no prefix may open everything.
    return path.startswith((*OPEN_PREFIXES, *(prefix for prefix in given if prefix and prefix != "/")))


class GateMiddleware:
    """Asks ``decide`` for the addresses in LMS_GATED_PATHS. Fails closed: no person, no passage."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for prefix, gate in conf.GATED_PATHS.items():
            if request.path.startswith(prefix) and not always_open(request.path):
                shut = answer_if_shut(request, gate)
                if shut is not None:
                    return shut
        return self.get_response(request)


def requires_clearance(gate: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorator for a host's own view: ``@requires_clearance("onboarding")``."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            shut = answer_if_shut(request, gate)
            return shut if shut is not None else view(request, *args, **kwargs)

        return wrapped

    return decorate


def answer_if_shut(request: HttpRequest, gate: str) -> HttpResponse | None:
    """The page that explains what is missing, the way to sign in, or None when the person may pass."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
    person = person_of(request.user)
    decision: Decision | None = None
    try:
        decision = decide(number=person.number, gate=gate) if person else None
    except UnknownGate:
        logger.error("No requirement in force names the gate %s; it stays shut.", gate)
    if decision is not None and decision.lets_through:
        return None
    context = {"decision": decision, "gate": gate, "person": person}
    return render(request, "lms/gate_shut.html", context, status=403)
