"""Registry of the checks that ``verify_ledger`` runs: every hash chain and every projection against the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
