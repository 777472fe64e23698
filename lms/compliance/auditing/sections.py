"""Registry of what an auditor pack holds of a person beyond the floor's own records.

Signatures, certificates and reminders live above the floor and register here, as ledger checks do (``lms.verification``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.people.models import Person


@dataclass(frozen=True)
class Period:
    """First and last day, both in it."""

    first: date
    last: date


Section = Callable[[Person, Period], list[dict[str, Any]]]
_sections: dict[str, Section] = {}


def auditor_section(name: str) -> Callable[[Section], Section]:
    """Registers a section; it answers a list of entries of plain values, dates and UUIDs, oldest first.

    Entries with ``record``, ``previous_hash`` and ``hash`` are a hash chain (``lms.hash_chain``), which the verifier
    recomputes: then all of the person's, whatever the period.
    """

    def add(section: Section) -> Section:
        _sections[name] = section
        return section

    return add


def collected(person: Person, period: Period) -> dict[str, list[dict[str, Any]]]:
    """Each section's name with its entries."""
    return {name: section(person, period) for name, section in sorted(_sections.items())}
