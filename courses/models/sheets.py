"""What happened in a classroom session: the signed sheet, who confirmed it, and until when. Appended, never changed.

Personal data: who was where on a day, and how they were identified. Kept for the contract's end plus seven years.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.classroom import ClassroomSession
from lms.people.models import Person


class Identity(models.TextChoices):
    """How the facilitator made sure who somebody is. A code; numbers of documents are never written down."""

    KNOWN = "known", _("known to the facilitator")
    BADGE = "badge", _("staff badge seen")
    DOCUMENT = "document", _("national ID or passport seen")
    COLLEAGUE = "colleague", _("vouched for by a colleague")


class Sheet(models.Model):
    """Who was present, as the facilitator signed it. A correction is another whole sheet that names the one before.

    The last sheet of a session is what holds. Chained session by session (``lms.hash_chain``); the hash covers the entries.
    """

    class Method(models.TextChoices):
        PASSWORD = "password", _("password given again")

    session = models.ForeignKey(ClassroomSession, on_delete=models.PROTECT, related_name="sheets")
    number = models.PositiveIntegerField()
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    signer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)
    capacity = models.CharField(max_length=200)
    meaning = models.CharField(max_length=16, default="attendance")
    content_version = models.CharField(max_length=32)
    language = models.CharField(max_length=16)
    office = models.CharField(max_length=32)
    place = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    method = models.CharField(max_length=16, choices=Method)
    reauthenticated_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    utc_offset = models.CharField(max_length=6)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("session sheet")
        verbose_name_plural = _("session sheets")
        ordering = ["session", "number"]
        constraints = [models.UniqueConstraint(name="lms_courses_sheet_number_once", fields=["session", "number"])]

    def __str__(self) -> str:
        return f"{self.session} #{self.number}"

    def is_signed_by(self, person: Person) -> bool:
        """By one of the person's records, where two were merged."""
        signer = {self.signer_id, self.signer.merged_into_id} - {None}
        return bool(signer & {person.pk, person.merged_into_id})

    def record(self, entries: list[SheetEntry]) -> dict[str, Any]:
        """What the hash covers: the sheet and all its lines."""
        texts = (
            "number", "printed_name", "capacity", "meaning", "content_version", "language", "office", "place", "time_zone",
            "method", "utc_offset",
        )  # fmt: skip
        moments = ("starts_at", "ends_at", "reauthenticated_at", "signed_at")
        return {
            "session": str(self.session.key),
            "training": self.session.training.iri,
            "signer": str(self.signer.uuid),
            **{name: getattr(self, name) for name in texts},
            **{name: getattr(self, name).isoformat() for name in moments},
            "entries": sorted([str(item.person.uuid), item.is_present, item.identity] for item in entries),
        }


class SheetEntry(models.Model):
    """One line of a sheet: present, and how that was known; or absent."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="entries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sheet_entries")
    is_present = models.BooleanField()
    identity = models.CharField(max_length=16, choices=Identity, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="lms_courses_one_line_each", fields=["sheet", "person"]),
            models.CheckConstraint(
                name="lms_courses_present_means_identified",
                condition=models.Q(is_present=True) ^ models.Q(identity=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.person}"


class Confirmation(models.Model):
    """Somebody whom the sheet marks as present says so too. With it the training is done."""

    session = models.ForeignKey(ClassroomSession, on_delete=models.PROTECT, related_name="confirmations")
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="session_confirmations", help_text="As the sheet names them."
    )
    registration = models.UUIDField()
    statement_id = models.UUIDField(unique=True, help_text="Of the statement that was made of it.")
    confirmed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("confirmation of a session")
        constraints = [models.UniqueConstraint(name="lms_courses_confirmed_once", fields=["session", "person"])]

    def __str__(self) -> str:
        return f"{self.session}: {self.person}"


class Reopening(models.Model):
    """More time to confirm, for all who are marked as present and have not done so. HR's, with a coded reason."""

    class Reason(models.TextChoices):
        LATE_SHEET = "late_sheet", _("the sheet was signed late")
        NO_ACCOUNT = "no_account", _("no account in time")
        NO_CONNECTION = "no_connection", _("no connection")
        AWAY = "away", _("absence from work")

    session = models.ForeignKey(ClassroomSession, on_delete=models.PROTECT, related_name="reopenings")
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    until = models.DateField(help_text="The last day.")
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reopening of a session")

    def __str__(self) -> str:
        return f"{self.session} {self.until}"
