"""The terms of a rule that came into force, and that they have yet to be applied."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask

from lms.requirements.models.rules import Requirement


class RuleVersion(models.Model):
    """The terms of a requirement as they came into force. A fact: appended, never changed.

    Names users as they were called: a version outlives their accounts. ``restores``: the number of an earlier version with
    the same terms, where this one undoes what came between.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    terms = models.JSONField()
    in_force_from = models.DateTimeField(_("in force from"))
    drafted_by = models.CharField(_("drafted by"), max_length=150, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=150, blank=True)
    restores = models.PositiveIntegerField(_("restores version"), null=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("version of a requirement")
        verbose_name_plural = _("versions of requirements")
        ordering = ["requirement", "-number"]
        constraints = [models.UniqueConstraint(name="lms_rule_version_once", fields=["requirement", "number"])]

    def __str__(self) -> str:
        return f"{self.requirement} {self.number}"

    def changed_since(self, other: dict[str, Any]) -> list[str]:
        """The names of the terms that differ."""
        return [name for name, value in self.terms.items() if other.get(name) != value]


class RuleToApply(models.Model):
    """A version whose terms have yet to reach the assignments: written with it, taken away when they have.

    ``cursor``: the last assignment that was brought up to it, so that an interrupted worker goes on from there.
    """

    version = models.OneToOneField(RuleVersion, primary_key=True, on_delete=models.PROTECT, related_name="waiting")
    cursor = models.BigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    next_try = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("rule to be applied")
        verbose_name_plural = _("rules to be applied")

    def __str__(self) -> str:
        return str(self.version)


class SecondPersonApproval(AbstractGroupApprovalTask):  # type: ignore[misc]
    """Resembles Wagtail's approval by a group, but whoever wrote the change cannot approve it, administrators included."""

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        from lms.requirements.approving import author_of

        actions: list[tuple[str, str, bool]] = super().get_actions(obj, user)
        return [] if author_of(obj.get_latest_revision()) == user.pk else actions

    @classmethod
    def get_description(cls) -> str:
        return str(_("Members of the chosen groups can approve what another person wrote"))

    class Meta:
        app_label = "lms"
        verbose_name = _("approval by a second person")
        verbose_name_plural = _("approvals by a second person")
