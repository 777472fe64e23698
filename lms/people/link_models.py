"""Links that sign one person in, once, to one task."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.people.models import Person


class SignInLink(models.Model):
    """A link in a message that signs its reader in to their own task, once.

    Resembles an invitation, but there is an account already, and what it opens is learning only (``link_sessions``). Only
    a hash of the token is kept. Personal data: who got a link, when, and whether it was used. Kept 30 days after its end.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    leads_to = models.CharField(max_length=200, help_text="A path of ours, below My learning.")
    carried_by = models.CharField(max_length=200, blank=True, help_text="The Message-ID of the e-mail that holds it.")
    account = models.CharField(max_length=64, help_text="Seal over user, password and addresses as they were then.")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("sign-in link")
        verbose_name_plural = _("sign-in links")
        constraints = [
            models.CheckConstraint(name="lms_signinlink_ends_after_it_is_made", condition=Q(ends_at__gt=F("made_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.made_at:%Y-%m-%d}"
