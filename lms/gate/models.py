"""Who may ask the gate."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessToken(models.Model):
    """A bearer token with which another system asks for clearance. Kept as a hash, shown once."""

    name = models.CharField(_("name"), max_length=200)
    token_hash = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("clearance token")
        verbose_name_plural = _("clearance tokens")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_token(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, *, name: str) -> str:
        """A new token; it cannot be read again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(name=name, token_hash=cls.hash_token(token))
        return token
