"""Pure: a roster of a partner's people, from a file or a form to lines and refused lines. Imports no Django.

The columns are ``name`` (needed), ``email``, ``role``, ``language``; others are passed over and never kept. Each line
of the file is accounted for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.people.feed import ADDRESS, FORMULA_STARTS, NotAFeed, Rejected, table

MOST_LINES, MOST_BYTES = 5000, 1_000_000
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Signs that turn the direction of what follows, so that a name reads as another."""
MOST_NAME, MOST_EMAIL, MOST_ROLE = 200, 254, 80


class Problem(StrEnum):
    """Why a line, or a whole file, is not taken."""

    UNREADABLE = "unreadable"
    NO_NAME = "no_name"
    LONG = "long"
    CONTROL = "control"
    FORMULA = "formula"
    ADDRESS = "address"
    LANGUAGE = "language"
    TWICE = "twice"
    FILE_LARGE = "file_large"
    FILE_LONG = "file_long"
    FILE_TEXT = "file_text"
    FILE_EMPTY = "file_empty"


class NotARoster(ValueError):
    """The file as a whole cannot be taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Line:
    """Somebody to be named: how they are called and reached, and what they do."""

    place: int
    name: str
    email: str = ""
    role: str = ""
    language: str = ""


@dataclass(frozen=True)
class Refused:
    """A line that names nobody, why, and whom it meant; ``first``: the line that says the same."""

    place: int
    problem: Problem
    said: str = ""
    first: int = 0


def read(data: bytes, *, languages: Collection[str]) -> tuple[list[Line], list[Refused]]:
    """The lines of a file in their order. Raises NotARoster."""
    if len(data) > MOST_BYTES:
        raise NotARoster(Problem.FILE_LARGE)
    lines: list[Line] = []
    refused: list[Refused] = []
    told: dict[str, int] = {}
    try:
        for place, row in table(data, required=("name",), what="roster"):
            if len(lines) + len(refused) >= MOST_LINES:
                raise NotARoster(Problem.FILE_LONG)
            if isinstance(row, Rejected):
                refused.append(Refused(place, Problem.UNREADABLE))
                continue
            found = line(place, row, languages=languages)
            if isinstance(found, Line) and found.email:
                first = told.setdefault(found.email.casefold(), place)
                found = found if first == place else Refused(place, Problem.TWICE, found.email, first)
            (lines if isinstance(found, Line) else refused).append(found)  # type: ignore[arg-type]
    except NotAFeed as error:
        raise NotARoster(Problem.FILE_TEXT) from error
    if not lines and not refused:
        raise NotARoster(Problem.FILE_EMPTY)
    return lines, refused


def line(place: int, row: Mapping[str, str], *, languages: Collection[str]) -> Line | Refused:
    """One person, or why the line names nobody."""
    said = {name: row.get(name) or "" for name in ("name", "email", "role", "language")}
    name, email, role = " ".join(said["name"].split()), said["email"].strip(), " ".join(said["role"].split())
    language = _language(said["language"].strip())
    shown = (name or email)[:80]
    problem = (
        (Problem.CONTROL if any(map(_is_control, said.values())) else None)
        or (Problem.NO_NAME if not name else None)
        or (Problem.LONG if len(name) > MOST_NAME or len(email) > MOST_EMAIL or len(role) > MOST_ROLE else None)
        or (Problem.FORMULA if name.startswith(FORMULA_STARTS) or role.startswith(FORMULA_STARTS) else None)
        or (Problem.ADDRESS if email and not ADDRESS.match(email) else None)
        or (Problem.LANGUAGE if language and language not in languages else None)
    )
    return Refused(place, problem, "" if problem == Problem.CONTROL else shown) if problem else Line(
        place, name, email, role, language
    )  # fmt: skip


def _is_control(text: str) -> bool:
    return any(ord(sign) < 32 or 127 <= ord(sign) < 160 or sign in TURNING for sign in text)


def _language(text: str) -> str:
    return "zh-hans" if text.lower() in ("zh", "zh-cn") else text.lower()
