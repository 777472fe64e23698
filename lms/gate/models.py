"""Which other systems may ask, and what."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.people.models import Office


class AccessToken(models.Model):
    """A bearer token with which another system asks. Kept as a hash, shown once.

    It serves one purpose, so that one that is lost opens one door. What tells of many people is limited to an office.
    """

    class Purpose(models.TextChoices):
        CLEARANCE = "clearance", _("whether one person may pass a gate")
        COMPLIANCE = "compliance", _("figures of offices")
        PEOPLE = "people", _("figures of offices, and the people behind them by name")
        INDICATORS = "indicators", _("indicators for the risk register")

    name = models.CharField(_("name"), max_length=200)
    purpose = models.CharField(_("may ask for"), max_length=16, choices=Purpose, default=Purpose.CLEARANCE)
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("office and below"),
        help_text=_("Needed for everything but clearance."),
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
                condition=Q(purpose="clearance") | Q(office__isnull=False),
                violation_error_message=_("Choose an office: the token opens that office and everything below it."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_token(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, *, name: str, purpose: str = Purpose.CLEARANCE, office: Office | None = None) -> str:
        """A new token; it cannot be read again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(name=name, purpose=purpose, office=office, token_hash=cls.hash_token(token))
        return token
