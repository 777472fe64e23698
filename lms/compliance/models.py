"""Who gets an office's figures by e-mail, how often."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.people.models import Office


class ReportSubscriptionManager(models.Manager[Any]):
    def due(self, at: datetime) -> models.QuerySet[Any]:
        """What should be sent at that moment, unless a worker that is alive has it. Leases run on the real clock."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
        return self.filter(free, not_before__lte=at)

    def claim(self, pk: int, *, by: UUID, at: datetime, until: datetime) -> bool:
        """Take it for sending, unless another worker has it. One conditional UPDATE."""
        due = self.due(at).filter(pk=pk)
        return bool(due.update(claimed_by=by, lease_until=until, attempts=F("attempts") + 1))

    def renew(self, pk: int, *, by: UUID, until: datetime) -> bool:
        """Hold on to one that was claimed, unless the lease has gone to another worker."""
        return bool(self.filter(pk=pk, claimed_by=by, lease_until__isnull=False).update(lease_until=until))


class ReportSubscription(models.Model):
    """The figures of one office for one user, week by week or month by month. The row is the queue.

    It gives no right: whether the recipient may see the office is asked each time. Personal data: who gets what and
    when it was sent last. Deleted when it is stopped, and with the account.
    """

    class Every(models.TextChoices):
        WEEK = "week", _("every Monday")
        MONTH = "month", _("on the first of every month")

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        NOT_ENTITLED = "not_entitled", _("not sent: may not see this office now")
        NO_ADDRESS = "no_address", _("not sent: no address in the organisation")
        FAILED = "failed", _("given up for this time")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_subscriptions",
        verbose_name=_("recipient"),
    )  # fmt: skip
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+", verbose_name=_("office"))
    every = models.CharField(_("how often"), max_length=8, choices=Every, default=Every.MONTH)
    for_outside = models.BooleanField(
        _("for use outside HR"), default=False, help_text=_("Small numbers are withheld.")
    )
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = ReportSubscriptionManager()

    class Meta:
        app_label = "lms"
        verbose_name = _("report by e-mail")
        verbose_name_plural = _("reports by e-mail")
        ordering = ["office__path", "recipient", "every"]
        constraints = [
            models.UniqueConstraint(name="lms_report_subscribed_once", fields=["recipient", "office", "every"])
        ]

    def __str__(self) -> str:
        return f"{self.office} – {self.recipient}"
