"""Who owes what, cycle by cycle."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.people.models import Person
from lms.requirements.models.ledger import Completion
from lms.requirements.models.rules import Requirement
from lms.requirements.querysets import AssignmentQuerySet
from lms.requirements.standing import Facts, Standing, standing


class Assignment(models.Model):
    """One person's obligation under one requirement for one cycle. Renewal opens the next cycle and wipes nothing.

    ``completion`` to ``renew_from`` and the waiver's dates only repeat the facts so that standing can be read from one
    row; ``projecting`` makes them anew, and verify_ledger compares.
    """

    class Ended(models.TextChoices):
        RENEWED = "renewed", _("followed by the next cycle")
        LEFT = "left", _("the person left")
        OUTSIDE = "outside", _("the rule no longer covers the person")
        MERGED = "merged", _("the record was merged into another of the same person")

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    cycle = models.PositiveIntegerField(default=1)
    registration = models.UUIDField(default=uuid.uuid4, unique=True)
    opened_on = models.DateField()
    due_on = models.DateField()
    counts_from = models.DateField(null=True, help_text="Older proofs do not count for this cycle.")
    carried_until = models.DateField(null=True, help_text="Last day of the proof of the cycle before.")
    ended_on = models.DateField(null=True, help_text="The first day on which it no longer holds.")
    ended_because = models.CharField(max_length=16, choices=Ended, blank=True)

    completion = models.ForeignKey(Completion, null=True, on_delete=models.PROTECT, related_name="+")
    completed_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    renew_from = models.DateField(null=True)
    waived_from = models.DateField(null=True)
    waived_until = models.DateField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["due_on", "requirement"]
        constraints = [
            models.UniqueConstraint(name="lms_assignment_cycle_once", fields=["requirement", "person", "cycle"]),
            models.UniqueConstraint(
                name="lms_one_open_assignment", fields=["requirement", "person"], condition=Q(ended_on__isnull=True)
            ),
            models.CheckConstraint(
                name="lms_assignment_end_has_a_reason", condition=Q(ended_on__isnull=True) ^ ~Q(ended_because="")
            ),
            models.CheckConstraint(
                name="lms_assignment_ends_after_it_opens",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(
                name="lms_assignment_projection_whole",
                condition=Q(completion__isnull=True, completed_on__isnull=True)
                | Q(completion__isnull=False, completed_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="lms_assignment_open_due", condition=Q(ended_on__isnull=True)),
            models.Index(
                fields=["due_on"],
                name="lms_assignment_missing",
                include=["id", "person", "requirement", "opened_on", "waived_from", "waived_until", "carried_until"],
                condition=Q(ended_on__isnull=True, completed_on__isnull=True),
            ),
            models.Index(fields=["ended_on"], name="lms_assignment_ended", condition=Q(ended_on__isnull=False)),
            models.Index(fields=["ended_on"], name="lms_assignment_left", condition=Q(ended_because="left")),
        ]

    def __str__(self) -> str:
        return f"{self.requirement} – {self.person}"

    @property
    def facts(self) -> Facts:
        return Facts(
            due_on=self.due_on,
            completed_on=self.completed_on,
            valid_until=self.valid_until,
            renew_from=self.renew_from,
            waived_from=self.waived_from,
            waived_until=self.waived_until,
            carried_until=self.carried_until,
        )

    @property
    def is_renewal(self) -> bool:
        """It follows a proof that it is to renew."""
        return self.counts_from is not None

    @property
    def proven_on(self) -> date | None:
        """The day of completion at the duty station, as the certificate says it; ``completed_on`` is for standing."""
        return self.completion.completed_on if self.completion else None

    def standing_on(self, today: date) -> Standing:
        return standing(self.facts, today)
