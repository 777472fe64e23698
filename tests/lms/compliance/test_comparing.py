"""Charts, trends and the comparison of offices."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lms.compliance.charts import LEVELS, level, line, slice_path
from lms.compliance.counting import rolled_up
from lms.compliance.trends import month_ends, trend
from lms.people.models import Office
from tests.cast import TODAY, Cast, make_office, make_person
from tests.lms.compliance.test_figures import crowd
from tests.lms.compliance.test_views import numbers_in, reporting, sign_in

__all__ = ["crowd", "reporting"]

PERCENT = st.floats(0, 100)


@given(st.lists(st.none() | PERCENT, max_size=15))
def test_a_line_has_a_point_for_each_value_and_stays_within_its_frame(values: list[float | None]) -> None:
    chart = line(values, width=120, height=32)
    assert [point.value for point in chart.points] == [value for value in values if value is not None]
    assert all(4 <= point.x <= 116 and 4 <= point.y <= 28 for point in chart.points)
    assert [point.x for point in chart.points] == sorted({point.x for point in chart.points})


def test_a_value_that_is_missing_breaks_the_line() -> None:
    assert len(line([1, 2, None, 3, 4], width=100, height=20).lines) == 2
    assert line([None, 5, None], width=100, height=20).lines == ()
    assert line([], width=100, height=20).last is None


@given(PERCENT)
def test_every_percentage_has_a_shade_and_a_slice(percent: float) -> None:
    assert level(percent) in {name for _, name in LEVELS}
    assert re.fullmatch(r"[MVAZ0-9.,e-]*", slice_path(percent))


@given(st.dates(date(1941, 1, 1), date(2100, 1, 1)))
def test_month_ends_are_the_last_days_of_months_and_the_day_itself(day: date) -> None:
    days = month_ends(day)
    assert days[-1] == day
    ends = [item for item in days if (item + timedelta(days=1)).day == 1]
    assert len(ends) == 12
    assert len(days) - len(ends) == (day not in ends)
    assert all(28 <= (later - earlier).days <= 31 for earlier, later in pairwise(ends))


def test_each_point_is_the_figure_of_its_day(crowd: Cast) -> None:
    offices = list(Office.objects.all())
    found = trend(roots=offices, offices=offices, as_at=TODAY)
    for place, day in enumerate(found.days):
        rows = rolled_up(roots=offices, offices=offices, as_at=day)
        assert {(row.office.pk, row.requirement.pk): row.figures for row in rows if row.figures.in_scope} == {
            key: series[place] for key, series in found.figures.items() if series[place].in_scope
        }


@pytest.mark.parametrize("address", ["", "?office=WCA", "?office=WCA-SN&order=lowest", "?as_at=1941-01-01"])
def test_numbers_of_the_comparison_open_their_lists(reporting: Cast, client: Client, address: str) -> None:
    shown = sign_in(client, reporting.dora).get(f"/admin/compliance/compare/{address}")
    assert shown.status_code == 200
    assert len(re.findall(r"<h1", shown.content.decode())) == 1
    for link in numbers_in(shown.content.decode()):
        assert client.get(link).status_code == 200


def test_a_head_compares_nothing_but_the_own_offices(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.chen)
    assert client.get("/admin/compliance/compare/?office=HQ").status_code == 404
    shown = client.get("/admin/compliance/compare/").content.decode()
    assert "Wca-Sn" in shown
    assert "Apa" not in shown


@pytest.mark.parametrize("more", [0, 10])
def test_queries_of_the_comparison_do_not_grow(
    reporting: Cast, client: Client, django_assert_max_num_queries: Any, more: int
) -> None:
    for number in range(more):
        office = make_office(f"NEW-{number}", Office.objects.get(code="WCA"))
        make_person(f"Q{number:05}", office)
    reporting.assign()
    sign_in(client, reporting.dora)
    client.get("/admin/compliance/")
    with django_assert_max_num_queries(27):
        assert client.get("/admin/compliance/compare/?office=WCA").status_code == 200
