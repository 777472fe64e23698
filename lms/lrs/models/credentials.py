"""Who talks to the record store, and what they may do."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from lms.lrs.rules.actors import actor
from lms.lrs.rules.values import InvalidStatement


class Scope(models.TextChoices):
    """What a credential may do, in the words of xAPI 1.0.3 part three, section 6.4."""

    WRITE = "statements/write", _("write statements")
    READ_OWN = "statements/read/mine", _("read the statements it wrote")
    READ = "statements/read", _("read every statement")
    STATE = "state", _("keep and read state of its actors")
    PROFILE = "profile", _("keep and read activity and agent profiles")
    DEFINE = "define", _("define activities in its statements")
    CLAIM = "claim", _("report completions, which the activity's own rule weighs")
    ALL = "all", _("everything, voiding the statements of others included")


def valid_agent(value: Any) -> None:
    """Raises ValidationError for what is no agent or group of xAPI."""
    try:
        actor(value, "agent")
    except InvalidStatement as error:
        raise ValidationError(str(error)) from error


class CredentialForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Ticks instead of JSON."""

    scopes = forms.MultipleChoiceField(label=_("scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)


class Credential(models.Model):
    """Key and secret of a system that talks to the record store. The secret is kept as a hash and shown once.

    ``actor``, ``activity_prefix`` and ``registration`` bound what it may speak of; empty means unbounded.
    """

    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(_("key"), max_length=64, unique=True)
    secret_hash = models.CharField(max_length=128)
    scopes = models.JSONField(_("scopes"), default=list)
    authority = models.JSONField(
        _("authority"), null=True, blank=True, validators=[valid_agent],
        help_text=_("The agent who vouches for its statements, as xAPI JSON. Empty: its key."),
    )  # fmt: skip
    actor = models.JSONField(
        _("actor"), null=True, blank=True, validators=[valid_agent],
        help_text=_("The only agent about whom it may write, as xAPI JSON. Empty: anybody."),
    )  # fmt: skip
    activity_prefix = models.CharField(
        _("activities"), max_length=1000, blank=True,
        help_text=_("How the ids of the activities begin that it may write about. Empty: any."),
    )  # fmt: skip
    registration = models.UUIDField(null=True, blank=True, editable=False)
    per_minute = models.PositiveIntegerField(
        _("requests a minute"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    base_form_class = CredentialForm

    class Meta:
        app_label = "lms"
        verbose_name = _("record store credential")
        verbose_name_plural = _("record store credentials")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def hash_secret(cls, secret: str) -> str:
        """SHA-256: the secret is 256 random bits, so a slow hash would only make a denial of service cheaper."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, *, name: str, scopes: list[str], **limits: Any) -> tuple[Credential, str]:
        """A new credential with its secret, which cannot be read again."""
        credential = cls(name=name, key=secrets.token_hex(10), scopes=scopes, **limits)
        return credential, credential.rotate()

    def rotate(self) -> str:
        """A new secret; the old one ends at once everywhere within ``CACHE_SECONDS`` of ``lms.lrs.authenticating``."""
        secret = secrets.token_urlsafe(32)
        self.secret_hash = self.hash_secret(secret)
        self.save()
        return secret

    def matches(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret_hash, self.hash_secret(secret))

    def may(self, scope: str) -> bool:
        return scope in self.scopes or Scope.ALL in self.scopes

    @property
    def is_of_a_launch(self) -> bool:
        """Held by a course that speaks of one learner in one registration (``lms.lrs.launching``)."""
        return self.registration is not None and self.actor is not None

    @property
    def may_claim(self) -> bool:
        """Its word is weighed. Asked for by name: who may do everything else need not be believed."""
        return Scope.CLAIM in self.scopes
