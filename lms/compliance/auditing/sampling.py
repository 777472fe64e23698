"""Pure: who is drawn. Anybody can draw the same people again with SHA-256 and a list. Imports no Django.

Not Python's ``random``, whose sequence may change from version to version.
"""

from __future__ import annotations

import hashlib
import heapq
import secrets
from collections.abc import Iterable


def rank(seed: str, identity: str) -> str:
    """Where somebody comes in the order that the seed gives: SHA-256 of seed, line feed and identity, in UTF-8."""
    return hashlib.sha256(f"{seed}\n{identity}".encode()).hexdigest()


def draw(*, seed: str, population: Iterable[str], size: int) -> list[str]:
    """The ``size`` identities that come first; all of them where there are fewer."""
    return heapq.nsmallest(size, population, key=lambda identity: rank(seed, identity))


def new_seed() -> str:
    """Where the auditor brings none. Better that they do: see docs/auditing.md."""
    return secrets.token_hex(8)


def is_seed(text: str) -> bool:
    """One line of at most 100 characters that can be seen, so that it can be read out and typed again."""
    return 0 < len(text) <= 100 and text.isprintable() and text == text.strip()
