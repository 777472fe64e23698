"""Signatures: a person's agreement to one text. Appended, never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from attestations.models.texts import AttestationText, Meaning
from lms.people.models import Person


class Signature(models.Model):
    """Who signed which text, in which capacity, meaning what, when, and how they proved who they were.

    Personal data: the printed name. Kept for the contract's end plus seven years. Chained person by person.
    """

    class Method(models.TextChoices):
        PASSWORD = "password", _("password given again")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="signatures")
    text = models.ForeignKey(AttestationText, on_delete=models.PROTECT, related_name="signatures")
    registration = models.UUIDField()
    printed_name = models.CharField(max_length=200)
    capacity = models.CharField(max_length=200)
    meaning = models.CharField(max_length=16, choices=Meaning)
    language = models.CharField(max_length=16)
    text_sha256 = models.CharField(max_length=64)
    method = models.CharField(max_length=16, choices=Method)
    reauthenticated_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    utc_offset = models.CharField(max_length=6)
    sequence = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(name="lms_attestations_signed_once", fields=["person", "text", "registration"]),
            models.UniqueConstraint(name="lms_attestations_signature_sequence", fields=["person", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}: {self.text}"

    def record(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "person": str(self.person.uuid),
            "text_sha256": self.text_sha256,
            "text_version": self.text.version,
            "registration": str(self.registration),
            "printed_name": self.printed_name,
            "capacity": self.capacity,
            "meaning": self.meaning,
            "language": self.language,
            "method": self.method,
            "reauthenticated_at": self.reauthenticated_at.isoformat(),
            "signed_at": self.signed_at.isoformat(),
            "utc_offset": self.utc_offset,
            "sequence": self.sequence,
        }
