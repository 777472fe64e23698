"""Which packs were taken."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.people.models import Office


class AuditorPack(models.Model):
    """That a pack was taken, by whom, of which office, and by which digest it can be told from any other.

    The pack itself is not kept. Appended, never changed. No permission is on this model: Wagtail's site history shows
    what is logged about a model to whoever has any permission on it. Personal data: who took it. Kept as long as the
    records that it speaks of.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    seed = models.CharField(_("seed"), max_length=100)
    sample = models.PositiveIntegerField(_("people drawn"))
    population = models.PositiveIntegerField(_("people in the period"))
    population_sha256 = models.CharField(max_length=64)
    manifest_sha256 = models.CharField(_("SHA-256 of the manifest"), max_length=64)
    taken_by = models.CharField(_("taken by"), max_length=254, blank=True, help_text="Empty: on the command line.")
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        app_label = "lms"
        verbose_name = _("auditor pack")
        verbose_name_plural = _("auditor packs")
        default_permissions = ()
        ordering = ["-taken_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.office.code} {self.first_day} – {self.last_day}"
