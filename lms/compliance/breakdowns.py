"""Figures of one office taken apart: how late, which category of personnel, managers, how long it took.

Everything is counted from ``figures.listed``; each number's people are found by ``narrowing`` with the same expressions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Q, Value, When

from lms.compliance.figures import Figures, listed
from lms.people.models import Category, Office
from lms.requirements.models import Requirement

BANDS = {"1-30": (1, 30), "31-90": (31, 90), "over-90": (91, None)}  # days late: first, last
APART = ("left", "on_leave")


@dataclass(frozen=True)
class Duration:
    """Half of ``of`` people took at most ``median`` days."""

    median: float | None = None
    of: int = 0


@dataclass
class Breakdown:
    """Of one requirement. The bands are parts of ``figures.overdue``; the categories are parts of ``figures``."""

    requirement: Requirement
    figures: Figures = field(default_factory=Figures)
    bands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BANDS, 0))
    categories: dict[Category, Figures] = field(default_factory=dict)
    managers: Figures = field(default_factory=Figures)
    took: Duration = field(default_factory=Duration)

    def take(self, row: dict[str, Any]) -> None:
        """Add a group of people who share category, bucket, band and whether they manage others."""
        part = part_of(row["bucket"], row["n"])
        category = Category(row["category"])
        self.figures += part
        self.categories[category] = self.categories.get(category, Figures()) + part
        if row["manages"]:
            self.managers += part
        if row["band"]:
            self.bands[row["band"]] += row["n"]


def part_of(bucket: str, number: int) -> Figures:
    """That many people in that bucket, as figures."""
    return Figures(**{bucket: number}, in_scope=0 if bucket in APART else number)


def late_since(as_at: date) -> Case:
    """Of somebody who is overdue: the last day that was still in time. The end of the proof where one has ended."""
    return Case(
        When(completed_on__lte=as_at, then=F("valid_until")),
        When(carried_until__isnull=False, then=F("carried_until")),
        default=F("due_on"),
    )


def with_bands(found: Any, as_at: date) -> Any:
    """``listed``, with ``band``: how late those in the bucket “overdue” are; empty for everybody else."""
    return found.annotate(late_since=late_since(as_at)).annotate(
        band=Case(
            When(~Q(bucket="overdue"), then=Value("")),
            When(late_since__gte=as_at - timedelta(days=30), then=Value("1-30")),
            When(late_since__gte=as_at - timedelta(days=90), then=Value("31-90")),
            default=Value("over-90"),
        )
    )


def timed(found: Any) -> Any:
    """Those of ``listed`` whose time from assignment to completion counts: complete, and completed once assigned."""
    return found.filter(bucket="complete", completed_on__gte=F("opened_on"))


def broken_down(*, offices: Iterable[Office], as_at: date, known_at: datetime | None = None) -> list[Breakdown]:
    """A breakdown for each requirement that somebody in these offices comes under. Three queries, whatever the size."""
    within = listed(as_at, known_at=known_at, offices=offices)
    found = {item.pk: Breakdown(item) for item in Requirement.objects.all()}
    groups = with_bands(within, as_at).order_by()
    for row in groups.values("requirement", "category", "manages", "bucket", "band").annotate(n=Count("pk")):
        found[row["requirement"]].take(row)
    for requirement, took in durations(within).items():
        found[requirement].took = took
    return [item for item in found.values() if item.categories]


def durations(within: Any) -> dict[int, Duration]:
    """By requirement: the median of the days from assignment to completion. One query."""
    took = ExpressionWrapper(F("completed_on") - F("opened_on"), output_field=DurationField())
    days: dict[int, dict[int, int]] = {}
    for row in timed(within).order_by().annotate(took=took).values("requirement", "took").annotate(n=Count("pk")):
        days.setdefault(row["requirement"], {})[row["took"].days] = row["n"]
    return {requirement: Duration(median(counts), sum(counts.values())) for requirement, counts in days.items()}


def median(counts: dict[int, int]) -> float | None:
    """The median of values that are given with how often each occurs; None of nothing."""
    total = sum(counts.values())
    if not total:
        return None
    middle, seen = [], 0
    for value in sorted(counts):
        for place in ((total - 1) // 2, total // 2):
            if seen <= place < seen + counts[value]:
                middle.append(value)
        seen += counts[value]
    return sum(middle) / 2
