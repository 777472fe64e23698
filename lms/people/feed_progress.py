"""Goes through many rows piece by piece, and says from time to time how far it is; says nothing about a few."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import islice
from typing import TypeVar

EVERY_SECONDS = 5.0
PIECE = 5000
Row = TypeVar("Row")


def followed(
    rows: Iterable[Row],
    say: Callable[[str], None] | None,
    *,
    of: int | None = None,
    what: str = "rows",
    every: float | None = None,
) -> Iterator[Row]:
    """The rows as they come; after each ``every`` seconds a line goes to ``say``. ``of``: how many they are, if known."""
    told = time.monotonic()
    total = len(rows) if of is None and isinstance(rows, Sized) else of
    for number, row in enumerate(rows, start=1):
        if say is not None and time.monotonic() - told >= (EVERY_SECONDS if every is None else every):
            told = time.monotonic()
            say(f"{number:,} of {total:,} {what}" if total is not None else f"{number:,} {what} read")
        yield row


def pieces(rows: Iterable[Row], size: int | None = None) -> Iterator[list[Row]]:
    found = iter(rows)
    while part := list(islice(found, size or PIECE)):
        yield part
