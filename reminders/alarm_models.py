"""What the watch over the reminders remembers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

NAME = "reminders"


class Alarm(models.Model):
    """One row: the standstill that lasts, what operators were told of it, and the last look for what is not written.

    Whoever sends an e-mail to operators claims the row first with one conditional UPDATE. No personal data: ids at most.
    """

    name = models.CharField(max_length=32, unique=True, default=NAME)
    began_at = models.DateTimeField(null=True)
    calm_since = models.DateTimeField(null=True, help_text="Since when all is right again.")
    awake_since = models.DateTimeField(null=True, help_text="When the watch came back after an outage of its own.")
    told_at = models.DateTimeField(null=True, help_text="When operators were last told that it stands still.")
    attempts = models.PositiveIntegerField(default=0, help_text="E-mails to operators that could not go, in a row.")
    not_before = models.DateTimeField(null=True, help_text="When the next attempt is made.")
    claimed_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    found = models.JSONField(null=True, help_text="What was due and not written at that look.")
    unwritten_since = models.DateTimeField(null=True, help_text="Set once a whole sweep has passed it over.")

    class Meta:
        app_label = "lms_reminders"
        default_permissions = ()
        permissions = [("see_standstill", _("Sees on the dashboard when reminders stand still"))]

    def __str__(self) -> str:
        return self.name


def alarm() -> Alarm:
    """The row, made where it is missing."""
    found = Alarm.objects.filter(name=NAME).first()
    if found is None:
        Alarm.objects.bulk_create([Alarm()], ignore_conflicts=True)
        found = Alarm.objects.get(name=NAME)
    return found
