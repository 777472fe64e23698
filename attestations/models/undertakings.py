"""Undertakings of partners: what an authorised signatory agreed to on behalf of a partner, agreement by agreement."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from attestations.models.texts import AttestationText
from lms.partners.models import Agreement


class Undertaking(models.Model):
    """A partner's signatory agreed to one text under one agreement. Appended, never changed, chained for each agreement.

    Resembles a signature, but binds a partner, is given without an account, and completes nothing for anybody. Personal
    data: name, title and address of the signatory. Kept until seven years after the end of the agreement.
    """

    class Method(models.TextChoices):
        LINK = "link", _("link sent to the signatory's e-mail, and the name typed")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="undertakings")
    text = models.ForeignKey(AttestationText, on_delete=models.PROTECT, related_name="undertakings")
    reference = models.CharField(max_length=64, help_text="Of the agreement, as it was then.")
    partner_code = models.CharField(max_length=32)
    partner_name = models.CharField(max_length=200, help_text="As it was then.")
    printed_name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    capacity = models.CharField(max_length=300)
    language = models.CharField(max_length=16)
    text_sha256 = models.CharField(max_length=64)
    method = models.CharField(max_length=16, choices=Method)
    sent_to = models.EmailField()
    signed_at = models.DateTimeField()
    utc_offset = models.CharField(max_length=6)
    sequence = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("undertaking of a partner")
        verbose_name_plural = _("undertakings of partners")
        constraints = [
            models.UniqueConstraint(name="lms_attestations_undertaking_sequence", fields=["agreement", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.text}"

    def record(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "agreement": self.agreement_id,
            "reference": self.reference,
            "partner_code": self.partner_code,
            "partner_name": self.partner_name,
            "text_sha256": self.text_sha256,
            "text_version": self.text.version,
            "printed_name": self.printed_name,
            "title": self.title,
            "capacity": self.capacity,
            "language": self.language,
            "method": self.method,
            "sent_to": self.sent_to,
            "signed_at": self.signed_at.isoformat(),
            "utc_offset": self.utc_offset,
            "sequence": self.sequence,
        }
