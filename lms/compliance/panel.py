"""The panel on Wagtail's dashboard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component

from lms.compliance.counting import Counts, rolled_up
from lms.compliance.links import linked
from lms.compliance.reports import PERMISSION
from lms.people.models import Office


class CompliancePanel(Component):  # type: ignore[misc]
    """Done of those due, for the highest office that the viewer may see. Empty for everybody else."""

    name = "compliance"
    template_name = "lms/admin/panel.html"
    order = 50

    class Media:
        css = {"all": ["lms/admin.css"]}

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        if not self.request.user.has_perm(PERMISSION):
            return {"rows": []}
        offices = list(Office.objects.visible_to(self.request.user))
        top = offices[:1]
        within = [office for office in offices if top and office.path.startswith(top[0].path)]
        today = timezone.localdate()
        counts = Counts(offices=within, as_at=today, shown=top)
        rows = rolled_up(roots=top, offices=within, as_at=today, counts=counts)
        return {"rows": [linked(row, {"as_at": today.isoformat()}) for row in rows], "office": top and top[0]}
