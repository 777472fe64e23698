"""Pure: the people feed, from bytes to typed rows and rejected lines. Imports no Django.

The columns are documented in ``docs/people-feed.md``. One bad line never stops the others; a file that is no feed at
all is refused whole.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import available_timezones

REQUIRED = ("number", "name", "office", "category", "joined_on")
OPTIONAL = (
    "email", "personal_email", "language", "time_zone", "supervisor", "is_manager", "head_of_office",
    "contract_ends_on", "left_on", "leave_from", "leave_until", "organisation", "in_post_since", "former_number",
)  # fmt: skip
OFFICE_COLUMNS = ("code", "name", "kind", "parent", "time_zone", "weekend")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
YES, NO = {"1", "yes", "true", "y"}, {"", "0", "no", "false", "n"}
ADDRESS = re.compile(
    r"^(?!.*\.\.)(?!\.)[^@\s,;<>\"]{1,64}(?<!\.)"  # the mailbox
    r"@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}$"  # and a domain whose labels DNS can hold
)
MOST = {"name": 200, "number": 32, "former_number": 32, "organisation": 32}
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
EARLIEST, LATEST = date(1940, 1, 1), date(2100, 1, 1)
ZONES = available_timezones()


class NotAFeed(ValueError):
    """The file as a whole cannot be read as a feed; the message says why, for the person who uploaded it."""


@dataclass(frozen=True)
class Rejected:
    """A line that was not taken, why, and what it held, so that it can be mended and sent again."""

    line: int
    reason: str
    values: dict[str, str]


@dataclass(frozen=True)
class PersonRow:
    line: int
    number: str
    name: str
    office: str
    category: str
    joined_on: date
    email: str = ""
    personal_email: str = ""
    language: str = "en"
    time_zone: str = ""
    supervisor: str = ""
    is_manager: bool = False
    head_of_office: bool = False
    contract_ends_on: date | None = None
    left_on: date | None = None
    leave_from: date | None = None
    leave_until: date | None = None
    organisation: str = ""
    in_post_since: date | None = None
    former_number: str = ""
    values: dict[str, str] = field(default_factory=dict, compare=False)


def table(data: bytes, *, required: tuple[str, ...], what: str) -> Iterator[tuple[int, dict[str, str] | Rejected]]:
    """Line number with the row as a dict, or rejected where the line cannot be read. Raises NotAFeed."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotAFeed(f"The {what} file is not UTF-8 text (line {line}). Export it as “CSV UTF-8”.") from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise NotAFeed(f"The first line of the {what} file is no list of columns: {error}.") from error
    missing = [name for name in required if name not in header]
    if missing:
        raise NotAFeed(f"The {what} file lacks the columns: {', '.join(missing)}.")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise NotAFeed(f"The {what} file has these columns twice: {', '.join(doubled)}.")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, Rejected(reader.line_num, f"the line cannot be read: {error}", {})
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            reason = f"{len(cells)} cells, but the header has {len(header)} columns"
            held = dict(zip(header, cells, strict=False)) | {"further cells": " | ".join(cells[len(header) :])}
            yield reader.line_num, Rejected(reader.line_num, reason, held)
            continue
        yield reader.line_num, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def people(
    data: bytes, *, offices: set[str], categories: set[str], languages: set[str]
) -> tuple[list[PersonRow], list[Rejected]]:
    """Every line as a row or as rejected. Raises NotAFeed when the header is not the feed's."""
    rows: list[PersonRow] = []
    rejected: list[Rejected] = []
    seen: dict[str, int] = {}
    for line, content in table(data, required=REQUIRED, what="people"):
        if isinstance(content, Rejected):
            rejected.append(content)
            continue
        try:
            row = person(line, content, offices, categories, languages)
            if row.number in seen:
                raise ValueError(f"number {row.number} stands on line {seen[row.number]} already")
        except ValueError as error:
            rejected.append(Rejected(line, str(error), content))
            continue
        seen[row.number] = line
        rows.append(row)
    in_circle = circles({row.number: row.supervisor for row in rows if row.supervisor})
    for row in rows:
        if row.number in in_circle:
            rejected.append(Rejected(row.line, "the supervisors of these people form a circle", row.values))
    return [row for row in rows if row.number not in in_circle], sorted(rejected, key=lambda item: item.line)


def circles(supervisor_of: dict[str, str]) -> set[str]:
    """The numbers that reach themselves by following supervisors."""
    found: set[str] = set()
    done: set[str] = set()
    for start in supervisor_of:
        path: list[str] = []
        on_path: set[str] = set()
        number = start
        while number in supervisor_of and number not in done and number not in on_path:
            path.append(number)
            on_path.add(number)
            number = supervisor_of[number]
        if number in on_path:
            found.update(path[path.index(number) :])
        done.update(path)
    return found


def person(
    line: int, values: dict[str, str], offices: set[str], categories: set[str], languages: set[str]
) -> PersonRow:
    """One line as a row; a column that ``values`` lacks is not told. Raises ValueError with the reason."""
    cell: Any = lambda name: values.get(name, "")  # noqa: E731
    for name in REQUIRED:
        if not cell(name):
            raise ValueError(f"{name} is empty")
    for name, text in values.items():
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            raise ValueError(f"{name} holds a control character")
    if cell("name").startswith(FORMULA_STARTS):
        raise ValueError(f"name begins with {cell('name')[0]!r}, as a spreadsheet formula does")
    for name, most in MOST.items():
        if len(cell(name)) > most:
            raise ValueError(f"{name} is longer than {most} characters")
    for name in ("number", "former_number"):
        if cell(name) and not NUMBER.fullmatch(cell(name)):
            raise ValueError(f"{name} {cell(name)!r} may hold letters, digits, dot, hyphen and underscore only")
    if cell("office") not in offices:
        raise ValueError(f"office {cell('office')!r} is not known")
    if cell("category").upper() not in categories:
        raise ValueError(f"category {cell('category')!r} is not one of {', '.join(sorted(categories))}")
    language = (cell("language") or "en").lower()
    language = "zh-hans" if language in ("zh", "zh-cn") else language
    if language not in languages:
        raise ValueError(f"language {language!r} is not one of {', '.join(sorted(languages))}")
    if cell("time_zone") and cell("time_zone") not in ZONES:
        raise ValueError(f"time zone {cell('time_zone')!r} is not known")
    for name in ("email", "personal_email"):
        if cell(name) and (not ADDRESS.match(cell(name)) or len(cell(name)) > 254):
            raise ValueError(f"{name} {cell(name)!r} is no address")
    if cell("supervisor") == cell("number"):
        raise ValueError("the person is their own supervisor")
    row = PersonRow(
        line=line,
        number=cell("number"),
        name=" ".join(cell("name").split()),
        office=cell("office"),
        category=cell("category").upper(),
        joined_on=_day(values, "joined_on") or EARLIEST,
        email=cell("email"),
        personal_email=cell("personal_email"),
        language=language,
        time_zone=cell("time_zone"),
        supervisor=cell("supervisor"),
        is_manager=_flag(values, "is_manager"),
        head_of_office=_flag(values, "head_of_office"),
        contract_ends_on=_day(values, "contract_ends_on"),
        left_on=_day(values, "left_on"),
        leave_from=_day(values, "leave_from"),
        leave_until=_day(values, "leave_until"),
        organisation=cell("organisation"),
        in_post_since=_day(values, "in_post_since"),
        former_number=cell("former_number") if cell("former_number") != cell("number") else "",
        values=values,
    )
    if row.left_on and row.left_on < row.joined_on:
        raise ValueError("left_on lies before joined_on")
    if row.contract_ends_on and row.contract_ends_on < row.joined_on:
        raise ValueError("contract_ends_on lies before joined_on")
    if bool(row.leave_from) != bool(row.leave_until):
        raise ValueError("leave_from and leave_until go together")
    if row.leave_from and row.leave_until and row.leave_until < row.leave_from:
        raise ValueError("leave_until lies before leave_from")
    return row


def _day(values: dict[str, str], name: str) -> date | None:
    text = values.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError(f"{name} {text!r} is not a date of the form 2026-12-31")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} {text!r} is no day of the calendar") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{name} {text} lies outside {EARLIEST.year} to {LATEST.year}")
    return day


def _flag(values: dict[str, str], name: str) -> bool:
    text = values.get(name, "").lower()
    if text not in YES | NO:
        raise ValueError(f"{name} {text!r} is neither yes nor no")
    return text in YES
