"""The figures for other systems: JSON in pages, each token limited to an office and what is below it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import StringIO
from math import ceil
from typing import Any, Generic, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from lms.compliance.days import NoSuchDay, parse_day
from lms.compliance.figures import listed, with_office
from lms.compliance.indicators import COLUMNS, Indicator, indicators_of
from lms.compliance.narrowing import FILTERS, narrowed
from lms.compliance.offices import visible_on
from lms.compliance.reports import harmless
from lms.compliance.sheets import figures_of
from lms.people.models import Office

PAGE_SIZE = 200
T = TypeVar("T")
figures, people_of_figures, indicators = (
    Router(tags=["compliance"]),
    Router(tags=["compliance"]),
    Router(tags=["risk"]),
)


class ProblemOut(Schema):
    error: str


class FiguresOut(Schema):
    """Of one requirement in one office with everything below it; docs/figures.md says what each counts."""

    office: str
    office_name: str
    requirement: str
    in_scope: int
    complete: int
    within_deadline: int
    overdue: int
    waived: int
    on_leave: int
    left: int
    percent_of_due: float | None
    percent_of_everyone: float | None


class PersonOut(Schema):
    """One obligation of one person. Nothing about scores or attempts."""

    number: str
    name: str
    office: str
    category: str
    requirement: str
    bucket: str
    standing: str
    opened_on: date
    due_on: date
    completed_on: date | None
    valid_until: date | None


class PageOut(Schema, Generic[T]):
    """``rows`` are those of ``page`` of ``pages``; ``count`` is that of all pages."""

    as_at: date
    made_at: datetime
    office: str
    page: int
    pages: int
    count: int
    rows: list[T]


class Asked(Schema):
    """``office``: a code; none: the token's. ``as_at``: a day of the past as 2026-12-31; none: today."""

    office: str = ""
    as_at: str = ""


class AskedPage(Asked):
    page: int = Field(1, ge=1, le=1_000_000)


class AskedPeople(AskedPage):
    requirement: str = ""
    bucket: str = ""
    band: str = ""
    category: str = ""
    managers: str = ""
    timed: str = ""


class NotHere(LookupError):
    """The token does not open that office, or there is none of that code: which of the two is not told."""


@dataclass(frozen=True)
class Scope:
    office: Office
    offices: list[Office]
    as_at: date


def scope_of(request: Any, asked: Asked) -> Scope:
    """What is asked, within what the token opens. Raises NotHere or NoSuchDay."""
    today = timezone.localdate()
    as_at = parse_day(asked.as_at, today=today) if asked.as_at else today
    offices = visible_on(as_at, [request.auth.office])
    wanted = asked.office or request.auth.office.code
    office = next((item for item in offices if item.code == wanted), None)
    if office is None:
        raise NotHere
    return Scope(
        office,
        [item for item in offices if item.path.startswith(office.path)],
        as_at,
    )


def page_of(scope: Scope, rows: Sequence[Any] | Any, *, page: int, count: int) -> dict[str, Any]:
    """One page of rows that can be sliced."""
    return {
        "as_at": scope.as_at,
        "made_at": timezone.now(),
        "office": scope.office.code,
        "page": page,
        "pages": max(ceil(count / PAGE_SIZE), 1),
        "count": count,
        "rows": list(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
    }


def problem(error: Exception) -> Status:
    if isinstance(error, NoSuchDay):
        return Status(400, {"error": str(error)})
    return Status(404, {"error": "This token opens no office of that code."})


ERRORS = {400: ProblemOut, 401: ProblemOut, 404: ProblemOut}


@figures.get("", response={200: PageOut[FiguresOut], **ERRORS}, summary="Figures of an office and of all below it")
def compliance(request: HttpRequest, asked: Query[AskedPage]) -> Status:
    """The same figures as the screen. For tokens that may ask for figures of offices, also those with people."""
    try:
        scope = scope_of(request, asked)
    except (NotHere, NoSuchDay) as error:
        return problem(error)
    lines = figures_of(roots=scope.offices, offices=scope.offices, as_at=scope.as_at)
    return Status(200, page_of(scope, lines, page=asked.page, count=len(lines)))


@people_of_figures.get("", response={200: PageOut[PersonOut], **ERRORS}, summary="The people behind a figure")
def people(request: HttpRequest, asked: Query[AskedPeople]) -> Status:
    """Only for tokens that may ask for people. The filters are those of the lists in the admin.

    ``bucket``: in_scope, due, complete, within_deadline, overdue, waived, on_leave, left. ``band``: 1-30, 31-90,
    over-90. ``category``: a code. ``managers`` and ``timed``: 1. A value that is not known finds nobody.
    """
    try:
        scope = scope_of(request, asked)
    except (NotHere, NoSuchDay) as error:
        return problem(error)
    mine = listed(scope.as_at, offices=scope.offices)
    query = {name: getattr(asked, name) for name in FILTERS}
    found = narrowed(mine, query, as_at=scope.as_at).order_by("pk")
    told = page_of(scope, with_office(found).select_related("person", "requirement", "completion"), page=asked.page,
                   count=found.count())  # fmt: skip
    return Status(200, told | {"rows": [_person(item) for item in told["rows"]]})


def _person(item: Any) -> dict[str, Any]:
    return {
        "number": item.person.number, "name": item.person.name, "office": item.office_code,
        "category": item.category, "requirement": item.requirement.code, "bucket": item.bucket,
        "standing": item.standing, "opened_on": item.opened_on, "due_on": item.due_on, "completed_on": item.proven_on,
        "valid_until": item.valid_until,
    }  # fmt: skip


@indicators.get("", response={200: PageOut[Indicator], **ERRORS}, summary="SEA and SH indicators of offices")
def risk_indicators(request: HttpRequest, asked: Query[AskedPage]) -> Status:
    """Coverage of training only, for the risk register; nothing about a case. Small numbers are withheld.

    ``completion``: done of those due. ``overdue_over_30``: overdue by more than 30 days, of those due.
    ``managers_block``: done of everybody whom the managers' part covers.
    """
    try:
        scope = scope_of(request, asked)
    except (NotHere, NoSuchDay) as error:
        return problem(error)
    found = indicators_of(offices=scope.offices, as_at=scope.as_at)
    told = page_of(scope, found, page=asked.page, count=len(found))
    return Status(200, told)


@indicators.get("/csv", response={200: None, **ERRORS}, summary="The same indicators as CSV, all of them")
def risk_indicators_csv(request: HttpRequest, asked: Query[Asked]) -> Any:
    """UTF-8 with a heading line; a number that is withheld is empty."""
    try:
        scope = scope_of(request, asked)
    except (NotHere, NoSuchDay) as error:
        return problem(error)
    output = StringIO()
    writer = csv.DictWriter(output, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for item in indicators_of(offices=scope.offices, as_at=scope.as_at):
        writer.writerow({name: harmless(value) for name, value in asdict(item).items()})
    response = HttpResponse(output.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="indicators-{scope.as_at}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
