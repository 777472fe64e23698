"""The page that lists what came to be known since a day: by person, what counted then, what counts now, and why."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.compliance.days import AsAt
from lms.compliance.differences import Differences
from lms.compliance.narrowing import BUCKETS
from lms.compliance.reports import PERMISSION, GuardedExport

PAGE = 50


class CorrectionsReport(AsAt, GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """HR, heads of office and auditors, their own offices."""

    permission = PERMISSION
    template_name = "lms/admin/corrections.html"
    page_title = gettext_lazy("What came to be known since")
    header_icon = "history"
    export_filename = "corrections"
    list_export = [
        "person.number", "person.name", "requirement.code", "then", "now", "office_then.code", "office_now.code", "why",
    ]  # fmt: skip
    export_headings = {
        "person.number": "number", "person.name": "name", "requirement.code": "requirement",
        "office_then.code": "office_then", "office_now.code": "office_now",
    }  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.GET.get("office", "")
        self.office = self.visible_office(code) if code else None
        if code and self.office is None:
            raise Http404
        if self.is_export:
            return self.as_spreadsheet(self.differences, request.GET["export"])  # type: ignore[no-any-return]
        return super().get(request, *args, **kwargs)  # type: ignore[no-any-return]

    @cached_property
    def differences(self) -> Differences:
        path = self.office.path if self.office else ""
        return Differences(as_at=self.as_at, offices=[item for item in self.offices if item.path.startswith(path)])

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        office = {"office": self.office.code} if self.office else {}
        up = f"{reverse('lms_compliance')}?{urlencode({**office, 'as_at': self.as_at.isoformat()})}"
        return [{"url": up, "label": _("Compliance")}, {"url": "", "label": str(self.page_title)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(self.differences, PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(
            as_at=self.as_at, office=self.office, page_obj=page,
            elided_page_range=page.paginator.get_elided_page_range(page.number),
            rows=[
                {
                    "row": row,
                    "then": BUCKETS.get(row.then, "–"), "now": BUCKETS.get(row.now, "–"),
                    "url": reverse("lms_person_report", args=[row.person.number]) if self.opens(row.person) else "",
                }
                for row in page.object_list
            ],
            **kwargs,
        )  # fmt: skip
