"""The list behind a number, page by page: everybody whom the number counts, once, however the pages are read."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.compliance.counting import Counts
from lms.compliance.figures import listed, with_office
from lms.compliance.narrowing import BAND_NAMES, LISTS, conditions, narrowed
from lms.compliance.paging import ORDER, OfficeByOffice
from lms.compliance.tallying import take
from lms.compliance.views import PeopleReport
from lms.people.models import Category, Office
from lms.requirements.assigning import refresh
from lms.requirements.models import Assignment
from tests.cast import Cast
from tests.lms.compliance.test_figures import crowd
from tests.lms.compliance.test_views import reporting, sign_in
from tests.lms.requirements.test_completing import satisfied
from tests.lms.test_as_known import moment

__all__ = ["crowd", "reporting"]


@pytest.fixture
def tallied(crowd: Cast) -> Cast:
    """A tally, and somebody of whom something became known since."""
    today = timezone.localdate()
    refresh(today=today)
    take(now=timezone.now(), known_at=moment())
    for owed in Assignment.objects.open().filter(completion=None).order_by("-person__number", "pk")[:3]:
        satisfied(owed, datetime.combine(today, time(0, 5), tzinfo=UTC))
    return crowd


queries = st.fixed_dictionaries(
    {},
    optional={
        "bucket": st.sampled_from([*LISTS, "no such"]),
        "requirement": st.sampled_from(["sea", "managers", "no such"]),
        "category": st.sampled_from([*Category.values, "no such"]),
        "managers": st.sampled_from(["1", "2"]),
        "band": st.sampled_from([*BAND_NAMES, "no such"]),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries, size=st.integers(4, 30), root=st.integers(0, 3))
def test_pages_are_the_whole_list_in_its_order(tallied: Cast, query: dict[str, str], size: int, root: int) -> None:
    today = timezone.localdate()
    tree = list(Office.objects.all())
    offices = [office for office in tree if office.path.startswith(tree[root].path)]

    def rows_of(some: list[Office]) -> Any:
        return narrowed(with_office(listed(today, offices=some)).order_by(*ORDER), query, as_at=today)

    wanted = conditions(query)
    assert wanted is not None
    numbers = Counts(offices=offices, as_at=today).of_each_office(wanted)
    assert numbers is not None
    rows = OfficeByOffice(offices=offices, numbers=numbers, rows_of=rows_of)
    whole = [row.pk for row in rows_of(offices)]
    assert len(rows) == len(whole)
    paged = [[row.pk for row in rows[start : start + size]] for start in range(0, len(whole) + 1, size)]
    assert [pk for page in paged for pk in page] == whole


def test_time_from_assignment_is_not_tallied() -> None:
    assert conditions({"timed": "1"}) is None
    assert conditions({"bucket": "over\x00due"}) is None


def test_the_number_and_its_list_say_the_same(
    reporting: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PeopleReport, "paginate_by", 2)
    take(now=timezone.now(), known_at=moment())
    sign_in(client, reporting.dora)
    context = client.get("/admin/compliance/").context
    for line in context["own"]:
        for number, url in line["cells"]:
            answer = client.get(url)
            assert answer.context["paginator"].count == number, url
            seen = [item.pk for page in answer.context["paginator"] for item in page]
            assert len(set(seen)) == number


def test_a_page_asks_no_more_with_more_pages(reporting: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PeopleReport, "paginate_by", 2)
    take(now=timezone.now(), known_at=moment())
    sign_in(client, reporting.dora)
    path = "/admin/compliance/people/?bucket=overdue"
    client.get(path)
    for page in (1, 2, 3):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{path}&p={page}").status_code == 200
        assert len(captured) <= 12, [query["sql"][:150] for query in captured]
