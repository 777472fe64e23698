"""Registry of the checks that ``verify_ledger`` runs: every hash chain and every projection against the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Check = Callable[[], Iterator["Broken"]]


@dataclass(frozen=True)
class Broken:
    """A record that does not hold: which, and why."""

    record: str
    reason: str


_checks: list[tuple[str, Check]] = []


def ledger_check(name: str) -> Callable[[Check], Check]:
    """Registers a check; it yields what is broken, oldest record first, and nothing when all holds."""

    def add(check: Check) -> Check:
        _checks.append((name, check))
        return check

    return add


def run() -> Iterator[tuple[str, list[Broken]]]:
    """Each check's name with what it found."""
    for name, check in _checks:
        yield name, list(check())
