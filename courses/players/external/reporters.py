"""The panel in an external course's form that says which systems may report it, and leads to where that is said.

It is said of the activity, not of the page: it holds at once for all editions, and no revision of a page brings back a
system that was taken away.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from lms.requirements.models import Activity


class ReportersPanel(Panel):  # type: ignore[misc]
    class BoundPanel(Panel.BoundPanel):  # type: ignore[misc]
        template_name = "courses/external/admin/reporters_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Names of systems are for those who may choose them."""
            part = Activity.objects.filter(part_of=self.instance.activity_id or 0).order_by("position", "pk").first()
            trusted = list(part.trusted.all()) if part and part.word == Activity.Word.TRUSTED else []
            may_change = part is not None and self.request.user.has_perm("lms.change_activity")
            return {
                **super().get_context_data(parent_context),
                "part": part,
                "number": len(trusted),
                "names": [item.name for item in trusted] if may_change else [],
                "address": reverse("activities:edit", args=[part.pk]) if part and may_change else "",
            }


def reporters_panel() -> ReportersPanel:
    return ReportersPanel(heading=_("Reported by the provider's system"))
