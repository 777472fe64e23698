"""What is set aside, and who asked for it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.people.models import Person
from lms.requirements.models.assignments import Assignment


class Waiver(models.Model):
    """An obligation set aside for a coded reason and a time. A fact: appended, never changed."""

    class Reason(models.TextChoices):
        ALTERNATIVE = "alternative_arrangement", _("Alternative arrangement")
        EQUIVALENT = "equivalent", _("Equivalent training")
        CONNECTIVITY = "connectivity", _("No connection at the duty station")
        SECURITY = "security", _("Security or evacuation")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="waivers")
    reason = models.CharField(max_length=32, choices=Reason)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints = [
            models.CheckConstraint(
                name="lms_waiver_needs_a_second_person", condition=~Q(requested_by=F("approved_by"))
            ),
            models.CheckConstraint(
                name="lms_waiver_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.get_reason_display()}"

    def record(self) -> dict[str, Any]:
        """What the log commits to."""
        return {
            "registration": str(self.assignment.registration),
            "reason": self.reason,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat() if self.ends_on else None,
            "requested_by": str(self.requested_by.uuid),
            "approved_by": str(self.approved_by.uuid),
            "created_at": self.created_at.isoformat(),
        }


class Extension(models.Model):
    """More time for an obligation, for a coded reason. A fact: appended, never changed. The latest day of several counts.

    Of a first cycle: a renewal is due when the proof before it ends, which nothing can make last longer.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="extensions")
    reason = models.CharField(max_length=32, choices=Waiver.Reason)
    due_on = models.DateField()
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.CheckConstraint(
                name="lms_extension_needs_a_second_person", condition=~Q(requested_by=F("approved_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.due_on}"

    def record(self) -> dict[str, Any]:
        """What the log commits to."""
        return {
            "registration": str(self.assignment.registration),
            "reason": self.reason,
            "due_on": self.due_on.isoformat(),
            "requested_by": str(self.requested_by.uuid),
            "approved_by": str(self.approved_by.uuid),
            "created_at": self.created_at.isoformat(),
        }


class WaiverRequest(models.Model):
    """Somebody asks that an obligation be set aside for a time, or for more time; a second person decides.

    The person concerned may ask without giving a reason: it is then kept as an alternative arrangement, which only who
    decides gets to see. Personal data: that somebody asked. Kept with the assignment.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", _("granted")
        EXTENDED = "extended", _("more time given")
        REFUSED = "refused", _("not granted")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="waiver_requests")
    reason = models.CharField(_("reason"), max_length=32, choices=Waiver.Reason)
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(_("decision"), max_length=16, choices=Decision, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    waiver = models.OneToOneField(Waiver, null=True, on_delete=models.PROTECT, related_name="request")
    extension = models.OneToOneField(Extension, null=True, on_delete=models.PROTECT, related_name="request")

    class Meta:
        app_label = "lms"
        verbose_name = _("request for a waiver")
        verbose_name_plural = _("requests for waivers")
        ordering = ["requested_at"]
        permissions = [("decide_waiver", _("Can decide on requests for waivers"))]
        constraints = [
            models.CheckConstraint(
                name="lms_waiver_request_is_decided_whole",
                condition=Q(decision="", decided_by=None, decided_at=None, waiver=None, extension=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                & (
                    Q(decision="refused", waiver=None, extension=None)
                    | Q(decision="approved", waiver__isnull=False, extension=None)
                    | Q(decision="extended", waiver=None, extension__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="lms_waiver_request_needs_a_second_person",
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
            ),
            models.UniqueConstraint(
                name="lms_one_open_waiver_request", fields=["assignment", "requested_by"], condition=Q(decision="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.assignment)
