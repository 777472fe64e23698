"""Figures of one office taken apart: how late, which category of personnel, managers.

Everything is counted from ``figures.listed``; each number's people are found by ``narrowing`` with the same expressions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lms.compliance.counting import Counts, part_of
from lms.compliance.figures import Figures
from lms.people.models import Category
from lms.requirements.models import Requirement

BANDS = {"1-30": (1, 30), "31-90": (31, 90), "over-90": (91, None)}  # days late: first, last


@dataclass
class Breakdown:
    """Of one requirement. The bands are parts of ``figures.overdue``; the categories are parts of ``figures``."""

    requirement: Requirement
    figures: Figures = field(default_factory=Figures)
    bands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BANDS, 0))
    categories: dict[Category, Figures] = field(default_factory=dict)
    managers: Figures = field(default_factory=Figures)

    def take(self, category: str, manages: bool, bucket: str, band: str, number: int) -> None:
        """Add a group of people who share category, bucket, band and whether they manage others."""
        part = part_of(bucket, number)
        kind = Category(category)
        self.figures += part
        self.categories[kind] = self.categories.get(kind, Figures()) + part
        if manages:
            self.managers += part
        if band:
            self.bands[band] += number


def broken_down(counts: Counts) -> list[Breakdown]:
    """A breakdown for each requirement that somebody counted comes under."""
    found = {pk: Breakdown(requirement) for pk, requirement in counts.requirements.items()}
    groups = counts.by("requirement", "category", "manages", "bucket", "band")
    for (requirement, category, manages, bucket, band), number in groups.items():
        found[requirement].take(category, manages, bucket, band, number)
    return [item for item in found.values() if item.categories]
