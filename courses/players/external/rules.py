"""Pure: what stands in the lines of a page, and how names, dates and versions are compared. Imports no Django."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from uuid import UUID

HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
PLAIN = re.compile(r"[!-~]+")
REFERENCE = "{reference}"


def entries(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_host(name: str) -> bool:
    """A full name of a host, or ``*.`` and one. No address in numbers: the last part has a letter."""
    return HOST.fullmatch(name.lower()) is not None and not name.rsplit(".", 1)[-1].isdigit()


def with_reference(address: str, registration: UUID | None) -> str:
    return address.replace(REFERENCE, str(registration) if registration else "")


def folded(text: str) -> str:
    """Without accents, case, punctuation and the several ways to write digits; words apart by one space."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = (
        str(unicodedata.digit(mark)) if unicodedata.category(mark) == "Nd" else mark if mark.isalnum() else " "
        for mark in plain
        if not unicodedata.combining(mark)
    )
    return " ".join("".join(kept).split())


def names_match(name: str, text: str) -> bool:
    """Every part of the name stands in the text, in whatever order; of scripts without spaces the whole of it does."""
    wanted, found = folded(name), folded(text)
    if not wanted:
        return False
    return set(wanted.split()) <= set(found.split()) or (
        not wanted.isascii() and wanted.replace(" ", "") in found.replace(" ", "")
    )


def holds_date(day: date, text: str, month_names: Iterable[str]) -> bool:
    """Whether the text holds the day in one of the usual forms; ``month_names`` of that month, in several languages."""
    found = f" {folded(text)} "
    numbers = {str(day.day), f"{day.day:02}"}, {str(day.month), f"{day.month:02}"}
    forms = set()
    for d in numbers[0]:
        for m in numbers[1]:
            forms |= {f"{day.year} {m} {d}", f"{d} {m} {day.year}", f"{m} {d} {day.year}"}
        for month in {folded(name) for name in month_names}:
            forms |= {f"{d} {month} {day.year}", f"{month} {d} {day.year}", f"{d} de {month} de {day.year}"}
            forms |= {f"{month} {d}{end} {day.year}" for end in ("st", "nd", "rd", "th")}
            forms |= {f"{d}{end} {month} {day.year}" for end in ("st", "nd", "rd", "th", "er")}
            forms |= {f"{d}{end} of {month} {day.year}" for end in ("st", "nd", "rd", "th")}
    forms |= {f"{day.year}年{day.month}月{day.day}日", f"{day.year} 年 {day.month} 月 {day.day} 日"}
    return any(f" {form} " in found for form in forms) or f"{day.year}年{day.month}月{day.day}日" in found.replace(
        " ", ""
    )


def version_is_accepted(version: str, accepted: Iterable[str]) -> bool | None:
    """None where it is not told; any where none is listed."""
    wanted = [folded(item) for item in accepted]
    if not wanted:
        return True
    return folded(version) in wanted if folded(version) else None


def address_problem(address: str) -> bool:
    """Whether it is no address of a page on the web: https, a full name of a host, nothing else before the path."""
    if not PLAIN.fullmatch(address) or not address.startswith("https://"):
        return True
    host = re.split(r"[/?#]", address[len("https://") :], maxsplit=1)[0]
    return not is_host(host)


def badge_issuers(text: str) -> dict[str, set[str]]:
    """Each issuer that a line names, with the keys that lines name for them: addresses and thumbprints."""
    found: dict[str, set[str]] = {}
    for line in entries(text):
        issuer, *keys = line.split()
        found.setdefault(issuer, set()).update(keys)
    return found


def is_issuer_line(line: str) -> bool:
    """An issuer, and behind it thumbprints (RFC 7638, of SHA-256) or addresses of their keys."""
    issuer, *keys = line.split()
    is_web = re.fullmatch(r"did:web:[\w.:-]+", issuer, re.ASCII) is not None
    return (is_web or not address_problem(issuer)) and all(
        re.fullmatch(r"[\w-]{43}", key, re.ASCII) or key.startswith("did:web:") or not address_problem(key)
        for key in keys
    )


def is_below(address: str, above: str) -> bool:
    """The same, or further down, without a way to climb up again."""
    climbs = re.search(r"\.\.|/\./|%2e|%2f|%5c|\\", address, re.IGNORECASE) is not None
    return not climbs and (address == above or address.startswith(tuple(above.rstrip("/") + mark for mark in "#/?")))


def host_of(address: str) -> str:
    return re.split(r"[/?#]", address.removeprefix("https://"), maxsplit=1)[0].lower()
