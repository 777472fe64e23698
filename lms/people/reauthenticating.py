"""Proving once more who one is, before signing: the password, with a limit on guesses."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.core.cache import cache
from django.http import HttpRequest

WRONG_PASSWORDS, WRONG_FOR = 5, 300


def password_is_right(request: HttpRequest) -> bool:
    """Re-authentication; after five wrong passwords it answers no for five minutes, whatever is typed."""
    key = f"lms-reauthenticate-{request.user.pk}"
    if cache.get(key, 0) >= WRONG_PASSWORDS:
        return False
    user = authenticate(request, username=request.user.get_username(), password=request.POST["password"])
    if user is not None and user.pk == request.user.pk:
        cache.delete(key)
        return True
    cache.add(key, 0, WRONG_FOR)
    cache.incr(key)
    return False
