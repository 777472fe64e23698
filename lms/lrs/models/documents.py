"""What clients keep beside their statements: state, activity profiles, agent profiles."""

from __future__ import annotations

from uuid import UUID

from django.db import models

NOTHING = UUID(int=0)


class Document(models.Model):
    """One document of xAPI 1.0.3 part three, 2.2. Unlike a statement it is not a fact, and may be replaced.

    State is what a course keeps to let its learner resume: personal data under a pseudonym, deletable by the client.
    """

    class Kind(models.TextChoices):
        STATE = "state"
        ACTIVITY = "activity"
        AGENT = "agent"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    activity = models.UUIDField(default=NOTHING)
    agent = models.UUIDField(default=NOTHING)
    registration = models.UUIDField(default=NOTHING)
    name = models.CharField(max_length=1000)
    content_type = models.CharField(max_length=255)
    content = models.BinaryField()
    updated = models.DateTimeField()

    class Meta:
        app_label = "lms"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "activity", "agent", "registration", "name"], name="lms_document_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
