"""Who tells the room which undertakings are signed: it registers here, since the floor does not import attestations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True)
class Signed:
    """The last undertaking of an agreement. ``superseded_on``: since when a wording of another version is in force."""

    version: str
    language: str
    printed_name: str
    title: str
    signed_at: datetime
    signed_on: date
    superseded_on: date | None = None


class UndertakingSource(Protocol):
    def signed(self, *, agreements: Collection[int], on: date) -> dict[int, Signed]:
        """By agreement id; the number of queries does not grow with the agreements."""

    def can_be_signed(self) -> bool:
        """There is a wording in force."""

    def path(self, *, secret: str) -> str:
        """Where the signatory reads and signs."""


_sources: list[UndertakingSource] = []


def register(source: UndertakingSource) -> None:
    _sources[:] = [source]


def signed(*, agreements: Collection[int], on: date) -> dict[int, Signed]:
    """Nothing is signed where nobody keeps undertakings."""
    return _sources[0].signed(agreements=agreements, on=on) if _sources else {}


def can_be_signed() -> bool:
    return bool(_sources) and _sources[0].can_be_signed()


def path(*, secret: str) -> str:
    return _sources[0].path(secret=secret)
