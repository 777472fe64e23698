"""Pure: the people feed, from bytes to typed rows and rejected lines. Imports no Django.

The columns are documented in ``docs/people-feed.md``. One bad line never stops the others; a file that is no feed at
all is refused whole.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import BinaryIO, NamedTuple
from zoneinfo import available_timezones

REQUIRED = ("number", "name", "office", "category", "joined_on")
OPTIONAL = (
    "email", "personal_email", "language", "time_zone", "supervisor", "is_manager", "head_of_office",
    "contract_ends_on", "left_on", "leave_from", "leave_until", "organisation", "in_post_since", "former_number",
)  # fmt: skip
OFFICE_COLUMNS = ("code", "name", "kind", "parent", "time_zone", "weekend")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
YES, NO = {"1", "yes", "true", "y"}, {"", "0", "no", "false", "n"}
FLAGS = YES | NO
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
    values: Mapping[str, str]


class PersonRow(NamedTuple):
    """One line of the feed. A named tuple, because a feed may have a million of them; ``values`` is the line as it came."""

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
    values: Mapping[str, str] = MappingProxyType({})


def table(
    data: bytes | BinaryIO, *, required: tuple[str, ...], what: str
) -> Iterator[tuple[int, dict[str, str] | Rejected]]:
    """Line number with the row as a dict, or rejected where the line cannot be read. Raises NotAFeed.

    One line is held at a time. A file is read from its beginning and stays open.
    """
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from _lines(text, required, what)
    except UnicodeDecodeError as error:
        line = _first_that_is_no_text(file)
        raise NotAFeed(f"The {what} file is not UTF-8 text (line {line}). Export it as “CSV UTF-8”.") from error
    finally:
        text.detach()


def _lines(
    text: io.TextIOWrapper, required: tuple[str, ...], what: str
) -> Iterator[tuple[int, dict[str, str] | Rejected]]:
    first = text.readline()
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(chain([first], text), delimiter=delimiter, strict=True)
    header = _header(reader, required, what)
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, Rejected(reader.line_num, f"the line cannot be read: {error}", {})
            continue
        if not any(cells):
            continue
        if len(cells) != len(header):
            reason = f"{len(cells)} cells, but the header has {len(header)} columns"
            held = dict(zip(header, cells, strict=False)) | {"further cells": " | ".join(cells[len(header) :])}
            yield reader.line_num, Rejected(reader.line_num, reason, held)
            continue
        yield reader.line_num, dict(zip(header, cells, strict=True))


def _header(reader: Iterator[list[str]], required: tuple[str, ...], what: str) -> list[str]:
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
    return header


def _first_that_is_no_text(file: BinaryIO) -> int:
    file.seek(0)
    for number, line in enumerate(file, start=1):
        try:
            line.decode()
        except UnicodeDecodeError:
            return number
    return 0


def person(
    line: int, values: Mapping[str, str], offices: set[str], categories: set[str], languages: set[str]
) -> PersonRow:
    """One line as a row; a column that ``values`` lacks is not told. Raises ValueError with the reason."""
    cell = values.get
    number, name, former_number = cell("number", ""), cell("name", ""), cell("former_number", "")
    email, personal_email, category = cell("email", ""), cell("personal_email", ""), cell("category", "").upper()
    language = _language(cell("language", ""))
    _check(values, number=number, name=name, former_number=former_number)
    if cell("office") not in offices:
        raise ValueError(f"office {cell('office')!r} is not known")
    if category not in categories:
        raise ValueError(f"category {cell('category')!r} is not one of {', '.join(sorted(categories))}")
    if language not in languages:
        raise ValueError(f"language {language!r} is not one of {', '.join(sorted(languages))}")
    if cell("time_zone") and cell("time_zone") not in ZONES:
        raise ValueError(f"time zone {cell('time_zone')!r} is not known")
    for column, address in (("email", email), ("personal_email", personal_email)):
        if address and (len(address) > 254 or not ADDRESS.match(address)):
            raise ValueError(f"{column} {address!r} is no address")
    if cell("supervisor") == number:
        raise ValueError("the person is their own supervisor")
    row = PersonRow(
        line=line,
        number=number,
        name=" ".join(name.split()),
        office=values["office"],
        category=category,
        joined_on=_day("joined_on", values["joined_on"]) or EARLIEST,
        email=email,
        personal_email=personal_email,
        language=language,
        time_zone=cell("time_zone", ""),
        supervisor=cell("supervisor", ""),
        is_manager=_flag("is_manager", cell("is_manager", "")),
        head_of_office=_flag("head_of_office", cell("head_of_office", "")),
        contract_ends_on=_day("contract_ends_on", cell("contract_ends_on", "")),
        left_on=_day("left_on", cell("left_on", "")),
        leave_from=_day("leave_from", cell("leave_from", "")),
        leave_until=_day("leave_until", cell("leave_until", "")),
        organisation=cell("organisation", ""),
        in_post_since=_day("in_post_since", cell("in_post_since", "")),
        former_number=former_number if former_number != number else "",
        values=values,
    )
    _check_days(row)
    return row


def _check(values: Mapping[str, str], *, number: str, name: str, former_number: str) -> None:
    """What holds of cells whatever the site knows."""
    for column in REQUIRED:
        if not values.get(column):
            raise ValueError(f"{column} is empty")
    if not "".join(values.values()).isprintable():  # at once, since hardly any line has such a cell
        for column, text in values.items():
            if any(ord(character) < 32 or ord(character) == 127 for character in text):
                raise ValueError(f"{column} holds a control character")
    if name.startswith(FORMULA_STARTS):
        raise ValueError(f"name begins with {name[0]!r}, as a spreadsheet formula does")
    for column, most in MOST.items():
        if len(values.get(column, "")) > most:
            raise ValueError(f"{column} is longer than {most} characters")
    for column, text in (("number", number), ("former_number", former_number)):
        if text and not NUMBER.fullmatch(text):
            raise ValueError(f"{column} {text!r} may hold letters, digits, dot, hyphen and underscore only")


def _check_days(row: PersonRow) -> None:
    if row.left_on and row.left_on < row.joined_on:
        raise ValueError("left_on lies before joined_on")
    if row.contract_ends_on and row.contract_ends_on < row.joined_on:
        raise ValueError("contract_ends_on lies before joined_on")
    if bool(row.leave_from) != bool(row.leave_until):
        raise ValueError("leave_from and leave_until go together")
    if row.leave_from and row.leave_until and row.leave_until < row.leave_from:
        raise ValueError("leave_until lies before leave_from")


def _language(text: str) -> str:
    language = (text or "en").lower()
    return "zh-hans" if language in ("zh", "zh-cn") else language


@lru_cache(maxsize=50_000)
def _day(name: str, text: str) -> date | None:
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


def _flag(name: str, text: str) -> bool:
    text = text.lower()
    if text not in FLAGS:
        raise ValueError(f"{name} {text!r} is neither yes nor no")
    return text in YES
