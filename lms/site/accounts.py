"""Accounts come from HR's feed and its invitations; nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class NoSignup(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: Any) -> bool:
        return False
