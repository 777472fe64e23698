"""Pure: a provider's list of who completed a course, or of old records, from bytes to rows. Imports no Django."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.people.feed import EARLIEST, NotAFeed, Rejected, table

MOST_BYTES, MOST_ROWS = 1_000_000, 5000
REQUIRED = ("completed_on", "evidence")
WHO = ("number", "email", "reference")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EVIDENCE = re.compile(r"[\w./:#+\-]{1,64}")
VERSION = re.compile(r"[\w.\- ]{0,32}")
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class NotAList(ValueError):
    """``reason``: too_large, too_many, nobody (no column says who), unreadable. In words: ``wording.CANNOT_IMPORT``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Row:
    """One line. ``problem``: why it cannot be taken whoever it is about; then the rest may be missing."""

    line: int
    number: str = ""
    email: str = ""
    reference: UUID | None = None
    completed_on: date = EARLIEST
    course_version: str = ""
    evidence: str = ""
    problem: str = ""
    whom: str = ""
    """As the line says it, for the report."""


def read(data: bytes) -> list[Row]:
    """Every line that is not empty, in order. Raises NotAList."""
    if len(data) > MOST_BYTES:
        raise NotAList("too_large")
    rows: list[Row] = []
    try:
        for line, cells in table(data, required=REQUIRED, what="records"):
            if len(rows) == MOST_ROWS:
                raise NotAList("too_many")
            if isinstance(cells, Rejected):
                rows.append(Row(line, problem="line"))
                continue
            if not set(WHO) & set(cells):
                raise NotAList("nobody")
            rows.append(_row(line, cells))
    except NotAFeed as error:
        raise NotAList("unreadable", str(error)) from error
    return rows


def _row(line: int, cells: dict[str, str]) -> Row:
    number, email, reference = (cells.get(name, "") for name in WHO)
    whom = " ".join(item for item in (number, email, reference) if item)[:100]
    version, evidence = cells.get("course_version", ""), cells["evidence"]
    day = _day(cells["completed_on"])
    problem = ""
    if not whom:
        problem = "nobody"
    elif not (number + email).isprintable() or (reference and not UUID_FORM.fullmatch(reference)):
        problem = "not_found"
    elif day is None:
        problem = "date"
    elif not EVIDENCE.fullmatch(evidence):
        problem = "evidence"
    elif not VERSION.fullmatch(version):
        problem = "version"
    if problem or day is None:
        return Row(line, problem=problem, whom=whom)
    found = UUID(reference) if reference else None
    return Row(line, number, email, found, day, version, evidence, whom=whom)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else EARLIEST
    except ValueError:
        return None
    return day if day > EARLIEST else None
