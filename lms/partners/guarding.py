"""The one answer of the public pages to every link that does not work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.people.guarding import count, private

WRONG_LINKS = 30
"""So many from one address in a minute."""


def gone(request: HttpRequest) -> HttpResponse:
    """Whatever the reason. A good link works all the same, so that nobody can lock out an office behind one address."""
    status = 429 if count(request, "partner_links") > WRONG_LINKS else 410
    return private(render(request, "lms/partners/gone.html", status=status))
