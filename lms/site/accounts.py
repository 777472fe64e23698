"""Accounts come from HR's feed and its invitations; nobody signs up, and mail goes where HR says."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation

from lms.conf import conf
from lms.people.addresses import accounts_at, address_of
from lms.people.models import person_of


class PersonAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Resembles allauth's own adapter, but writes to the account's address only, whatever was typed into a form."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the person's language. Nothing is sent where it is not clear whose account it is about."""
        users = [context["user"]] if "user" in context else accounts_at(email)
        if len(users) != 1 or not address_of(users[0]):
            return
        user, person = users[0], person_of(users[0])
        language = person.language if person is not None else translation.get_language()
        name = person.name if person is not None else user.get_full_name() or user.get_username()
        headers = {"Auto-Submitted": "auto-generated", "Content-Language": str(language)}
        with translation.override(language):
            known = {**context, "user": user, "name": name, "language": language}
            self.render_mail(template_prefix, address_of(user), known, headers).send()

    def format_email_subject(self, subject: str) -> str:
        return f"[{conf.ORGANISATION_NAME}] {subject}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the address that the settings name, not at the one that the request claims."""
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return conf.SITE_URL + path


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in with number or e-mail; fetches user, person, office and Wagtail's profile of a session in one query, and all
    permissions in another."""

    def get_user(self, user_id: Any) -> Any:
        users = get_user_model().objects.select_related("person__office", "wagtail_userprofile")
        user = users.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """As Django's own, which asks for those of the user and those of the groups apart."""
        if obj is not None or not user_obj.is_active or user_obj.is_anonymous or user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj)  # type: ignore[no-any-return]
        if not hasattr(user_obj, "_perm_cache"):
            sets = (self._get_user_permissions(user_obj), self._get_group_permissions(user_obj))
            own, groups = (found.order_by().values_list("content_type__app_label", "codename") for found in sets)
            user_obj._perm_cache = {f"{label}.{name}" for label, name in own.union(groups)}
        return user_obj._perm_cache  # type: ignore[no-any-return]

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        return next((user for user in accounts_at(email) if self._check_password(user, password)), None)
