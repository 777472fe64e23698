"""Compliance in Wagtail: region to office to people to one person. Every number opens its list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, Subquery
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
from lms.compliance.days import AsAt
from lms.compliance.differences import Differences
from lms.compliance.figures import Row, listed, rolled_up
from lms.compliance.looking import Where, looked
from lms.compliance.reports import GuardedExport, LmsReportView
from lms.people.models import Category, Office, Person
from lms.requirements.models import Requirement
from lms.requirements.wording import STANDINGS

BUCKETS = {
    "in_scope": gettext_lazy("In scope"),
    "complete": gettext_lazy("Complete"),
    "within_deadline": gettext_lazy("Within deadline"),
    "overdue": gettext_lazy("Overdue"),
    "waived": gettext_lazy("Waived"),
    "on_leave": gettext_lazy("On long leave"),
    "left": gettext_lazy("Left"),
}
UNIONS = {"in_scope": ("left", "on_leave"), "due": ("left", "on_leave", "within_deadline")}  # by what they leave out
LISTS = {"due": gettext_lazy("All but those within their deadline"), **BUCKETS}
PERMISSION = "lms.view_compliance"


def list_url(*, office: Office | None, requirement: Requirement, name: str, day: dict[str, str]) -> str:
    """The list behind one number; ``day`` as ``AsAt.day_query``."""
    query = {"requirement": requirement.code, "bucket": name, **day}
    if office:
        query["office"] = office.code
    return f"{reverse('lms_people_report')}?{urlencode(query)}"


def linked(row: Row, day: dict[str, str]) -> dict[str, Any]:
    """A line of a table: the figures, and by name of a figure the address of its list."""
    urls = {name: list_url(office=row.office, requirement=row.requirement, name=name, day=day) for name in LISTS}
    return {"requirement": row.requirement, "figures": row.figures, "urls": urls}


class OfficeReport(AsAt, GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """The figures of one office and of the offices below it. HR, heads of office and auditors, their own offices."""

    permission = PERMISSION
    template_name = "lms/admin/compliance.html"
    page_title = gettext_lazy("Compliance")
    header_icon = "clipboard-list"
    export_filename = "compliance"
    list_export = [
        "office.code", "office.name", "requirement.code", "figures.in_scope", "figures.complete",
        "figures.within_deadline", "figures.overdue", "figures.waived", "figures.on_leave", "figures.left",
        "figures.percent_of_due", "figures.percent_of_everyone",
    ]  # fmt: skip
    export_headings = {
        "office.code": "office", "office.name": "office_name", "requirement.code": "requirement",
    }  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.GET.get("office", "")
        self.office = self.visible_office(code) if code else None
        if code and self.office is None:
            raise Http404
        if not code and len(self.roots()) == 1:
            self.office = self.roots()[0]
        if self.is_export:
            return self.as_spreadsheet(self.rows(), request.GET["export"])  # type: ignore[no-any-return]
        return super().get(request, *args, **kwargs)  # type: ignore[no-any-return]

    def children(self) -> list[Office]:
        if self.office is None:
            return self.roots()
        return [item for item in self.offices if item.depth == self.office.depth + 1 and self.is_below(item)]

    def is_below(self, office: Office) -> bool:
        return self.office is None or office.path.startswith(self.office.path)

    def rows(self) -> list[Row]:
        """The office itself first, then those below it."""
        roots = ([self.office] if self.office else []) + self.children()
        within = [office for office in self.offices if self.is_below(office)]
        return rolled_up(roots=roots, offices=within, as_at=self.as_at, known_at=self.known_at)

    def differences(self) -> Differences | None:
        """What came to be known since, of a day that is past."""
        if self.as_at >= timezone.localdate():
            return None
        within = [office for office in self.offices if self.is_below(office)]
        return Differences(as_at=self.as_at, offices=within)

    def office_url(self, office: Office) -> str:
        return f"{reverse('lms_compliance')}?{urlencode({'office': office.code, **self.day_query})}"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        chain = [item for item in self.offices if self.office and self.office.path.startswith(item.path)]
        return [{"url": self.office_url(item), "label": item.name} for item in chain]

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
            is_past=self.as_at < timezone.localdate(),
            differences=self.differences(),
            buckets=BUCKETS,
            own=[self._line(row) for row in mine],
            requirements=requirements,
            below=[
                {
                    "office": child,
                    "url": self.office_url(child),
                    "cells": [below.get(child.pk, {}).get(item.pk) for item in requirements],
                }
                for child in self.children()
            ],
            **kwargs,
        )

    def _line(self, row: Row) -> dict[str, Any]:
        line = linked(row, self.day_query)
        return line | {"cells": [(getattr(row.figures, name), line["urls"][name]) for name in BUCKETS]}


def _of_office(name: str) -> Subquery:
    return Subquery(Office.objects.filter(pk=OuterRef("office")).order_by().values(name))


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
        found = (
            listed(self.as_at, known_at=self.known_at)
            .filter(office__in=[office.pk for office in self.offices])
            .annotate(
                office_name=_of_office("name"),
                office_code=_of_office("code"),
                opens=Q(person__office__in=[office.pk for office in self.visible]),
            )
            .select_related("person", "requirement", "completion")
            .order_by("due_on", "person__name", "pk")
        )
        if query.get("office"):
            office = self.visible_office(query["office"])
            if office is None:
                raise Http404
            found = found.filter(office__in=[item.pk for item in self.offices if item.path.startswith(office.path)])
        if query.get("requirement"):
            wanted = next((item.pk for item in Requirement.objects.all() if item.code == query["requirement"]), None)
            found = found.filter(requirement=wanted)
        bucket = query.get("bucket", "")
        if bucket in UNIONS:
            return found.exclude(bucket__in=UNIONS[bucket])
        return found.filter(bucket=bucket) if bucket in BUCKETS else found

    def get_page_subtitle(self) -> str:
        return str(LISTS.get(self.request.GET.get("bucket", ""), ""))

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_compliance"), "label": _("Compliance")}
        return [up, *super().get_breadcrumbs_items()]


class PersonReport(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """One person: what they owe, why, and what is recorded. Standing only; no score and no answer is shown."""

    permission = PERMISSION
    template_name = "lms/admin/person.html"
    header_icon = "user"

    @cached_property
    def person(self) -> Person:
        found = (
            Person.objects.filter(number=self.kwargs["number"], office__in=[office.pk for office in self.offices])
            .select_related("office", "supervisor", "user")
            .first()
        )
        if found is None:
            raise Http404
        return found

    def get_page_title(self) -> str:
        return self.person.name

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        office = self.person.office
        up = [
            {"url": reverse("lms_compliance"), "label": _("Compliance")},
            {"url": f"{reverse('lms_compliance')}?office={office.code}", "label": office.name},
        ]
        return [*up, {"url": "", "label": self.person.name}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        looked(viewer=self.request.user, people=[self.person], where=Where.PERSON)
        today = timezone.localdate()
        assignments = (
            self.person.assignments.with_standing(today)  # type: ignore[attr-defined]
            .select_related("requirement", "completion__activity", "completion__statement")
            .order_by("requirement__title", "-cycle")
        )
        return super().get_context_data(
            shown=self.person,
            today=today,
            assignments=assignments,
            can_invite=self.request.user.has_perm("lms.add_invitation") and not self.person.user_id,
            invitation=kwargs.pop("invitation", ""),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make an invitation link for somebody who cannot be reached by e-mail; it is shown this once."""
        from lms.people.inviting import invite

        if not request.user.has_perm("lms.add_invitation") or self.person.user_id:
            raise Http404
        link = invite(person=self.person, by=request.user)
        return self.render_to_response(self.get_context_data(invitation=link))
