"""What a session may do that a link from an e-mail began: learn, and nothing more.

Whoever reads the mailbox, or the mail that was passed on, holds the link. So everywhere but below My learning such a
session counts as nobody's: Wagtail's admin, My team, changing a password and whatever a host adds ask for a full sign-in.
Signing asks for the password itself, each time, and takes no sign-in for it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

SIGNED_IN_BY, LINK = "signed_in_by", "link"
# Beside what lies below My learning: leaving, another language, help, the link itself; pages decide for themselves.
ALSO_OPEN = {"account_logout", "set_language", "lms:help", "lms:link", "wagtail_serve"}


def mark(request: HttpRequest) -> None:
    """After signing in: the session came from a link, and ends with the browser."""
    request.session[SIGNED_IN_BY] = LINK
    request.session.set_expiry(0)


def is_by_link(request: HttpRequest) -> bool:
    session = getattr(request, "session", None)
    return session is not None and session.get(SIGNED_IN_BY) == LINK


def narrow(request: HttpRequest) -> None:
    """Outside of learning, a session that a link began is nobody's."""
    if is_by_link(request) and not _is_open(request):
        be_nobody(request)


def narrow_page(page: Any, request: HttpRequest, *args: Any) -> None:
    """The same for Wagtail's pages: those that say ``is_learning`` know the learner, a host's other pages do not."""
    if is_by_link(request) and not getattr(page, "is_learning", False):
        be_nobody(request)


def be_nobody(request: HttpRequest) -> None:
    async def nobody() -> AnonymousUser:
        return AnonymousUser()

    request.user = request._cached_user = request._acached_user = AnonymousUser()  # type: ignore[attr-defined]
    request.auser = nobody  # type: ignore[assignment, method-assign]
    request.person = None  # type: ignore[attr-defined]


def on_sign_in(sender: Any, request: HttpRequest | None, **kwargs: Any) -> None:
    """Every full sign-in lifts the limits; signing in by link sets its mark afterwards."""
    if request is not None and hasattr(request, "session"):
        request.session.pop(SIGNED_IN_BY, None)


def _is_open(request: HttpRequest) -> bool:
    if request.path.startswith(reverse("lms:learning")):
        return True
    try:
        return resolve(request.path_info).view_name in ALSO_OPEN
    except Resolver404:
        return False
