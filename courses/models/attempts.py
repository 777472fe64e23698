"""Attempts at the final check."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.enrolments import Enrolment


class Attempt(models.Model):
    """One attempt, with its own copy of the questions: publishing never touches an attempt that runs.

    ``questions`` holds what is right and never leaves the server. Item outcomes are kept 12 months.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    questions = models.JSONField()
    answers = models.JSONField(default=dict)
    mastery = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    points = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("attempt")
        constraints = [
            models.UniqueConstraint(name="lms_courses_attempt_number_once", fields=["enrolment", "number"]),
            models.UniqueConstraint(
                name="lms_courses_one_open_attempt", fields=["enrolment"], condition=Q(submitted_at__isnull=True)
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.enrolment} #{self.number}"
