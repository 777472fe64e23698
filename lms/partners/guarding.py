"""What every public page of the desk has in common: nothing about it is passed on, and wrong tries are counted."""

from __future__ import annotations

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse


def private(response: HttpResponse) -> HttpResponse:
    """Says no more than the name of the site to any page, search engine or log.

    On pages with a form ``no-referrer`` would make browsers send “Origin: null”, which no form is taken from.
    """
    has_form = response.status_code not in (301, 302)
    response.headers["Referrer-Policy"] = "strict-origin" if has_form else "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store, private"
    return response


def count(request: HttpRequest, what: str) -> int:
    """How many there were from this address in this minute, this one included. Keeps a hash of it for a minute."""
    name = _name(request, what)
    cache.add(name, 0, timeout=120)
    return int(cache.incr(name))


def counted(request: HttpRequest, what: str) -> int:
    return int(cache.get(_name(request, what), 0))


def _name(request: HttpRequest, what: str) -> str:
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:16]
    return f"lms.partners.{what}.{address}.{int(time.time() // 60)}"
