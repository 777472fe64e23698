"""How people of partners come in without an account: invitations by e-mail or on paper, and links to register oneself."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.partners.models.agreements import Agreement
from lms.partners.querysets import InvitationQuerySet
from lms.people.models import Person


class PartnerInvitation(models.Model):
    """Lets one person see what is asked of them, or a partner's signatory the undertaking, without an account.

    Resembles an invitation of staff, but makes no account, so a link works until it ends; a code on
    paper works once. Only a hash is kept. The row is the queue of the e-mails. Personal data: who was invited where to and
    when they came. Deleted a year after its end.
    """

    class Purpose(models.TextChoices):
        LEARN = "learn", _("to see what is asked")
        SIGN = "sign", _("to sign the undertaking")

    class Channel(models.TextChoices):
        EMAIL = "email", _("by e-mail")
        CODE = "code", _("code on paper")

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        NO_ADDRESS = "no_address", _("not sent: no address")
        FAILED = "failed", _("given up")
        NOT_NEEDED = "not_needed", _("not needed any more")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="invitations")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="partner_invitations")
    purpose = models.CharField(max_length=8, choices=Purpose)
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.EmailField(blank=True, help_text="Of a signatory, who is no person here.")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    opened_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("invitation of a partner")
        verbose_name_plural = _("invitations of partners")
        constraints = [
            models.CheckConstraint(
                name="lms_partner_invitation_is_for_somebody",
                condition=Q(purpose="learn", person__isnull=False, address="")
                | Q(purpose="sign", person=None, channel="email") & ~Q(address=""),
            ),
            models.CheckConstraint(
                name="lms_partner_invitation_ends_after_it_is_made", condition=Q(expires_at__gt=F("made_at"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], name="lms_partner_invitations_due", condition=Q(outcome="", channel="email")
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.made_at:%Y-%m-%d}"


class RegistrationLink(models.Model):
    """A link, also as a picture to scan, by which the people of a workshop name themselves under an agreement.

    Ends on its day, when it is revoked, or when as many as it allows have come. Only a hash is kept; the address follows
    from the key and this site's secret, so that it can be shown again.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="registration_links")
    token_hash = models.CharField(max_length=64, unique=True)
    most = models.PositiveSmallIntegerField(_("how many people at most"))
    registered = models.PositiveSmallIntegerField(default=0)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("link to register")
        verbose_name_plural = _("links to register")
        constraints = [
            models.CheckConstraint(
                name="lms_registration_link_keeps_its_bound", condition=Q(registered__lte=F("most"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.made_at:%Y-%m-%d}"
