"""Signing in by a link from an e-mail. Anybody who holds a link that is still good may see the page."""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.people import link_sessions
from lms.people.link_models import SignInLink
from lms.people.linking import LinkNotUsable, find, use, way_of
from lms.people.models import Person

WRONG_A_MINUTE = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows one button, POST signs in: scanners of mail open every link, and must not use it up.

    Who is signed in as the same person goes straight on, through a link that has ended as well.
    """
    person: Person | None = request.person  # type: ignore[attr-defined]
    way = way_of(secret, person) if person else ""
    if way:
        return _private(redirect(way))
    try:
        found = find(secret)
        if request.user.is_authenticated:
            return _private(_sign_out_first(request, found))
        if request.method == "POST":
            found = use(secret)
    except LinkNotUsable:
        return _private(_not_usable(request))
    translation.activate(found.person.language)
    if request.method != "POST":
        return _private(render(request, "lms/link.html", {"invited": masked(found.person.name)}))
    # Not by allauth's own flow, which would note the moment as one at which the person proved who they are.
    login(request, found.person.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    link_sessions.mark(request)
    return _private(redirect(found.leads_to))


def masked(name: str) -> str:
    """Enough to know oneself by, too little for whoever else opens the link: “A••• J•••”."""
    return " ".join(f"{word[0]}•••" for word in name.split())


def _sign_out_first(request: HttpRequest, found: SignInLink) -> HttpResponse:
    status = 409 if request.method == "POST" else 200
    return render(request, "lms/link_signed_in.html", {"invited": masked(found.person.name)}, status=status)


def _not_usable(request: HttpRequest) -> HttpResponse:
    """One answer to every link that does not work, whatever the reason; a click that came too late leads to sign in."""
    if _too_many(request):
        return render(request, "lms/link_gone.html", status=429)
    if request.method == "POST" and not request.user.is_authenticated:
        messages.info(request, _("This link no longer works: it can be used once, for a few days. Please sign in."))
        return redirect_to_login(reverse("lms:learning"))
    return render(request, "lms/link_gone.html", status=410)


def _too_many(request: HttpRequest) -> bool:
    """Counts tries of links that do not work, by a hash of the address, for a minute, and keeps nothing else.

    A good link works all the same: nobody can lock out an office that shares one address, and 256 bits are not guessed.
    """
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:16]
    name = f"lms.people.links.{address}.{int(time.time() // 60)}"
    cache.add(name, 0, timeout=120)
    return bool(cache.incr(name) > WRONG_A_MINUTE)


def _private(response: HttpResponse) -> HttpResponse:
    """Says no more than the name of the site to any page or log, ours included.

    On pages with a form ``no-referrer`` would make browsers send “Origin: null”, which no form is taken from.
    """
    has_form = response.status_code not in (301, 302)
    response.headers["Referrer-Policy"] = "strict-origin" if has_form else "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
