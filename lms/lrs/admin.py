"""Record store credentials in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.views.generic import EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from lms.admin_secrets import IssueView, show_once
from lms.lrs.models import Credential, ForwardingTarget


class IssueCredential(IssueView):
    once = _("Copy them now; the secret cannot be shown again.")

    def issue(self, form: Any) -> tuple[Credential, dict[str, str]]:
        credential, secret = Credential.issue(**form.cleaned_data)
        log(credential, "lms.credential.issue", user=self.request.user)
        return credential, {"key": credential.key, "secret": secret}


class RenewableCredential(EditView):  # type: ignore[misc]
    """The edit page with a second button, which makes a new secret and shows it this once."""

    template_name = "lms/admin/credential.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "renew" not in request.POST:
            return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]
        credential = self.get_object()
        secret = credential.rotate()
        log(credential, "lms.credential.rotate", user=request.user)
        show_once(request, _("Copy it now; the earlier secret has ended."), {"secret": secret})
        return redirect(request.path)


class CredentialIndex(IndexView):  # type: ignore[misc]
    """Without those of launches, which are many and end by themselves."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().filter(launch=None)


class CredentialViewSet(ModelViewSet):  # type: ignore[misc]
    model = Credential
    icon = "key"
    add_view_class = IssueCredential
    edit_view_class = RenewableCredential
    index_view_class = CredentialIndex
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
    list_display = ["name", "endpoint", "is_active", "waiting", "oldest", "refused", "last_sent_at", "last_error"]
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
