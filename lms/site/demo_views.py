"""The demo's onboarding portal, which GateMiddleware keeps shut until the person is cleared."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def onboarding(request: HttpRequest) -> HttpResponse:
    """Whoever the gate lets through."""
    return render(request, "lms/onboarding.html")
