"""The help page: public, printable, reachable without signing in, never tracked."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from lms.signposts.models import cards_in


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Anybody may see it. Sets no cookie, keeps no log, and tells no other site where the visitor came from.

    ``?language=fr`` shows it in that language: a link that needs no cookie and fits on a poster.
    """
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else get_language() or "en"
    with translation.override(language):
        response = render(request, "lms/help.html", {"cards": cards_in(language)})
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
