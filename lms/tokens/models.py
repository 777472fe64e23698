"""Bearer tokens of other systems, each for one purpose."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AccessToken(models.Model):
    """A bearer token of another system. Kept as a hash, shown once; good for its purpose and for nothing else.

    What tells of many people is limited to an office.
    """

    class Purpose(models.TextChoices):
        CLEARANCE = "clearance", _("whether one person may pass a gate")
        COMPLIANCE = "compliance", _("figures of offices")
        PEOPLE = "people", _("figures of offices, and the people behind them by name")
        INDICATORS = "indicators", _("indicators for the risk register")
        PROVISIONING = "provisioning", _("to provision people (SCIM)")
        BOUNCES = "bounces", _("to tell which messages came back")

    name = models.CharField(_("name"), max_length=200)
    purpose = models.CharField(_("may ask for"), max_length=16, choices=Purpose, default=Purpose.CLEARANCE)
    office = models.ForeignKey(
        "lms.Office", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        verbose_name=_("office and below"), help_text=_("Needed for figures and indicators."),
    )  # fmt: skip
    token_hash = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        constraints = [
            models.CheckConstraint(
                name="lms_token_for_figures_names_an_office",
                condition=Q(purpose__in=["clearance", "provisioning", "bounces"]) | Q(office__isnull=False),
                violation_error_message=_("Choose an office: the token opens that office and everything below it."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_token(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, *, name: str, purpose: str = Purpose.CLEARANCE, office: Any = None) -> str:
        """A new token; it cannot be read again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(name=name, purpose=purpose, office=office, token_hash=cls.hash_token(token))
        return token

    @classmethod
    def held(cls, token: str, *purposes: str) -> AccessToken | None:
        """The active token of one of these purposes; looked up by its hash, so timing says nothing."""
        found = cls.objects.filter(token_hash=cls.hash_token(token), purpose__in=purposes, is_active=True)
        return found.select_related("office").first()
