"""Signing in by a link from an e-mail. Anybody who holds a link that is still good may see the page."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.people import link_sessions
from lms.people.guarding import count, private
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
        return private(redirect(way))
    try:
        found = find(secret)
        if request.user.is_authenticated:
            return private(_sign_out_first(request, found))
        if request.method == "POST":
            found = use(secret)
    except LinkNotUsable:
        return private(_not_usable(request))
    translation.activate(found.person.language)
    if request.method != "POST":
        return private(render(request, "lms/link.html", {"invited": masked(found.person.name)}))
    # Not by allauth's own flow, which would note the moment as one at which the person proved who they are.
    login(request, found.person.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    link_sessions.mark(request)
    return private(redirect(found.leads_to))


def masked(name: str) -> str:
    """Enough to know oneself by, too little for whoever else opens the link: “A••• J•••”."""
    return " ".join(f"{word[0]}•••" for word in name.split())


def _sign_out_first(request: HttpRequest, found: SignInLink) -> HttpResponse:
    status = 409 if request.method == "POST" else 200
    return render(request, "lms/link_signed_in.html", {"invited": masked(found.person.name)}, status=status)


def _not_usable(request: HttpRequest) -> HttpResponse:
    """One answer to every link that does not work, whatever the reason; a click that came too late leads to sign in.

    A good link works all the same: nobody can lock out an office that shares one address, and 256 bits are not guessed.
    """
    if count(request, "links") > WRONG_A_MINUTE:
        return render(request, "lms/link_gone.html", status=429)
    if request.method == "POST" and not request.user.is_authenticated:
        messages.info(request, _("This link no longer works: it can be used once, for a few days. Please sign in."))
        return redirect_to_login(reverse("lms:learning"))
    return render(request, "lms/link_gone.html", status=410)
