"""Tools in Wagtail's admin. Administrators only, as with access tokens: nobody looks at what a tool reports."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.views.generic import CreateView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from courses.models import Tool
from courses.players.external.lti.panel import tool_panel
from courses.players.external.lti.registering import register


class RegisterTool(CreateView):  # type: ignore[misc]
    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "activity": self.request.GET.get("activity", "")}

    def save_instance(self) -> Tool:
        return register(tool=self.form.save(commit=False), by=self.request.user)


class ToolViewSet(ModelViewSet):  # type: ignore[misc]
    model = Tool
    icon = "link-external"
    add_view_class = RegisterTool
    list_display = ["activity", "client_id", "is_active"]
    panels = [
        FieldPanel("activity"),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("login_url", "target_link_uri", "redirect_uris", "jwks_url")],
            heading=_("What the provider tells you"),
        ),
        tool_panel(_("What the provider needs to know")),
        FieldPanel("is_active"),
    ]
    copy_view_enabled = False
    add_to_admin_menu = True
    menu_label = _("LTI tools")
    menu_order = 256


class NeverDeleted(ModelPermissionPolicy):  # type: ignore[misc]
    """It is switched off: what it reported names it."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


register_permission_policy(Tool, NeverDeleted(Tool), exact_class=True)
