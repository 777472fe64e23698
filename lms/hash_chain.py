"""Pure: one person's facts as a chain, each holding the hash of the one before. Imports no Django.

One chain a person and kind, so that appending waits for nobody else. Shows that a record was changed, put in between or
taken out; that the newest was taken out shows only against the statements beside it (docs/decisions/0002).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

START = "0" * 64


def link(previous: str, record: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the record as canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def first_broken(entries: Iterable[tuple[str, str, Mapping[str, Any]]]) -> int | None:
    """Position of the first entry that does not hold. Entries: (previous hash, own hash, record), oldest first."""
    expected = START
    for position, (previous, own, record) in enumerate(entries):
        if previous != expected or own != link(previous, record):
            return position
        expected = own
    return None
