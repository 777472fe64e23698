"""Record store credentials in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from lms.admin_secrets import IssueView
from lms.lrs.models import Credential


class IssueCredential(IssueView):
    once = _("Copy them now; the secret cannot be shown again.")

    def issue(self, form: Any) -> tuple[Credential, dict[str, str]]:
        credential, secret = Credential.issue(name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"])
        log(credential, "lms.credential.issue", user=self.request.user)
        return credential, {"key": credential.key, "secret": secret}


class CredentialViewSet(ModelViewSet):  # type: ignore[misc]
    model = Credential
    icon = "key"
    add_view_class = IssueCredential
    list_display = ["name", "key", "is_active", "created_at"]
    panels = [
        FieldPanel("name"),
        FieldPanel("scopes"),
        FieldPanel("is_active"),
    ]
    copy_view_enabled = False
    menu_label = _("Record store credentials")
