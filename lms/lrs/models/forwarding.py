"""Where statements are passed on to, and what still has to go there."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lrs.models.statements import Statement

# Only names made for this: whoever edits a target must not be able to send DATABASE_URL to an address of their own.
CREDENTIAL_NAME = RegexValidator(r"^LMS_FORWARD_[A-Z0-9_]+$", _("The name must begin with LMS_FORWARD_."))

ENCRYPTED = RegexValidator(
    r"^(https://|http://(localhost|127\.0\.0\.1)[:/])\S+/$",
    _("The address begins with https:// and ends with a slash."),
)


class ForwardingTarget(models.Model):
    """An external record store that gets what is said here. Key and secret stay in the environment."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    endpoint = models.URLField(
        _("address"), max_length=500, validators=[ENCRYPTED],
        help_text=_("The root of its xAPI, with a slash at the end."),
    )  # fmt: skip
    credential_name = models.CharField(
        _("environment variable"), max_length=100, validators=[CREDENTIAL_NAME],
        help_text=_("It holds key:secret, and its name begins with LMS_FORWARD_."),
    )  # fmt: skip
    version = models.CharField(
        _("xAPI version"), max_length=8, choices=[("1.0.3", "1.0.3"), ("2.0.0", "2.0.0")], default="1.0.3"
    )
    verbs = models.TextField(_("verbs"), blank=True, help_text=_("Only these, one id a line. Empty: every verb."))
    activity_prefix = models.CharField(
        _("activities"), max_length=1000, blank=True, help_text=_("Only about ids that begin like this. Empty: all.")
    )
    pseudonymise = models.BooleanField(
        _("hide who it was"), default=False,
        help_text=_("Every agent is replaced by a code that only this site can lead back to the person."),
    )  # fmt: skip
    since = models.DateTimeField(_("from"), help_text=_("What is stored from this moment on."))
    is_active = models.BooleanField(_("active"), default=True)
    claimed_until = models.DateTimeField(null=True, editable=False)
    next_try = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)
    last_sent_at = models.DateTimeField(_("last sent"), null=True, editable=False)
    sent = models.PositiveBigIntegerField(_("sent"), default=0, editable=False)

    class Meta:
        app_label = "lms"
        verbose_name = _("forwarding target")
        verbose_name_plural = _("forwarding targets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def wanted_verbs(self) -> set[str]:
        return set(self.verbs.split())

    def waiting(self) -> int:
        """Statements that have yet to go."""
        return self.outgoing.filter(set_aside="").count()

    def oldest(self) -> datetime | None:
        """Since when the first of them waits."""
        first = self.outgoing.filter(set_aside="").order_by("pk").values_list("written_at", flat=True).first()
        return first

    def refused(self) -> int:
        """Statements that the target will not take."""
        return self.outgoing.exclude(set_aside="").count()

    @classmethod
    def claim(cls, pk: int, *, now: datetime, until: datetime) -> bool:
        """Take the target for a while, unless another worker has it or it is to be left in peace."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        rested = Q(next_try=None) | Q(next_try__lte=now)
        return bool(cls.objects.filter(free, rested, pk=pk, is_active=True).update(claimed_until=until))


class Outgoing(models.Model):
    """One statement that has yet to reach one target: written with the statement, taken away when it has arrived."""

    id = models.BigAutoField(primary_key=True)
    target = models.ForeignKey(ForwardingTarget, on_delete=models.CASCADE, related_name="outgoing")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="outgoing")
    written_at = models.DateTimeField(auto_now_add=True)
    set_aside = models.TextField(_("reason"), blank=True, help_text=_("Why the target will not take it."))

    class Meta:
        app_label = "lms"
        verbose_name = _("statement on its way")
        verbose_name_plural = _("statements on their way")
        constraints = [models.UniqueConstraint(fields=["target", "statement"], name="lms_outgoing_once")]
        indexes = [
            models.Index(fields=["target", "id"], name="lms_outgoing_waiting", condition=models.Q(set_aside=""))
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} to {self.target_id}"
