"""When each periodic job was started and finished last."""

from django.db import models


class PeriodicRun(models.Model):
    """One row for each periodic job. The clock claims a tick by moving ``started_at`` with one conditional UPDATE."""

    name = models.CharField(max_length=100, unique=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        app_label = "lms"

    def __str__(self) -> str:
        return self.name
