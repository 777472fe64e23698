"""Accounts come from HR's feed and its invitations; nobody signs up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model


class NoSignup(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: Any) -> bool:
        return False


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in with number or e-mail; fetches user, person and office of a session in one query."""

    def get_user(self, user_id: Any) -> Any:
        user = get_user_model().objects.select_related("person__office").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
