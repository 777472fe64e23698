"""A day that is past: the figures of then stay what they were, and those of now take in what came to be known since."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from lms.as_known import known_all_along
from lms.compliance.counting import rolled_up
from lms.compliance.figures import Figures, listed
from lms.compliance.offices import end_of, offices_on
from lms.people.importing import import_directory
from lms.people.models import Leave, Office
from lms.requirements.assigning import refresh
from lms.requirements.models import Assignment, Requirement
from tests.cast import TODAY, Cast
from tests.lms.compliance.test_views import reporting, sign_in  # noqa: F401  # a fixture
from tests.lms.requirements.test_completing import satisfied

DAY = date(2026, 11, 20)
HEADER = "number,name,office,category,joined_on,in_post_since\n"


@pytest.fixture
def year_end(reporting: Cast) -> Cast:  # noqa: F811
    """Everything that stands there was known on the day."""
    for assignment in reporting.bruno.assignments.all():
        assignment.opened_on = date(2026, 11, 1)
        assignment.save()
    known_all_along()
    return reporting


def figures(*, then: bool, day: date = DAY) -> dict[tuple[str, str], Figures]:
    tree = offices_on(day)
    rows = rolled_up(roots=tree, offices=tree, as_at=day, known_at=end_of(day) if then else None)
    return {(row.office.code, row.requirement.code): row.figures for row in rows}


def feed(line: str, today: date = TODAY) -> None:
    import_directory(
        people=(HEADER + line).encode(), today=today, assign=lambda people: refresh(today=today, people=people).opened
    )


def test_a_reorganisation_late_imports_and_corrections_leave_the_figures_of_then_as_they_were(year_end: Cast) -> None:
    before = figures(then=True)
    assert before[("WCA", "sea")].in_scope
    satisfied(year_end.assignment(year_end.bruno, "ethics"), datetime(2026, 11, 19, 9, tzinfo=UTC))
    feed("P00005,Eve Elsewhere,WCA-SN,FTA,2026-01-05,2026-11-10")
    Leave.objects.create(person=year_end.dora, first_day=date(2026, 10, 1), last_day=date(2026, 12, 31))
    feed("P00003,Chen Head,HQ,FTA,2026-01-05,")
    Office.objects.get(code="WCA-SN").move(Office.objects.get(code="APA"), pos="sorted-child")
    assert figures(then=True) == before
    now = figures(then=False)
    assert now[("WCA-SN", "ethics")].complete == before[("WCA-SN", "ethics")].complete + 1
    assert now != before


def test_who_moved_since_counts_where_they_were_and_who_moved_before_but_was_told_late_where_they_went(
    year_end: Cast,
) -> None:
    theirs = listed(DAY).filter(person=year_end.bruno).values_list("office", flat=True)
    feed("P00002,Bruno Late,APA,FTA,2026-10-24,")
    assert set(theirs.all()) == {year_end.country.pk}
    feed("P00002,Bruno Late,APA,FTA,2026-10-24,2026-11-10")
    assert set(theirs.all()) == {year_end.elsewhere.pk}


def test_the_tree_of_the_day_holds_for_a_day_before_the_reorganisation(year_end: Cast) -> None:
    year_end.country.refresh_from_db()
    year_end.country.move(Office.objects.get(code="APA"), pos="sorted-child")
    assert ("WCA", "sea") in figures(then=False)
    today = figures(then=False, day=timezone.localdate())
    assert ("WCA", "sea") not in today
    assert today[("APA", "sea")].in_scope > today[("WCA-SN", "sea")].in_scope


def test_the_page_and_the_command_tell_both_and_list_the_difference_with_its_reason(
    year_end: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, year_end.dora)
    same = client.get(f"/admin/compliance/?as_at={DAY}").content.decode()
    assert "Nothing came to be known since" in same
    satisfied(year_end.assignment(year_end.bruno, "ethics"), datetime(2026, 11, 19, 9, tzinfo=UTC))
    then = client.get(f"/admin/compliance/?office=WCA-SN&as_at={DAY}&known=then")
    assert "as they were known at the end of that day" in then.content.decode()
    assert "1 obligation counts otherwise" in then.content.decode()
    people = f"/admin/compliance/people/?office=WCA-SN&requirement=ethics&bucket=complete&as_at={DAY}"
    assert "Bruno Late" in client.get(people).content.decode()
    assert "Bruno Late" not in client.get(f"{people}&known=then").content.decode()
    with django_assert_max_num_queries(30):
        page = client.get(f"/admin/compliance/corrections/?office=WCA-SN&as_at={DAY}").content.decode()
    assert "Bruno Late" in page
    assert "a completion was received later" in page
    raw = b"".join(client.get(f"/admin/compliance/corrections/?as_at={DAY}&export=csv").streaming_content)  # type: ignore[attr-defined]
    (line,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    assert (line["number"], line["now"], line["why"]) == ("P00002", "complete", "a completion was received later")
    told = {known: _command(known) for known in ("then", "now")}
    assert (told["then"], told["now"]) == (0, 1)


def _command(known: str) -> int:
    out = io.StringIO()
    call_command("compliance_report", office="WCA-SN", as_at=str(DAY), as_known=known, format="json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["as_known"] == known
    (row,) = [row for row in told["rows"] if row["requirement"] == "ethics"]
    return int(row["complete"])


def test_every_export_says_which_knowledge_it_tells(year_end: Cast, client: Client) -> None:
    satisfied(year_end.assignment(year_end.bruno, "ethics"), datetime(2026, 11, 19, 9, tzinfo=UTC))
    sign_in(client, year_end.dora)
    for known, said in (("", "by all that was known when made"), ("then", "by what was known at the end of that day")):
        answer = client.get(f"/admin/compliance/?as_at={DAY}&known={known}&export=xlsx")
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        assert dict(book["Definitions"].values)["As known"] == said
        assert ("as-known-then" in answer.headers["Content-Disposition"]) is bool(known)
    people = f"/admin/compliance/people/?as_at={DAY}&bucket=complete"
    assert "As known then" in client.get(f"{people}&known=then").content.decode()
    assert "As known then" not in client.get(people).content.decode()


def test_how_long_it_took_is_of_the_same_knowledge_as_its_list(year_end: Cast, client: Client) -> None:
    satisfied(year_end.assignment(year_end.bruno, "ethics"), datetime(2026, 11, 19, 9, tzinfo=UTC))
    sign_in(client, year_end.dora)
    page = f"/admin/compliance/how-long/?office=WCA-SN&as_at={DAY}"
    assert [line["took"].of for line in client.get(page).context["took"]] == [1]
    assert client.get(f"{page}&known=then").context["took"] == []


def test_joiners_of_a_day_before_a_reorganisation_are_those_of_the_number(year_end: Cast, client: Client) -> None:
    Requirement.objects.update(gate="onboarding")
    year_end.country.refresh_from_db()
    year_end.country.move(Office.objects.get(code="APA"), pos="sorted-child")
    sign_in(client, year_end.dora)
    joined = client.get(f"/admin/compliance/how-long/?office=WCA&as_at={DAY}").context["joiners"]
    assert joined
    for line in joined:
        export = b"".join(client.get(f"{line['url']}&export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert len(list(csv.DictReader(io.StringIO(export)))) == line["counts"].joined


def test_a_head_does_not_open_whoever_moved_away_since(year_end: Cast, client: Client) -> None:
    feed("P00002,Bruno Late,APA,FTA,2026-10-24,")
    sign_in(client, year_end.chen)
    shown = client.get(f"/admin/compliance/people/?as_at={DAY}").content.decode()
    assert "Bruno Late" in shown
    assert "person/P00002/" not in shown
    assert "Bruno Late" not in client.get("/admin/compliance/people/").content.decode()
    assert client.get("/admin/compliance/corrections/?office=APA").status_code == 404


@pytest.mark.parametrize("then", [True, False])
def test_of_some_offices_are_listed_those_who_were_there_on_the_day_and_nobody_else(
    year_end: Cast, then: bool
) -> None:
    Assignment.objects.update(opened_on=date(2026, 11, 1))
    known_all_along()
    feed("P00002,Bruno Late,APA,FTA,2026-10-24,2026-11-21")
    feed("P00005,Eve Elsewhere,WCA-SN,FTA,2026-01-05,2026-11-10")
    Leave.objects.create(person=year_end.dora, first_day=date(2026, 10, 1), last_day=date(2026, 12, 31))
    tree, known_at = list(Office.objects.all()), end_of(DAY) if then else None
    everybody = list(listed(DAY, known_at=known_at).order_by("pk").values_list("pk", "office", "bucket"))
    for some in ([tree[0]], [tree[1]], tree[1:], [year_end.country, year_end.elsewhere], [year_end.elsewhere], []):
        wanted = {office.pk for office in some}
        found = listed(DAY, known_at=known_at, offices=some).order_by("pk").values_list("pk", "office", "bucket")
        assert list(found) == [row for row in everybody if row[1] in wanted]
    at_home = year_end.elsewhere if then else year_end.country  # Eve's move was told since
    assert {row[1] for row in everybody} >= {at_home.pk, year_end.headquarters.pk}
