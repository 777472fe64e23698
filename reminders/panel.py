"""The panel on Wagtail's dashboard that says when reminders stand still."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component

from lms.compliance.reports import PERMISSION
from reminders.watching import troubles

SEE_STANDSTILL = "lms_reminders.see_standstill"


class StandstillPanel(Component):  # type: ignore[misc]
    """Only for whoever may see it, and only while something stands still. It counts over the whole organisation."""

    name = "standstill"
    template_name = "reminders/standstill_panel.html"
    order = 10

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = self.request.user
        if not user.has_perm(SEE_STANDSTILL):
            return {"troubles": []}
        return {"troubles": troubles(timezone.now()), "may_open": user.has_perm(PERMISSION)}
