"""Registry of the checks that ``verify_ledger`` runs: every hash chain and every projection against the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from lms.hash_chain import first_broken

Check = Callable[[], Iterator["Broken | LeftOut"]]


@dataclass(frozen=True)
class Broken:
    """A record that does not hold: which, and why."""

    record: str
    reason: str


@dataclass(frozen=True)
class LeftOut:
    """Records that cannot be judged yet, and why; nothing is wrong with them."""

    reason: str


_checks: list[tuple[str, Check]] = []


def ledger_check(name: str) -> Callable[[Check], Check]:
    """Registers a check; it yields what is broken, oldest record first, and nothing when all holds."""

    def add(check: Check) -> Check:
        _checks.append((name, check))
        return check

    return add


def chains(
    rows: Iterable[Any], *, of: str, name: str, record: Callable[[Any], Mapping[str, Any]] | None = None
) -> Iterator[tuple[list[Any], list[Broken]]]:
    """Each chain's rows with the first that does not hold, if one does not. ``rows`` lie chain by chain, oldest first;
    ``of`` names what a chain belongs to, ``record`` gives what the hash of a row covers (its ``record()`` otherwise)."""
    covered = record or (lambda row: row.record())
    for _, chain in groupby(rows, key=attrgetter(of)):
        told = list(chain)
        place = first_broken((row.previous_hash, row.hash, covered(row)) for row in told)
        broken = [] if place is None else [Broken(f"{name} {told[place].pk}", "its chain is broken here")]
        yield told, broken


def run(say: Callable[[str], None] | None = None) -> Iterator[tuple[str, list[Broken]]]:
    """Each check's name with what it found. ``say`` hears what was left out and why."""
    for name, check in _checks:
        broken: list[Broken] = []
        for item in check():
            if isinstance(item, Broken):
                broken.append(item)
            elif say is not None:
                say(item.reason)
        yield name, broken
