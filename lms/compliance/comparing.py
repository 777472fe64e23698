"""Compare offices: how they developed over a year, and where they stand, requirement by requirement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.compliance.charts import LEVELS, level, line, slice_path
from lms.compliance.figures import Figures, Row
from lms.compliance.links import linked, office_url
from lms.compliance.trends import Trend, trend
from lms.compliance.views import OfficeReport
from lms.people.models import Office
from lms.requirements.models import Requirement

PAGE = "lms_compare"


class CompareReport(OfficeReport):
    """The same figures as the compliance page, drawn; the numbers stand beside or behind every drawing."""

    template_name = "lms/admin/compare.html"
    page_title = gettext_lazy("Compare offices")
    header_icon = "view"
    export_filename = "comparison"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        chain = [item for item in self.offices if self.office and self.office.path.startswith(item.path)]
        return [{"url": office_url(item, self.day_query, PAGE), "label": item.name} for item in chain]

    @cached_property
    def trend(self) -> Trend:
        return trend(roots=self.shown(), offices=self.within(), as_at=self.as_at, known_at=self.known_at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.rows()
        requirements = sorted({row.requirement for row in rows}, key=lambda item: (item.due_days, item.title))
        cells = {(row.office.pk, row.requirement.pk): self._cell(row) for row in rows}
        below = [self._office(child, requirements, cells) for child in self.children()]
        if self.request.GET.get("order") == "lowest":
            below.sort(key=lambda item: (item["now"] is None, item["now"]))
        return super(OfficeReport, self).get_context_data(
            office=self.office,
            as_at=self.as_at,
            made_at=timezone.now(),
            order=self.request.GET.get("order", ""),
            days=[{"day": day, "name": date_format(day, "M Y")} for day in self.trend.days],
            requirements=requirements,
            cards=[self._card(self.office, item) for item in requirements] if self.office else [],
            below=below,
            levels=[(name, least, slice_path(least + 2 if least else 25)) for least, name in LEVELS],
            **kwargs,
        )

    def _cell(self, row: Row) -> dict[str, Any]:
        percent = row.figures.percent_of_due
        found = linked(row, self.day_query)
        return found if percent is None else found | {"level": level(percent), "slice": slice_path(percent)}

    def _card(self, office: Office, requirement: Requirement) -> dict[str, Any]:
        series = self.trend.of(office, requirement.pk)
        values = shares(series)
        return {
            "requirement": requirement,
            "series": series,
            "chart": line(values, width=320, height=150, inset=(38, 6, 12)),
            "told": in_words(values, self.trend.days),
        }

    def _office(self, office: Office, requirements: Sequence[Requirement], cells: dict[Any, Any]) -> dict[str, Any]:
        series = self.trend.altogether(office)
        values = shares(series)
        return {
            "office": office,
            "url": office_url(office, self.day_query, PAGE),
            "series": series,
            "now": values[-1],
            "due": series[-1].due,
            "chart": line(values, width=120, height=32),
            "told": in_words(values, self.trend.days),
            "cells": [cells.get((office.pk, item.pk)) for item in requirements],
        }


def shares(series: Sequence[Figures]) -> list[float | None]:
    return [figures.percent_of_due for figures in series]


def in_words(values: Sequence[float | None], days: Sequence[date]) -> str:
    """What the line shows, for those who do not see it."""
    known = [(day, value) for day, value in zip(days, values, strict=True) if value is not None]
    if not known:
        return _("Nothing was due in this time.")
    (first, began), (last, ended) = known[0], known[-1]
    return _("From %(began)s %% in %(first)s to %(ended)s %% in %(last)s; lowest %(low)s %%, highest %(high)s %%.") % {
        "began": began, "first": date_format(first, "F Y"), "ended": ended, "last": date_format(last, "F Y"),
        "low": min(value for __, value in known), "high": max(value for __, value in known),
    }  # fmt: skip
