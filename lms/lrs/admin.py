"""Record store credentials in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from lms.admin_secrets import IssueView
from lms.lrs.models import Credential, ForwardingTarget


class IssueCredential(IssueView):
    once = _("Copy them now; the secret cannot be shown again.")

    def issue(self, form: Any) -> tuple[Credential, dict[str, str]]:
        credential, secret = Credential.issue(**form.cleaned_data)
        log(credential, "lms.credential.issue", user=self.request.user)
        return credential, {"key": credential.key, "secret": secret}


class CredentialViewSet(ModelViewSet):  # type: ignore[misc]
    model = Credential
    icon = "key"
    add_view_class = IssueCredential
    list_display = ["name", "key", "is_active", "expires_at", "last_used_at"]
    panels = [
        FieldPanel("name"),
        FieldPanel("scopes"),
        MultiFieldPanel(
            [
                FieldPanel("actor"),
                FieldPanel("activity_prefix"),
                FieldPanel("authority"),
                FieldPanel("per_minute"),
                FieldPanel("expires_at"),
            ],
            heading=_("Bounds"),
        ),
        FieldPanel("is_active"),
    ]
    copy_view_enabled = False
    menu_label = _("Record store credentials")


class ForwardingTargetViewSet(ModelViewSet):  # type: ignore[misc]
    """Superusers only, as they have every permission: a target sees what everybody learns."""

    model = ForwardingTarget
    icon = "upload"
    list_display = ["name", "endpoint", "is_active", "waiting", "refused", "last_sent_at", "last_error"]
    panels = [
        FieldPanel("name"),
        FieldPanel("endpoint"),
        FieldPanel("credential_name"),
        FieldPanel("version"),
        MultiFieldPanel(
            [FieldPanel("since"), FieldPanel("verbs"), FieldPanel("activity_prefix"), FieldPanel("pseudonymise")],
            heading=_("What goes there"),
        ),
        FieldPanel("is_active"),
    ]
    copy_view_enabled = False
    menu_label = _("Forwarding")
