"""What was done: the ledger of completions."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lrs.models import Statement
from lms.people.models import Person
from lms.requirements.models.activities import Activity
from lms.requirements.periods import Proof, Validity


class Completion(models.Model):
    """The ledger: a person completed an activity. Appended, never changed; the database refuses it.

    Chained person by person (``lms.hash_chain``). Kept for the contract's end plus seven years.
    """

    class Source(models.TextChoices):
        STATEMENT = "statement", _("recorded here")
        REPORTED = "reported", _("reported by the course")
        IMPORT = "import", _("imported record")
        PROOF = "proof", _("proof handed in and checked")
        DECLARED = "declared", _("declared, and not checked")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="completions")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="completions")
    registration = models.UUIDField()
    completed_at = models.DateTimeField()
    completed_on = models.DateField(help_text="The day it was at the person's duty station.")
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="completion")
    source = models.CharField(max_length=16, choices=Source, default=Source.STATEMENT)
    sequence = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        app_label = "lms"
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        constraints = [
            models.UniqueConstraint(name="lms_completion_once", fields=["person", "activity", "registration"]),
            models.UniqueConstraint(name="lms_completion_sequence", fields=["person", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.completed_on}"

    def record(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "person": str(self.person.uuid),
            "activity": self.activity.iri,
            "registration": str(self.registration),
            "completed_at": self.completed_at.isoformat(),
            "completed_on": self.completed_on.isoformat(),
            "statement": str(self.statement.statement_id),
            "source": self.source,
            "sequence": self.sequence,
        }


def proof_of(completion: Completion, validity: Validity, *, renews: date | None = None) -> Proof:
    """``renews``: the last day of the proof that it renews, where it was given to renew one."""
    return Proof(
        id=completion.pk,
        completed_on=completion.completed_on,
        counts_on=min(completion.completed_on, completion.completed_at.astimezone(UTC).date()),
        registration=completion.registration,
        validity=validity,
        renews=renews,
    )
