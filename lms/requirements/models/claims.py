"""What others say of our activities."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lrs.models import Statement
from lms.people.models import Person
from lms.requirements.models.activities import Activity


class Claim(models.Model):
    """Another system says that somebody passed or completed one of our activities.

    The statement is the fact and stays as it is. The claim says whether it is believed; ``doubts`` (names of
    ``plausibility.Doubt``) say why not. HR may accept one in spite of its doubts. Kept as long as the statement.
    """

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="claim")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="claims", verbose_name=_("person"),
        help_text="Empty: the actor is nobody of ours.",
    )  # fmt: skip
    doubts = models.JSONField(default=list)
    is_believed = models.BooleanField(_("counts"), default=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-statement"]
        permissions = [("accept_claim", _("Can accept a reported completion that is in doubt"))]
        constraints = [
            models.CheckConstraint(
                name="lms_claim_is_believed_for_a_reason",
                condition=Q(is_believed=False) | Q(doubts=[]) | Q(accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="lms_claim_is_about_somebody", condition=Q(is_believed=False) | Q(person__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["is_believed", "statement"], name="lms_claim_doubted")]

    def __str__(self) -> str:
        return f"{self.activity} {self.person or '?'}"
