"""Exports: the sheet of definitions, no formulas, and what is withheld when they leave HR."""

from __future__ import annotations

import csv
import io
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from lms.compliance.sheets import COLUMNS
from lms.compliance.suppressing import WITHHELD
from lms.people.models import Office
from tests.cast import Cast
from tests.lms.compliance.test_views import reporting, sign_in

__all__ = ["reporting"]


def exported(client: Client, address: str) -> bytes:
    return b"".join(client.get(f"/admin/compliance/{address}").streaming_content)  # type: ignore[attr-defined]


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(BytesIO(content))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.rows for cell in row)
    return {sheet.title: list(sheet.values) for sheet in book}


@pytest.mark.parametrize("outside", [False, True])
def test_the_second_sheet_defines_every_column(reporting: Cast, client: Client, outside: bool) -> None:
    sign_in(client, reporting.dora)
    Office.objects.filter(code="WCA").update(name="=1+1")
    found = sheets(exported(client, f"?office=WCA&as_at=2026-11-23&export=xlsx&for_outside={int(outside)}"))
    assert list(found) == ["Figures", "Definitions"]
    assert found["Figures"][0] == COLUMNS
    told = dict(found["Definitions"])
    assert told["As at"] == "2026-11-23"
    assert told["Office"].startswith("'=1+1 (WCA)")
    assert {name for name in COLUMNS if told[name]} == set(COLUMNS)
    assert ("withheld: “" in told["Small numbers"]) is outside
    assert "UTC" in told["Made"]


def test_nothing_small_leaves_hr(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    raw = exported(client, "?export=csv&for_outside=1").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw)))
    numbers = [row[name] for row in rows for name in COLUMNS[3:10]]
    assert WITHHELD in numbers
    assert not {"1", "2", "3", "4"} & set(numbers)
    assert any(row["percent_of_due"] == WITHHELD for row in rows)
    answer = client.get("/admin/compliance/?export=csv&for_outside=1")
    assert "compliance-for-outside.csv" in answer.headers["Content-Disposition"]


def test_command_and_screen_withhold_the_same(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.dora)
    out = StringIO()
    call_command("compliance_report", format="csv", for_outside=True, stdout=out)
    raw = exported(client, "?export=csv&for_outside=1").decode("utf-8-sig")
    assert list(csv.reader(StringIO(out.getvalue()))) == list(csv.reader(StringIO(raw)))
