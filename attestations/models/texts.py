"""What is attested, and its wordings: one immutable text for each version and language."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from lms.people.models import LANGUAGES
from lms.requirements.models import Activity


class Meaning(models.TextChoices):
    """What signing means (21 CFR 11.50(a)(3)); it decides the verb of the statement."""

    UNDERTAKING = "undertaking", _("Undertaking")
    RECEIPT = "receipt", _("Receipt")
    CERTIFICATION = "certification", _("Certification")


class Attestation(models.Model):
    """What is attested; lives through all its wordings. It may be the last part of a course."""

    key = models.SlugField(_("key"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=200)
    meaning = models.CharField(_("meaning"), max_length=16, choices=Meaning, default=Meaning.UNDERTAKING)
    course = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        limit_choices_to={"kind__in": ["course", "classroom"]}, verbose_name=_("course that it ends"),
    )  # fmt: skip
    activity = models.OneToOneField(Activity, editable=False, on_delete=models.PROTECT, related_name="+")

    panels = [FieldPanel("title"), FieldPanel("key"), FieldPanel("meaning"), FieldPanel("course")]

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def text_for(self, language: str, on: date | None = None) -> AttestationText | None:
        """The wording in force: the newest in that language, else the newest in English."""
        in_force = self.texts.filter(effective_from__lte=on or timezone.localdate()).order_by("-effective_from", "-pk")
        return in_force.filter(language=language).first() or in_force.filter(language="en").first()


class AttestationText(models.Model):
    """One wording, as issued. The database refuses to change or delete it."""

    attestation = models.ForeignKey(Attestation, on_delete=models.PROTECT, related_name="texts")
    version = models.CharField(_("version"), max_length=32)
    language = models.CharField(_("language"), max_length=16, choices=LANGUAGES, default="en")
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    ticks = models.JSONField(_("undertakings"), default=list)
    authority = models.CharField(_("legal basis"), max_length=255, blank=True)
    effective_from = models.DateField(_("effective from"), default=timezone.localdate)
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [
            models.UniqueConstraint(name="lms_attestations_text_once", fields=["attestation", "version", "language"])
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version} ({self.language})"

    def content(self) -> dict[str, Any]:
        """What a signature covers."""
        return {
            "attestation": self.attestation.key,
            "version": self.version,
            "language": self.language,
            "title": self.title,
            "body": self.body,
            "ticks": self.ticks,
        }

    def digest(self) -> str:
        """SHA-256 of the content as canonical JSON."""
        text = json.dumps(self.content(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
