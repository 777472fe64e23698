"""Joiners: who had completed what the onboarding gate asks for before the first day, and who had not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn

from lms.columns import DayColumn
from lms.compliance.days import AsAt
from lms.compliance.reports import PERMISSION, LmsReportView
from lms.people.models import Office, Person
from lms.requirements.models import Assignment

GATE = "onboarding"
PERIOD = timedelta(days=365)


@dataclass(frozen=True)
class Joiners:
    """``cleared`` of ``joined`` people had everything before their first day."""

    joined: int
    cleared: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.cleared / self.joined, 1) if self.joined else None


def joiners(*, since: date, as_at: date) -> Any:
    """People who joined after ``since`` and by ``as_at`` under a rule of the gate, with ``lacking`` True or False.

    A rule counts that was in force on the day of joining. A waiver is no completion; a proof that had ended is none
    either. Who left on the first day never came.
    """
    first_day = OuterRef("joined_on")
    asked = Assignment.objects.filter(
        Q(requirement__applies_until__isnull=True) | Q(requirement__applies_until__gte=first_day),
        Q(ended_on__isnull=True) | Q(ended_on__gt=first_day),
        person=OuterRef("pk"),
        requirement__gate=GATE,
        requirement__applies_from__lte=first_day,
    )
    proof = Assignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=OuterRef("person__joined_on")),
        person=OuterRef("person"),
        requirement=OuterRef("requirement"),
        completed_on__lt=OuterRef("person__joined_on"),
    )
    came = Q(left_on__isnull=True) | Q(left_on__gt=F("joined_on"))
    people = Person.objects.filter(came, joined_on__gt=since, joined_on__lte=as_at)
    return people.annotate(lacking=Exists(asked.filter(~Exists(proof)))).filter(Exists(asked))


def counted_joiners(*, offices: Iterable[Office], since: date, as_at: date) -> Joiners:
    """Of the people of these offices. One query."""
    found = joiners(since=since, as_at=as_at).filter(office__in=[office.pk for office in offices])
    counts = found.aggregate(joined=Count("pk"), cleared=Count("pk", filter=Q(lacking=False)))
    return Joiners(**counts)


def joiners_url(*, office: Office | None, as_at: date, cleared: str = "") -> str:
    """The list behind the figure."""
    query = {"as_at": as_at.isoformat(), "cleared": cleared, "office": office.code if office else ""}
    return f"{reverse('lms_joiners_report')}?{urlencode({name: value for name, value in query.items() if value})}"


class JoinersReport(AsAt, LmsReportView):
    """The people who joined within the year before a day, and whether they were cleared before."""

    permission = PERMISSION
    page_title = gettext_lazy("Joiners")
    header_icon = "user"
    index_url_name = "lms_joiners_report"
    index_results_url_name = "lms_joiners_report_results"
    export_filename = "joiners"
    list_export = ["number", "name", "office.code", "get_category_display", "joined_on", "cleared"]
    export_headings = {"office.code": "office", "get_category_display": "category"}
    columns = [
        TitleColumn(
            "name", label=gettext_lazy("Name"), get_url=lambda item: reverse("lms_person_report", args=[item.number])
        ),
        Column("office.name", label=gettext_lazy("Office")),
        Column("get_category_display", label=gettext_lazy("Category")),
        DayColumn("joined_on", label=gettext_lazy("Joined on")),
        Column(
            "lacking",
            label=gettext_lazy("Everything complete before the first day"),
            accessor=lambda item: _("No") if item.lacking else _("Yes"),
        ),
    ]

    def for_viewer(self) -> Any:
        found = joiners(since=self.as_at - PERIOD, as_at=self.as_at).filter(
            office__in=[office.pk for office in self.offices]
        )
        code, cleared = self.request.GET.get("office"), self.request.GET.get("cleared")
        if code:
            office = self.visible_office(code)
            if office is None:
                raise Http404
            found = found.filter(office__path__startswith=office.path)
        if cleared:
            found = found.filter(lacking=cleared != "yes")
        return found.select_related("office").order_by("joined_on", "name", "pk")

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        item.cleared = "no" if item.lacking else "yes"
        return super().to_row_dict(item)  # type: ignore[no-any-return]

    def get_page_subtitle(self) -> str:
        said = {"yes": _("Cleared before they joined"), "no": _("Not cleared before they joined")}
        return said.get(self.request.GET.get("cleared", ""), "")

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_compliance"), "label": _("Compliance")}
        return [up, *super().get_breadcrumbs_items()]
