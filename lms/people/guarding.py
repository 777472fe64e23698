"""What every page for people who are not signed in has in common: nothing about it is passed on, and tries are counted."""

from __future__ import annotations

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from lms.conf import conf


def private(response: HttpResponse) -> HttpResponse:
    """Says no more than the name of the site to any page, search engine or log, ours included.

    On pages with a form ``no-referrer`` would make browsers send “Origin: null”, which no form is taken from.
    """
    has_form = response.status_code not in (301, 302)
    response.headers["Referrer-Policy"] = "strict-origin" if has_form else "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store, private"
    return response


def count(request: HttpRequest, what: str) -> int:
    """How many there were from this address in this minute, this one included. Keeps a hash of it for two, and no more."""
    name = _name(request, what)
    cache.add(name, 0, timeout=120)
    return int(cache.incr(name))


def counted(request: HttpRequest, what: str) -> int:
    return int(cache.get(_name(request, what), 0))


def address_of(request: HttpRequest) -> str:
    """Where it comes from. What the visitor wrote into the header stands left of what our own proxies added to it."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = conf.TRUSTED_PROXIES
    seen = hops[-proxies] if 0 < proxies <= len(hops) else ""
    return seen or request.META.get("REMOTE_ADDR", "")


def _name(request: HttpRequest, what: str) -> str:
    address = hashlib.sha256(address_of(request).encode()).hexdigest()[:16]
    return f"lms.people.{what}.{address}.{int(time.time() // 60)}"
