"""One launch of a course that runs elsewhere."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lrs.models.credentials import Credential


class Launch(models.Model):
    """A session in which a learner was sent to a course that reports back (cmi5 sections 8 and 10).

    Its credential holds for this learner and this registration only, and until the session ends. The secret is made when
    the course fetches it, once. Personal data under a pseudonym: when somebody began. Kept 12 months.
    """

    credential = models.OneToOneField(Credential, on_delete=models.PROTECT, related_name="launch")
    token_hash = models.CharField(max_length=64, unique=True)
    session = models.UUIDField(unique=True)
    actor = models.UUIDField(help_text="The UUID of the person.")
    activity = models.TextField(help_text="IRI of what was launched.")
    registration = models.UUIDField(db_index=True)
    mastery = models.FloatField(null=True, help_text="Scaled score from which the course may say passed.")
    began_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Terminated by the course, or abandoned.")

    class Meta:
        app_label = "lms"
        verbose_name = _("launch")
        verbose_name_plural = _("launches")

    def __str__(self) -> str:
        return f"{self.activity} {self.began_at:%Y-%m-%d %H:%M}"
