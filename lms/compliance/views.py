"""Compliance in Wagtail: region to office to people to one person. Every number opens its list."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.columns import DayColumn
from lms.compliance.counting import Counts, rolled_up
from lms.compliance.days import AsAt
from lms.compliance.differences import Differences
from lms.compliance.figures import Row, listed, with_office
from lms.compliance.links import linked, office_url
from lms.compliance.narrowing import BUCKETS, conditions, narrowed, told
from lms.compliance.paging import ORDER, OfficeByOffice
from lms.compliance.reports import PERMISSION, GuardedExport, LmsReportView
from lms.compliance.sections import taken_apart
from lms.compliance.sheets import COLUMNS, About, figures_of, workbook
from lms.people.models import Category, Office
from lms.requirements.wording import STANDINGS


class OfficeReport(AsAt, GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """The figures of one office and of the offices below it. HR, heads of office and auditors, their own offices."""

    permission = PERMISSION
    template_name = "lms/admin/compliance.html"
    page_title = gettext_lazy("Compliance")
    header_icon = "clipboard-list"
    export_filename = "compliance"
    list_export = COLUMNS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.GET.get("office", "")
        self.office = self.visible_office(code) if code else None
        if code and self.office is None:
            raise Http404
        if not code and len(self.roots()) == 1:
            self.office = self.roots()[0]
        if self.is_export:
            return self.as_spreadsheet(self.lines(), request.GET["export"])  # type: ignore[no-any-return]
        return super().get(request, *args, **kwargs)  # type: ignore[no-any-return]

    def children(self) -> list[Office]:
        if self.office is None:
            return self.roots()
        return [item for item in self.offices if item.depth == self.office.depth + 1 and self.is_below(item)]

    def is_below(self, office: Office) -> bool:
        return self.office is None or office.path.startswith(self.office.path)

    def shown(self) -> list[Office]:
        """The office itself first, then those below it."""
        return ([self.office] if self.office else []) + self.children()

    def rows(self) -> list[Row]:
        return rolled_up(roots=self.shown(), offices=self.within(), as_at=self.as_at, counts=self.counts)

    @cached_property
    def counts(self) -> Counts:
        shown = self.shown()
        apart = [self.office] if self.office else shown
        return Counts(offices=self.within(), as_at=self.as_at, known_at=self.known_at, shown=shown, apart=apart)

    @property
    def for_outside(self) -> bool:
        """True where the export leaves HR, so that small numbers are withheld."""
        return self.request.GET.get("for_outside", "") not in ("", "0")

    def lines(self) -> list[dict[str, Any]]:
        return figures_of(
            roots=self.shown(), offices=self.within(), as_at=self.as_at, known_at=self.known_at,
            for_outside=self.for_outside,
        )  # fmt: skip

    def to_row_dict(self, item: dict[str, Any]) -> dict[str, Any]:
        return item

    def get_filename(self) -> str:
        marks = ("-as-known-then" if self.known_at else "", "-for-outside" if self.for_outside else "")
        return self.export_filename + "".join(marks)

    def write_xlsx(self, queryset: list[dict[str, Any]], output: BytesIO) -> None:
        about = About(self.office, self.as_at, timezone.now(), self.for_outside, self.known_at)
        output.write(workbook(queryset, about=about))

    def differences(self) -> Differences | None:
        """What came to be known since, of a day that is past."""
        return Differences(as_at=self.as_at, offices=self.within()) if self.as_at < timezone.localdate() else None

    def within(self) -> list[Office]:
        return [office for office in self.offices if self.is_below(office)]

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        chain = [item for item in self.offices if self.office and self.office.path.startswith(item.path)]
        return [{"url": office_url(item, self.day_query), "label": item.name} for item in chain]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.rows()
        mine = [row for row in rows if row.office == self.office]
        below: dict[int, dict[int, dict[str, Any]]] = {}
        for row in rows:
            below.setdefault(row.office.pk, {})[row.requirement.pk] = linked(row, self.day_query)
        requirements = sorted({row.requirement for row in rows}, key=lambda item: (item.due_days, item.title))
        return super().get_context_data(
            office=self.office,
            as_at=self.as_at,
            made_at=timezone.now(),
            buckets=BUCKETS,
            own=[self._line(row) for row in mine],
            requirements=requirements,
            below=[
                {
                    "office": child,
                    "url": office_url(child, self.day_query),
                    "cells": [below.get(child.pk, {}).get(item.pk) for item in requirements],
                }
                for child in self.children()
            ],
            is_past=self.as_at < timezone.localdate(),
            differences=self.differences(),
            **taken_apart(self.counts, office=self.office, day=self.day_query),
            **kwargs,
        )

    def _line(self, row: Row) -> dict[str, Any]:
        line = linked(row, self.day_query)
        return line | {"cells": [(getattr(row.figures, name), line["urls"][name]) for name in BUCKETS]}


class PeopleReport(AsAt, LmsReportView):
    """The people behind one number."""

    permission = PERMISSION
    page_title = gettext_lazy("People")
    header_icon = "user"
    index_url_name = "lms_people_report"
    index_results_url_name = "lms_people_report_results"
    is_searchable = True
    search_backend_name = None
    search_fields = ["person__name", "person__number"]
    export_filename = "people"
    list_export = [
        "person.number", "person.name", "office_code", "category", "requirement.code",
        "opened_on", "due_on", "standing", "proven_on", "valid_until",
    ]  # fmt: skip
    export_headings = {
        "person.number": "number", "person.name": "name", "office_code": "office", "requirement.code": "requirement",
        "proven_on": "completed_on",
    }  # fmt: skip
    custom_field_preprocess = {"category": dict.fromkeys(("csv", "xlsx"), lambda code: str(Category(code).label))}
    columns = [
        TitleColumn(
            "person.name",
            label=gettext_lazy("Name"),
            # Whoever has moved out of the viewer's offices since then is named, and no longer opened.
            get_url=lambda item: reverse("lms_person_report", args=[item.person.number]) if item.opens else None,
        ),
        Column("office_name", label=gettext_lazy("Office")),
        Column("category", label=gettext_lazy("Category"), accessor=lambda item: Category(item.category).label),
        Column("requirement.title", label=gettext_lazy("Requirement")),
        Column("standing", label=gettext_lazy("Standing"), accessor=lambda item: STANDINGS[item.standing]),
        DayColumn("due_on", label=gettext_lazy("Due on")),
        DayColumn("proven_on", label=gettext_lazy("Completed on")),
    ]

    def for_viewer(self) -> Any:
        query = self.request.GET
        within = self.offices
        if query.get("office"):
            office = self.visible_office(query["office"])
            if office is None:
                raise Http404
            within = [item for item in self.offices if item.path.startswith(office.path)]
        found = self.office_by_office(within)
        return self.rows_of(within) if found is None else found

    def office_by_office(self, within: list[Office]) -> OfficeByOffice | None:
        """Where a tally tells how many each office has; a search and an export read all of them."""
        wanted = None if self.is_searching or self.ordering or self.is_export else conditions(self.request.GET)
        if wanted is None:
            return None
        numbers = Counts(offices=within, as_at=self.as_at, known_at=self.known_at).of_each_office(wanted)
        if numbers is None:
            return None
        return OfficeByOffice(offices=within, numbers=numbers, rows_of=self.rows_of)

    def rows_of(self, offices: list[Office]) -> Any:
        found = (
            with_office(listed(self.as_at, known_at=self.known_at, offices=offices))
            .annotate(opens=Q(person__office__in=[office.pk for office in self.visible]))
            .select_related("person", "requirement", "completion")
            .order_by(*ORDER)
        )
        return narrowed(found, self.request.GET, as_at=self.as_at)

    def get_page_subtitle(self) -> str:
        words = told(self.request.GET)
        return f"{words} · {_('As known then')}" if self.known_at else words

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_compliance"), "label": _("Compliance")}
        return [up, *super().get_breadcrumbs_items()]
