"""The figures and indicators for other systems: who may ask, pages, limits, agreement with the screen."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from lms.compliance import api
from lms.compliance.indicators import level
from lms.people.models import Office
from lms.requirements.models import Requirement
from lms.tokens.models import AccessToken
from tests.cast import Cast, make_person
from tests.lms.compliance.test_figures import crowd
from tests.lms.compliance.test_views import reporting

__all__ = ["crowd", "reporting"]

PURPOSES = AccessToken.Purpose
MANAGERS = [{"type": "manager", "value": {"opposite": False}}]
ADDRESSES = ("compliance", "compliance/people", "indicators", "indicators/csv")


def token(purpose: str, office: Office) -> str:
    return AccessToken.issue(name="Another system", purpose=purpose, office=office)


def ask(address: str, key: str, **query: Any) -> Any:
    return Client().get(f"/api/v1/{address}", query, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize(
    ("purpose", "opens"),
    [
        ("clearance", ()),
        ("compliance", ("compliance",)),
        ("people", ("compliance", "compliance/people")),
        ("indicators", ("indicators", "indicators/csv")),
    ],
)
def test_a_token_serves_its_purpose_and_no_other(reporting: Cast, purpose: str, opens: tuple[str, ...]) -> None:
    key = token(purpose, reporting.headquarters)
    assert {address: ask(address, key).status_code for address in ADDRESSES} == {
        address: 200 if address in opens else 401 for address in ADDRESSES
    }
    assert ask("clearance/P00002", key).status_code == (401 if purpose != "clearance" else 404)
    AccessToken.objects.update(is_active=False)
    assert {ask(address, key).status_code for address in ADDRESSES} == {401}
    assert Client().get("/api/v1/compliance").status_code == 401


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_token_opens_its_office_and_what_is_below(reporting: Cast, address: str) -> None:
    purpose = PURPOSES.INDICATORS if "indicators" in address else PURPOSES.PEOPLE
    key = token(purpose, reporting.region)
    for code in ("HQ", "APA", "NOPE", "WCA'--", "\x00"):
        refused = ask(address, key, office=code)
        assert (refused.status_code, refused.json()) == (404, {"error": "This token opens no office of that code."})
    for code in ("", "WCA", "WCA-SN"):
        answer = ask(address, key, office=code)
        assert answer.status_code == 200
        assert "Eve Elsewhere" not in answer.content.decode()
        assert "APA" not in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("day", ["yesterday", "1939-12-31", "9999-12-31", "\x00"])
def test_a_day_without_figures_is_refused(reporting: Cast, address: str, day: str) -> None:
    purpose = PURPOSES.INDICATORS if "indicators" in address else PURPOSES.PEOPLE
    refused = ask(address, token(purpose, reporting.region), as_at=day)
    assert refused.status_code == 400
    assert "error" in refused.json()


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30])
def test_a_page_that_cannot_be_is_refused(reporting: Cast, page: str) -> None:
    assert ask("compliance", token(PURPOSES.COMPLIANCE, reporting.region), page=page).status_code == 422


def test_figures_are_those_of_the_screen_page_by_page(reporting: Cast, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(api, "PAGE_SIZE", 3)
    key = token(PURPOSES.COMPLIANCE, reporting.headquarters)
    first = ask("compliance", key, as_at="2026-11-23").json()
    rows = list(first["rows"])
    for page in range(2, first["pages"] + 1):
        rows += ask("compliance", key, as_at="2026-11-23", page=page).json()["rows"]
    assert len(rows) == first["count"] > 3
    assert ask("compliance", key, page=first["pages"] + 1).json()["rows"] == []
    assert reporting.dora.user is not None
    client.force_login(reporting.dora.user)
    raw = b"".join(
        client.get("/admin/compliance/?office=HQ&as_at=2026-11-23&export=csv").streaming_content  # type: ignore[attr-defined]
    )
    told = {(row["office"], row["requirement"]): row for row in rows}
    exported = list(csv.DictReader(StringIO(raw.decode("utf-8-sig"))))
    assert exported
    for line in exported:
        row = told[line["office"], line["requirement"]]
        assert {name: "" if value is None else str(value) for name, value in row.items()} == line


def test_people_are_those_whom_the_figure_counts(crowd: Cast) -> None:
    key = token(PURPOSES.PEOPLE, crowd.headquarters)
    figures = ask("compliance", key, as_at="2026-11-23").json()["rows"]
    assert figures
    for row in figures:
        for bucket in ("in_scope", "overdue", "left"):
            query = {"office": row["office"], "requirement": row["requirement"], "bucket": bucket}
            assert ask("compliance/people", key, as_at="2026-11-23", **query).json()["count"] == row[bucket]
    assert ask("compliance/people", key, bucket="no-such").json()["count"] == 0


@pytest.mark.parametrize("more", [0, 30])
@pytest.mark.parametrize("address", ADDRESSES)
def test_queries_do_not_grow_with_people(
    reporting: Cast, django_assert_max_num_queries: Any, address: str, more: int
) -> None:
    for number in range(more):
        make_person(f"Q{number:05}", reporting.country)
    reporting.assign()
    key = token(PURPOSES.INDICATORS if "indicators" in address else PURPOSES.PEOPLE, reporting.headquarters)
    with django_assert_max_num_queries(6 if "indicators" in address else 5):  # one for the agreements with partners
        assert ask(address, key).status_code == 200


def test_indicators_tell_coverage_and_withhold_small_numbers(crowd: Cast) -> None:
    Requirement.objects.filter(code="ethics").update(code="sea-managers", audience=MANAGERS)
    key = token(PURPOSES.INDICATORS, crowd.headquarters)
    rows = ask("indicators", key, as_at="2026-11-23").json()["rows"]
    assert {(row["tag"], row["indicator"]) for row in rows} == {
        ("SEA", "completion"), ("SEA", "overdue_over_30"), ("SEA", "managers_block"),
    }  # fmt: skip
    for row in rows:
        for number in (row["numerator"], row["denominator"]):
            assert number is None or number == 0 or number >= 5
        assert row["withheld"] is (row["numerator"] is None or row["denominator"] is None)
        if row["percent"] is None:
            assert row["level"] == ""
        else:
            assert row["percent"] == round(100 * row["numerator"] / row["denominator"], 1)
    assert {row["withheld"] for row in rows} == {True, False}
    lines = list(csv.DictReader(StringIO(ask("indicators/csv", key, as_at="2026-11-23").content.decode())))
    assert [line["percent"] for line in lines] == [
        "" if row["percent"] is None else str(row["percent"]) for row in rows
    ]


def test_no_cell_of_the_indicators_is_a_formula(reporting: Cast) -> None:
    Office.objects.filter(code="WCA").update(name="=1+1")
    raw = ask("indicators/csv", token(PURPOSES.INDICATORS, reporting.region)).content.decode()
    assert "'=1+1" in raw


@pytest.mark.parametrize(
    ("percent", "high", "said"),
    [(95, True, "green"), (94.9, True, "amber"), (84.9, True, "red"), (2, False, "green"), (5, False, "amber"),
     (5.1, False, "red")],
)  # fmt: skip
def test_levels_include_their_bounds(percent: float, high: bool, said: str) -> None:
    green, amber = (95, 85) if high else (2, 5)
    assert level(percent, green=green, amber=amber, high_is_good=high) == said


def test_a_token_for_figures_names_an_office(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessToken.issue(name="Everything", purpose=PURPOSES.PEOPLE)
    with pytest.raises(ValidationError, match="Choose an office"):
        AccessToken(name="Everything", purpose=PURPOSES.PEOPLE, token_hash="x").full_clean()


def test_a_token_of_each_purpose_is_issued_in_the_admin(cast: Cast, admin_client: Client) -> None:
    form = {"name": "Risk register", "purpose": "indicators", "office": cast.region.pk, "is_active": "on"}
    answer = admin_client.post("/admin/access_tokens/new/", form, follow=True)
    made = AccessToken.objects.get()
    assert (made.purpose, made.office) == ("indicators", cast.region)
    assert made.token_hash not in answer.content.decode()
    refused = admin_client.post("/admin/access_tokens/new/", form | {"office": ""})
    assert "Choose an office" in refused.content.decode()


def test_the_api_page_describes_it(client: Client, db: None) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {f"/api/v1/{address}" for address in ADDRESSES} <= set(paths)
