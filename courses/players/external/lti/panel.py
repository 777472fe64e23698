"""The panel that shows what a provider needs to know of us, on the page of the course and in the form of its tool."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from lms.conf import conf


class ToolPanel(Panel):  # type: ignore[misc]
    """It is said of the activity, not of the page, and by an administrator: the word of a tool counts unseen."""

    class BoundPanel(Panel.BoundPanel):  # type: ignore[misc]
        template_name = "courses/external/admin/tool_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from courses.models import Tool
            from courses.players.external.lti.keys import can_sign
            from courses.players.external.lti.launching import line_item

            activity = self.instance.activity_id
            tool = Tool.objects.filter(activity=activity).select_related("credential").first() if activity else None
            return {
                **super().get_context_data(parent_context),
                "tool": tool,
                "is_published": bool(activity) or isinstance(self.instance, Tool),
                "is_form": isinstance(self.instance, Tool),
                "works": tool is not None and tool.is_active and tool.credential.is_active,
                "can_sign": can_sign(),
                "address": "" if isinstance(self.instance, Tool) else self._address(tool),
                "issuer": conf.SITE_URL,
                "line_item": line_item(tool) if tool else "",
                "ours": {
                    name: conf.SITE_URL + reverse(f"courses:lti_{name}") for name in ("authorize", "token", "keys")
                },
            }

        def _address(self, tool: Any) -> str:
            """Of the form; for those who may use it."""
            user, activity = self.request.user, self.instance.activity_id
            if tool is not None and user.has_perm("lms_courses.change_tool"):
                return reverse("lti_tools:edit", args=[tool.pk])
            if tool is None and activity and user.has_perm("lms_courses.add_tool"):
                return f"{reverse('lti_tools:add')}?activity={activity}"
            return ""


def tool_panel(heading: Any = "") -> ToolPanel:
    return ToolPanel(heading=heading or _("The provider's tool"))
