"""How long it takes from assignment to completion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F


@dataclass(frozen=True)
class Duration:
    """Half of ``of`` people took at most ``median`` days."""

    median: float | None = None
    of: int = 0


def timed(found: Any) -> Any:
    """Those of ``listed`` whose time from assignment to completion counts: complete, and completed once assigned."""
    return found.filter(bucket="complete", completed_on__gte=F("opened_on"))


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
