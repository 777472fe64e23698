"""Bearer tokens of other systems, each for one purpose."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessToken(models.Model):
    """A bearer token of another system. Kept as a hash, shown once; good for its purpose and for nothing else."""

    class Purpose(models.TextChoices):
        CLEARANCE = "clearance", _("Asks for clearance")
        PROVISIONING = "provisioning", _("Provisions people (SCIM)")

    name = models.CharField(_("name"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose, default=Purpose.CLEARANCE)
    token_hash = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_token(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, *, name: str, purpose: str = Purpose.CLEARANCE) -> str:
        """A new token; it cannot be read again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(name=name, purpose=purpose, token_hash=cls.hash_token(token))
        return token

    @classmethod
    def held(cls, token: str, *, purpose: str) -> AccessToken | None:
        """The active token of that purpose; looked up by its hash, so timing says nothing."""
        return cls.objects.filter(token_hash=cls.hash_token(token), purpose=purpose, is_active=True).first()
