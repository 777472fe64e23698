"""Compliance in the admin: who sees what, drill-down, exports, query ceilings."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from lms.people.models import OfficeAccess, Person
from lms.requirements.models import Activity
from tests.cast import TODAY, Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied


@pytest.fixture
def reporting(cast: Cast) -> Cast:
    """Dora sees everything, Chen the country office that he heads, Eve nothing."""
    group = Group.objects.create(name="Reporting")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_compliance"]))
    for person in (cast.dora, cast.chen, cast.eve):
        assert person.user is not None
        person.user.groups.add(group)
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)
    for code in ("sea", "ethics"):
        activity = Activity.objects.create(
            iri=f"https://example.org/{code}", kind="course", name=code, move_on="Parts"
        )
        make_requirement(code, activity)
    make_person("P00009", cast.country, name="=HYPERLINK(0)", joined_on=TODAY)
    cast.assign()
    satisfied(cast.assignment(cast.bruno, "sea"))
    return cast


def sign_in(client: Client, person: Person) -> Client:
    assert person.user is not None
    client.force_login(person.user)
    return client


def test_hr_drills_down_from_the_whole_to_one_person(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    top = client.get("/admin/compliance/").content.decode()
    assert "WCA" in top.upper()
    office = client.get("/admin/compliance/?office=WCA-SN").content.decode()
    assert "Sea" in office
    people = client.get("/admin/compliance/people/?office=WCA-SN&requirement=sea&bucket=complete").content.decode()
    assert "Bruno Late" in people
    assert "Amina Joiner" not in people
    person = client.get("/admin/compliance/person/P00002/").content.decode()
    assert "Bruno Late" in person
    assert "Complete" in person


def test_a_head_sees_the_own_office_and_nothing_else(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.chen)
    assert "Wca-Sn" in client.get("/admin/compliance/").content.decode()
    assert client.get("/admin/compliance/?office=HQ").status_code == 404
    assert client.get("/admin/compliance/people/?office=APA").status_code == 404
    assert client.get("/admin/compliance/person/P00005/").status_code == 404
    assert "Eve Elsewhere" not in client.get("/admin/compliance/people/").content.decode()


@pytest.mark.parametrize("address", ["", "people/", "person/P00002/", "people/results/"])
def test_without_an_office_or_the_permission_there_is_nothing_to_see(
    reporting: Cast, client: Client, address: str
) -> None:
    sign_in(client, reporting.eve)
    refused = client.get(f"/admin/compliance/{address}?export=csv")
    assert refused.status_code in (302, 403)
    sign_in(client, reporting.bruno)
    assert client.get(f"/admin/compliance/{address}?export=csv").status_code in (302, 403)
    assert Client().get(f"/admin/compliance/{address}?export=csv").status_code == 302


def test_csv_opens_as_text_and_never_as_a_formula(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    answer = client.get("/admin/compliance/people/?office=WCA-SN&export=csv")
    raw = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert "'=HYPERLINK(0)" in {row["name"] for row in rows}


def test_xlsx_holds_the_figures_and_no_formula(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    book = load_workbook(BytesIO(b"".join(client.get("/admin/compliance/?export=xlsx").streaming_content)))  # type: ignore[attr-defined]
    rows = list(book.active.values)
    assert rows[0][:5] == ("office", "office_name", "requirement", "in_scope", "complete")
    people = load_workbook(
        BytesIO(b"".join(client.get("/admin/compliance/people/?export=xlsx").streaming_content))  # type: ignore[attr-defined]
    )
    assert all(cell.data_type != "f" for row in people.active.rows for cell in row)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("address", ["compliance/", "compliance/people/", "compliance/claims/", "messages/"])
def test_headings_of_exports_are_names_for_machines(
    reporting: Cast, client: Client, address: str, language: str
) -> None:
    sign_in(client, reporting.dora)
    answer = client.get(f"/admin/{address}?export=csv", headers={"accept-language": language})
    first = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0]  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"[a-z_]+", name) for name in first.split(",")), first
    assert len(set(first.split(","))) == len(first.split(","))


def test_screen_export_and_command_tell_the_same_figures(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    raw = b"".join(client.get("/admin/compliance/?export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    exported = {(row["office"], row["requirement"]): row for row in csv.DictReader(io.StringIO(raw))}
    out = StringIO()
    call_command("compliance_report", format="json", stdout=out)
    told = json.loads(out.getvalue())["rows"]
    assert {(row["office"], row["requirement"]) for row in told} == set(exported)
    for row in told:
        other = exported[row["office"], row["requirement"]]
        for name in ("in_scope", "complete", "within_deadline", "overdue", "waived", "on_leave", "left"):
            assert str(row[name]) == other[name]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_the_command_prints_each_format(reporting: Cast, form: str) -> None:
    out = StringIO()
    call_command("compliance_report", office="WCA", format=form, as_at="2026-11-23", stdout=out)
    assert "WCA-SN" in out.getvalue()


NO_DAYS = ["yesterday", "0001-01-01", "1939-12-31", "9999-12-31", "2026-02-30", "9" * 5000]


@pytest.mark.parametrize("day", NO_DAYS)
@pytest.mark.parametrize("page", ["", "people/", "people/results/"])
def test_a_day_without_figures_is_refused_in_words_and_todays_are_shown(
    reporting: Cast, client: Client, page: str, day: str
) -> None:
    sign_in(client, reporting.dora)
    answer = client.get(f"/admin/compliance/{page}?as_at={day}")
    assert answer.status_code == 200
    assert answer.context["view"].as_at == timezone.localdate()
    if "results" not in page:
        said = answer.content.decode()
        assert day[:40] in said
        assert said.count("These are today") == 1


@pytest.mark.parametrize("day", ["1940-01-01", "2026-11-23"])
def test_a_day_that_has_figures_is_the_one_that_is_shown(reporting: Cast, client: Client, day: str) -> None:
    sign_in(client, reporting.dora)
    assert f'value="{day}"' in client.get(f"/admin/compliance/?as_at={day}").content.decode()
    call_command("compliance_report", as_at=day, stdout=StringIO())


@pytest.mark.parametrize("wrong", [{"office": "NOPE"}, *({"as_at": day} for day in NO_DAYS)])
def test_the_command_says_what_is_wrong(reporting: Cast, wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError, match=next(iter(wrong.values()))[:40]):
        call_command("compliance_report", **wrong)


@pytest.mark.parametrize("more", [0, 40])
@pytest.mark.parametrize("address", ["?office=WCA-SN", "people/?office=WCA-SN"])
def test_queries_do_not_grow_with_people(
    reporting: Cast, client: Client, django_assert_max_num_queries: Any, address: str, more: int
) -> None:
    for number in range(more):
        make_person(f"Q{number:05}", reporting.country)
    reporting.assign()
    sign_in(client, reporting.dora)
    client.get("/admin/compliance/")
    with django_assert_max_num_queries(12 if "people" in address else 17):
        assert client.get(f"/admin/compliance/{address}").status_code == 200


def test_hr_makes_an_invitation_for_somebody_without_an_address(reporting: Cast, client: Client) -> None:
    assert reporting.dora.user is not None
    reporting.dora.user.user_permissions.add(Permission.objects.get(codename="add_invitation"))
    sign_in(client, reporting.dora)
    made = client.post("/admin/compliance/person/P00001/").content.decode()
    assert "/invitation/" in made
    assert client.post("/admin/compliance/person/P00002/").status_code == 404
    sign_in(client, reporting.chen)
    assert client.post("/admin/compliance/person/P00001/").status_code == 404


def test_the_dashboard_shows_the_figures_of_the_viewers_office(reporting: Cast, client: Client) -> None:
    assert "Compliance: Wca-Sn" in sign_in(client, reporting.chen).get("/admin/").content.decode()


@pytest.mark.parametrize("address", ["people/?office=WCA-SN", "person/P00002/"])
def test_days_are_plain_dates_and_standings_are_words(reporting: Cast, client: Client, address: str) -> None:
    due = reporting.assignment(reporting.bruno, "ethics")
    shown = sign_in(client, reporting.dora).get(f"/admin/compliance/{address}").content.decode()
    assert due.due_on.strftime("%-d %B %Y") in shown
    assert " ago" not in shown
    words = re.findall(r">\s*(complete|overdue|due|Complete|Overdue|To do)\s*<", shown)
    assert words
    assert not {"complete", "overdue", "due"} & set(words)


def test_a_person_who_came_has_joined_and_one_who_comes_joins(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    assert re.search(r"joined 24 October 2026", client.get("/admin/compliance/person/P00002/").content.decode())
    tomorrow = timezone.localdate() + timedelta(days=1)
    Person.objects.filter(pk=reporting.amina.pk).update(joined_on=tomorrow)
    shown = client.get("/admin/compliance/person/P00001/").content.decode()
    assert f"joins {tomorrow:%-d %B %Y}" in shown


@pytest.mark.parametrize("address", ["", "?office=WCA-SN", "person/P00002/"])
def test_each_page_has_one_visible_heading(reporting: Cast, client: Client, address: str) -> None:
    shown = sign_in(client, reporting.dora).get(f"/admin/compliance/{address}").content.decode()
    assert len(re.findall(r"<h1", shown)) == 1


def numbers_in(shown: str) -> dict[str, int]:
    """By address of a list: the number that opens it, of those that a link shows alone or first."""
    links = re.findall(r'<a[^>]*href="([^"]*/compliance/people/[^"]*)"[^>]*>\s*(\d+)(?: [a-z ]+)?\s*</a>', shown)
    return {html.unescape(address): int(number) for address, number in links}


@pytest.mark.parametrize("address", ["/admin/compliance/", "/admin/compliance/?office=WCA", "/admin/"])
def test_each_number_opens_a_list_of_that_many(reporting: Cast, client: Client, address: str) -> None:
    sign_in(client, reporting.dora)
    shown = client.get(address).content.decode()
    opened = numbers_in(shown)
    assert {name for link in opened for name in ("in_scope", "overdue") if f"bucket={name}" in link}
    for link, number in opened.items():
        export = b"".join(client.get(f"{link}&export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert len(list(csv.DictReader(io.StringIO(export)))) == number, link


def test_a_percentage_names_its_denominator_and_opens_it(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    late = timezone.localdate() + timedelta(days=400)
    shown = client.get(f"/admin/compliance/?as_at={late}").content.decode()
    found = re.findall(r'href="([^"]*office=WCA[^"-]*)">[\d.]+ %</a> <span class="lms-of">of (\d+)</span>', shown)
    assert len(found) == 2
    for link, due in found:
        assert "bucket=due" in link
        export = client.get(f"{html.unescape(link)}&export=csv")
        rows = b"".join(export.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert len(list(csv.DictReader(io.StringIO(rows)))) == int(due)
