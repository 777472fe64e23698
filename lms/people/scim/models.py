"""What an identity provider knows a person by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.people.models import Person


class ProviderAccount(models.Model):
    """The names under which an identity provider speaks of a person; made at its first word about them.

    Unlike ``Person.user`` it lets nobody in. ``folded`` is what a user name is compared by, and null once the provider
    has deleted it, so that the name can be given again. Personal data: names. Kept as long as the person.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="provider_account")
    user_name = models.CharField(_("user name"), max_length=254)
    folded = models.CharField(max_length=254, unique=True, null=True, editable=False)  # noqa: DJ001  # unique where given
    external_id = models.CharField(max_length=254, blank=True, db_index=True)
    given_name = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=200, blank=True)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "lms"

    def __str__(self) -> str:
        return self.user_name
