"""The line on Wagtail's dashboard about addresses that do not work."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.components import Component

from lms.people.models import Office
from reminders.addresses_report import SEE, people_with_dead_addresses


class AddressesPanel(Component):  # type: ignore[misc]
    """How many people of the viewer's offices; nothing where there are none, and for everybody but HR."""

    name = "addresses"
    template_name = "reminders/admin/panel.html"
    order = 55

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = self.request.user
        if not user.has_perm(SEE):
            return {"count": 0}
        return {"count": people_with_dead_addresses(list(Office.objects.visible_to(user))).count()}
