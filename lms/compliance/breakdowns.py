"""Figures of one office taken apart: how late, which category of personnel, managers.

Everything is counted from ``figures.listed``; each number's people are found by ``narrowing`` with the same expressions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from lms.compliance.counting import Counts, figures_of
from lms.compliance.figures import Figures
from lms.people.models import Category
from lms.requirements.models import Requirement

NAMES = ("requirement", "category", "manages", "bucket", "band")
BANDS = {"1-30": (1, 30), "31-90": (31, 90), "over-90": (91, None)}  # days late: first, last


@dataclass
class Breakdown:
    """Of one requirement. The bands are parts of ``figures.overdue``; the categories are parts of ``figures``."""

    requirement: Requirement
    figures: Figures = field(default_factory=Figures)
    bands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BANDS, 0))
    categories: dict[Category, Figures] = field(default_factory=dict)
    managers: Figures = field(default_factory=Figures)


def broken_down(counts: Counts) -> list[Breakdown]:
    """A breakdown for each requirement that somebody counted comes under."""
    groups: dict[int, list[tuple[str, bool, str, str, int]]] = {}
    for (requirement, *group), number in counts.altogether(*NAMES).items():
        groups.setdefault(requirement, []).append((*group, number))  # type: ignore[arg-type]
    return [_of(item, groups[pk]) for pk, item in counts.requirements.items() if pk in groups]


def _of(requirement: Requirement, groups: list[tuple[str, bool, str, str, int]]) -> Breakdown:
    figures, managers = Counter[str](), Counter[str]()
    bands, categories = dict.fromkeys(BANDS, 0), defaultdict[Category, Counter[str]](Counter)
    for category, manages, bucket, band, number in groups:
        figures[bucket] += number
        categories[Category(category)][bucket] += number
        if manages:
            managers[bucket] += number
        if band:
            bands[band] += number
    apart = {category: figures_of(found) for category, found in categories.items()}
    return Breakdown(requirement, figures_of(figures), bands, apart, figures_of(managers))
