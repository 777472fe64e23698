"""Certificates: one for each completed course and cycle, frozen as issued. They exist only where a completion does."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.requirements.models import Completion


class Certificate(models.Model):
    """What was certified. The code has 128 random bits, so that nobody finds a certificate by guessing.

    Personal data: the holder's name as it was. Kept as long as the completion.
    """

    code = models.CharField(max_length=32, unique=True)
    completion = models.OneToOneField(Completion, on_delete=models.PROTECT, related_name="certificate")
    holder = models.CharField(max_length=200)
    title = models.CharField(max_length=255)
    course_code = models.CharField(max_length=32, blank=True)
    course_version = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=16, default="en")
    completed_on = models.DateField()
    valid_until = models.DateField(null=True)
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return f"{self.title} {self.completed_on}"


class CertificateDocument(models.Model):
    """The PDF as first handed out, with its hash; every later download gives the same bytes."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="document")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256
