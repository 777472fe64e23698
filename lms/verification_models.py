"""What the checks of the ledger found, and when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class VerificationRun(models.Model):
    """One walk through every chain, the log and every projection. Kept for good: it says since when something is known."""

    started_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("ended"), null=True, help_text="Empty: it runs, or did not come to its end.")
    found = models.JSONField(
        default=list, help_text="Name of each check, how many are broken, the first of them and why."
    )
    left_out = models.JSONField(default=list)

    class Meta:
        app_label = "lms"
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-started_at", "-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def broken(self) -> int:
        return sum(item["broken"] for item in self.found)
