"""Says from time to time how far a long import is; says nothing about a short one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

EVERY_SECONDS = 5.0
Row = TypeVar("Row")


def followed(rows: Sequence[Row], say: Callable[[str], None] | None, *, every: float = EVERY_SECONDS) -> Iterator[Row]:
    """The rows as they come; after each ``every`` seconds a line goes to ``say``."""
    told = time.monotonic()
    for number, row in enumerate(rows, start=1):
        if say is not None and time.monotonic() - told >= every:
            told = time.monotonic()
            say(f"{number:,} of {len(rows):,} rows")
        yield row
