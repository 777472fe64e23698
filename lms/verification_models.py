"""What the checks of the ledger found, and when."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.verification import run

MOST = 20


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


def verify_and_keep() -> VerificationRun:
    """Run every check and write down what it found, check by check."""
    kept = VerificationRun.objects.create(started_at=timezone.now())
    for name, broken in run(kept.left_out.append):
        first: list[Any] = [[item.record, item.reason] for item in broken[:MOST]]
        kept.found.append({"check": name, "broken": len(broken), "first": first})
        kept.save(update_fields=["found", "left_out"])
    kept.finished_at = timezone.now()
    kept.save(update_fields=["finished_at"])
    return kept
