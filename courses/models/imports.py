"""Proofs that came in a list: what a provider, or an older system, says of who completed a course elsewhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.hash_chain import START, link
from lms.people.models import Person
from lms.requirements.models import Activity


class ImportedProof(models.Model):
    """One line of a list that somebody imported, and that counted. Appended, never changed.

    Resembles an accepted ``Proof``, but nobody handed it in: the list vouches for it, and whoever imported the list. The
    hash of its record is the evidence that its statement names. Kept for the contract's end plus seven years.
    """

    key = models.UUIDField(unique=True, editable=False, help_text="Of course, person and day.")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    completed_on = models.DateField()
    course_version = models.CharField(max_length=32, blank=True)
    evidence = models.CharField(max_length=64, help_text="By what the provider finds its record.")
    list_sha256 = models.CharField(max_length=64)
    line = models.PositiveIntegerField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="Empty: on the command line.",
    )  # fmt: skip
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("imported proof")
        verbose_name_plural = _("imported proofs")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.activity} {self.completed_on}"

    def record(self) -> dict[str, Any]:
        """What its evidence and its leaf in the log cover."""
        return {
            "proof": str(self.key),
            "person": str(self.person.uuid),
            "activity": self.activity.iri,
            "completed_on": self.completed_on.isoformat(),
            "course_version": self.course_version,
            "evidence": self.evidence,
            "list": self.list_sha256,
            "line": self.line,
        }

    def digest(self) -> str:
        """SHA-256 of the record."""
        return link(START, self.record())
