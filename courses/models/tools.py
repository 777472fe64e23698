"""A provider's system that speaks LTI 1.3 (a tool), and what is kept while people are sent to it and it reports."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.players.external.lti.addresses import problem
from courses.players.external.rules import entries
from lms.lrs.models import Credential
from lms.people.models import Person
from lms.requirements.models import Activity

MOST_REDIRECTS = 10


def valid_address(address: str) -> None:
    if problem(address):
        raise ValidationError(_("A full https:// address, without a port."))


class Tool(models.Model):
    """A provider's system that gives one external course and reports its scores by LTI 1.3 (the tool; we are the platform).

    It is said of the activity, not of a page. Its word comes in by a record store credential of its own, whose secret
    nobody knows, and is weighed as that of every other system (``lms.requirements.claiming``). No personal data.
    """

    activity = models.OneToOneField(
        Activity, on_delete=models.PROTECT, related_name="+", limit_choices_to={"kind": "external"},
        verbose_name=_("course"), help_text=_("One registration for each course: the provider gets a client id for each."),
    )  # fmt: skip
    credential = models.OneToOneField(Credential, on_delete=models.PROTECT, related_name="+", editable=False)
    client_id = models.CharField(_("client id"), max_length=64, unique=True, editable=False)
    deployment_id = models.CharField(_("deployment id"), max_length=64, unique=True, editable=False)
    line_item = models.UUIDField(_("line item"), unique=True, default=uuid.uuid4, editable=False)
    login_url = models.CharField(
        _("login address"), max_length=500, validators=[valid_address],
        help_text=_("Where the learner is sent first. Providers call it OIDC login URL or initiate login URL."),
    )  # fmt: skip
    target_link_uri = models.CharField(
        _("address of the course"), max_length=500, validators=[valid_address],
        help_text=_("Which course is opened. Providers call it target link URI or launch URL. It is always this one."),
    )  # fmt: skip
    redirect_uris = models.TextField(
        _("redirect addresses"), max_length=2000,
        help_text=_("Where the signed launch may be handed over, one a line, exactly as the provider gives them."),
    )  # fmt: skip
    jwks_url = models.CharField(
        _("address of its keys"), max_length=500, validators=[valid_address],
        help_text=_("Where the provider publishes its public keys (JWKS). Whoever holds one of them reports this course."),
    )  # fmt: skip
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Otherwise nobody is sent there, and nothing is taken from it, at once."),
    )

    class Meta:
        app_label = "lms_courses"
        verbose_name = _("LTI tool")
        verbose_name_plural = _("LTI tools")
        ordering = ["activity__name"]

    def __str__(self) -> str:
        return str(self.activity)

    def clean(self) -> None:
        super().clean()
        found = self.redirects()
        wrong = [address for address in found if len(address) > 500 or problem(address)]
        if wrong or not 1 <= len(found) <= MOST_REDIRECTS:
            raise ValidationError({"redirect_uris": _("One to ten full https:// addresses, one a line.")})
        if self.pk and not Tool.objects.filter(pk=self.pk, activity=self.activity_id).exists():
            raise ValidationError(
                {"activity": _("What this tool reported is of that course. Register it anew instead.")}
            )

    def redirects(self) -> list[str]:
        return entries(self.redirect_uris)


class ToolLaunch(models.Model):
    """Somebody is sent to the tool: from the login that we ask for, to the signed answer that is given once.

    ``registration`` is the obligation that they did it for. Personal data under a pseudonym: when somebody began. Those
    that were never answered go after a day, the others after 12 months.
    """

    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="launches")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    registration = models.UUIDField()
    hint_hash = models.CharField(max_length=64, unique=True)
    nonce_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001  several launches have none yet
    state_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001
    begun_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "lms_courses"
        default_permissions = ()
        indexes = [models.Index(fields=["tool", "person", "answered_at"], name="lms_courses_tool_launch")]
        constraints = [
            models.UniqueConstraint(name="lms_courses_nonce_once", fields=["tool", "nonce_hash"]),
            models.UniqueConstraint(name="lms_courses_state_once", fields=["tool", "state_hash"]),
        ]

    def __str__(self) -> str:
        return f"{self.tool} {self.begun_at:%Y-%m-%d %H:%M}"


class ToolToken(models.Model):
    """With it the tool may put scores into its line item, for minutes. Kept as a hash."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "lms_courses"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.tool} {self.expires_at:%Y-%m-%d %H:%M}"


class ToolAssertion(models.Model):
    """A signed request for a token, by its id: kept until it has expired, so that none is good twice."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="+")
    jti_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "lms_courses"
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="lms_courses_assertion_once", fields=["tool", "jti_hash"])]

    def __str__(self) -> str:
        return f"{self.tool} {self.expires_at:%Y-%m-%d %H:%M}"
