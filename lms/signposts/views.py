"""The help page: public, printable, reachable without signing in, never tracked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from lms.signposts.models import cards_in


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Anybody may see it. Sets no cookie, keeps no log, and tells no other site where the visitor came from."""
    response = render(request, "lms/help.html", {"cards": cards_in(get_language() or "en")})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
