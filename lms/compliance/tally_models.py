"""Counts that were made at a moment, so that a page need not count a million obligations anew."""

from __future__ import annotations

from django.db import models

from lms.people.models import Category, Office
from lms.requirements.models import Requirement


class Tally(models.Model):
    """Everybody whom a figure counts on a day, as it was known at a moment. What came since is counted from the facts.

    A projection: thrown away and made anew at any time. ``known_at``: every change before it is in it, none after it.
    """

    day = models.DateField()
    known_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"

    def __str__(self) -> str:
        return f"{self.day} {self.known_at}"


class TallyLine(models.Model):
    """How many share an office, a requirement and all that a figure or its parts ask."""

    tally = models.ForeignKey(Tally, on_delete=models.CASCADE, related_name="lines")
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    category = models.CharField(max_length=16, choices=Category)
    manages = models.BooleanField()
    bucket = models.CharField(max_length=16)
    band = models.CharField(max_length=16, blank=True)
    n = models.IntegerField()

    class Meta:
        app_label = "lms"
        indexes = [
            models.Index(fields=["tally", "office"], name="lms_tally_line_office"),
            models.Index(fields=["tally", "requirement", "bucket"], name="lms_tally_line_bucket"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.requirement_id} {self.bucket}: {self.n}"


class TallySum(models.Model):
    """The lines of an office and of everything below it, added up: what its page shows, in one row.

    ``below`` says which offices these are (``sums.digest``); where the tree is another by now the sum is no use.
    ``figures``: [requirement, bucket, n]; ``parts``: [requirement, category, manages, bucket, band, n].
    """

    tally = models.ForeignKey(Tally, on_delete=models.CASCADE, related_name="sums", db_index=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    below = models.CharField(max_length=40)
    figures = models.JSONField()
    parts = models.JSONField()

    class Meta:
        app_label = "lms"
        constraints = [models.UniqueConstraint(name="lms_tally_sum_once", fields=["tally", "office"])]

    def __str__(self) -> str:
        return f"{self.office_id} and below"
