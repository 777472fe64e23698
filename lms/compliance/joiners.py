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
from lms.requirements.models import Assignment, Requirement

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


def marks(**requirement: Any) -> tuple[Exists, Exists]:
    """Of a person: whether the gate asked for something on the first day, and whether some of it was lacking.

    A rule counts that was in force on that day. A waiver is no completion; a proof that had ended is none either.
    """
    first_day = OuterRef("joined_on")
    asked = Assignment.objects.filter(
        Q(requirement__applies_until__isnull=True) | Q(requirement__applies_until__gte=first_day),
        Q(ended_on__isnull=True) | Q(ended_on__gt=first_day),
        person=OuterRef("pk"),
        requirement__gate=GATE,
        requirement__applies_from__lte=first_day,
        **requirement,
    )
    proof = Assignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=OuterRef("person__joined_on")),
        person=OuterRef("person"),
        requirement=OuterRef("requirement"),
        completed_on__lt=OuterRef("person__joined_on"),
    )
    return Exists(asked), Exists(asked.filter(~Exists(proof)))


def came(*, since: date, as_at: date) -> Any:
    """People whose first day was after ``since`` and by ``as_at``, once each; who left on the first day never came."""
    stayed = Q(left_on__isnull=True) | Q(left_on__gt=F("joined_on"))
    return Person.objects.filter(stayed, joined_on__gt=since, joined_on__lte=as_at, merged_into=None)


def joiners(*, since: date, as_at: date, **requirement: Any) -> Any:
    """Those of ``came`` of whom the gate asked something, with ``lacking`` True or False."""
    asked, lacking = marks(**requirement)
    return came(since=since, as_at=as_at).annotate(lacking=lacking).filter(asked)


def counted_joiners(
    *, offices: Iterable[Office], since: date, as_at: date
) -> list[tuple[Requirement | None, Joiners]]:
    """Of the people of these offices: for each requirement of the gate, and for all of them together (None).

    Two queries. Empty where no requirement names the gate.
    """
    rules: list[Requirement | None] = list(Requirement.objects.filter(gate=GATE))
    if not rules:
        return []
    rules.append(None)
    found = came(since=since, as_at=as_at).filter(office__in=[office.pk for office in offices])
    counts: dict[str, Count] = {}
    for place, rule in enumerate(rules):
        asked, lacking = marks(requirement=rule) if rule else marks()
        found = found.annotate(**{f"asked_{place}": asked, f"lacking_{place}": lacking})
        joined = Q(**{f"asked_{place}": True})
        counts[f"joined_{place}"] = Count("pk", filter=joined)
        counts[f"cleared_{place}"] = Count("pk", filter=joined & Q(**{f"lacking_{place}": False}))
    told = found.aggregate(**counts)
    return [(rule, Joiners(told[f"joined_{place}"], told[f"cleared_{place}"])) for place, rule in enumerate(rules)]


def joiners_url(*, office: Office | None, as_at: date, requirement: Requirement | None, cleared: str = "") -> str:
    """The list behind the figure."""
    query = {
        "as_at": as_at.isoformat(),
        "cleared": cleared,
        "requirement": requirement.code if requirement else "",
        "office": office.code if office else "",
    }
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
            label=gettext_lazy("Complete before the first day"),
            accessor=lambda item: _("No") if item.lacking else _("Yes"),
        ),
    ]

    def for_viewer(self) -> Any:
        query = self.request.GET
        rule = query.get("requirement", "").replace("\x00", "?")  # PostgreSQL takes no NUL; no code holds a "?"
        narrowing = {"requirement__code": rule} if rule else {}
        found = joiners(since=self.as_at - PERIOD, as_at=self.as_at, **narrowing).filter(
            office__in=[office.pk for office in self.offices]
        )
        code, cleared = query.get("office"), query.get("cleared")
        if code:
            office = self.visible_office(code)
            if office is None:
                raise Http404
            found = found.filter(office__in=[item.pk for item in self.offices if item.path.startswith(office.path)])
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
