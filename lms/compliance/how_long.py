"""The page of how long it takes: from assignment to completion, and whether joiners were ready on their first day."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from lms.compliance.links import office_url
from lms.compliance.sections import how_long
from lms.compliance.views import OfficeReport

PAGE = "lms_how_long"


class HowLongReport(OfficeReport):
    """HR, heads of office and auditors, their own offices."""

    template_name = "lms/admin/how_long.html"
    page_title = gettext_lazy("How long it takes")
    header_icon = "time"
    export_filename = "how-long"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        chain = [item for item in self.offices if self.office and self.office.path.startswith(item.path)]
        return [{"url": office_url(item, self.day_query, PAGE), "label": item.name} for item in chain]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = how_long(
            office=self.office, offices=self.within(), as_at=self.as_at, known_at=self.known_at, day=self.day_query
        )
        return super(OfficeReport, self).get_context_data(office=self.office, as_at=self.as_at, **told, **kwargs)
