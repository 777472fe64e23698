"""Access tokens in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from lms.admin_secrets import IssueView
from lms.tokens.models import AccessToken


class IssueToken(IssueView):
    once = _("Copy it now; it cannot be shown again.")

    def issue(self, form: Any) -> tuple[AccessToken, dict[str, str]]:
        secret = AccessToken.issue(**{name: form.cleaned_data[name] for name in ("name", "purpose", "office")})
        token = AccessToken.objects.get(token_hash=AccessToken.hash_token(secret))
        log(token, "lms.token.issue", user=self.request.user, data={"purpose": token.purpose})
        return token, {"token": secret}


class AccessTokenViewSet(ModelViewSet):  # type: ignore[misc]
    model = AccessToken
    icon = "key"
    add_view_class = IssueToken
    list_display = ["name", "purpose", "office", "is_active", "created_at"]
    panels = [FieldPanel("name"), FieldPanel("purpose"), FieldPanel("office"), FieldPanel("is_active")]
    copy_view_enabled = False
    menu_label = _("Access tokens")
