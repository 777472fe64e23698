"""The way into Wagtail's admin: through the site's one sign-in, and shut to accounts that have no right to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


def sign_in(request: HttpRequest) -> HttpResponse:
    """In place of Wagtail's own sign-in pages, which take any number of guesses; the page asked for is kept."""
    return redirect_to_login(request.GET.get("next") or reverse("wagtailadmin_home"), reverse("account_login"))


def with_access(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse who is signed in without the right; Wagtail would send them to sign in, which sends them back, for ever."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
