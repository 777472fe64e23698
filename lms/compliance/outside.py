"""Figures for use outside HR: counts of 1 to 4 people, and what would give them away, are withheld.

What is withheld is decided for the whole organisation at once, so that one office's sheet does not show what another's
withholds, and the export, the delivery by e-mail and the indicators agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from lms.compliance.figures import listed, with_bands
from lms.compliance.offices import offices_on
from lms.compliance.suppressing import Sums, Tree, withheld
from lms.people.models import Office
from lms.requirements.models import Requirement

LATE, VERY_LATE = "overdue_1_30", "overdue_over_30"
IN_SCOPE = ("complete", "waived", "within_deadline", LATE, VERY_LATE)
SUMS = Sums(
    parts=(*IN_SCOPE, "on_leave", "left"),
    sums={
        **{
            name: frozenset({name})
            for name in ("complete", "waived", "within_deadline", "on_leave", "left", VERY_LATE)
        },
        "overdue": frozenset({LATE, VERY_LATE}),
        "in_scope": frozenset(IN_SCOPE),
    },
    derived={
        "done": frozenset({"complete", "waived"}),
        "due": frozenset(IN_SCOPE) - {"within_deadline"},
        LATE: frozenset({LATE}),
    },
)
# A percentage tells the two numbers that it is made of.
PERCENTAGES = {
    "percent_of_due": ("done", "due"),
    "percent_of_everyone": ("done", "in_scope"),
    "percent_overdue_over_30": (VERY_LATE, "due"),
}


@dataclass(frozen=True)
class OutsideRow:
    """One line: an office with everything below it and a requirement. None is a number that is withheld."""

    office: Office
    requirement: Requirement
    numbers: dict[str, int | None]

    def percentage(self, name: str) -> float | None:
        """None where it is withheld, and where it would be one of nothing."""
        part, whole = (self.numbers[item] for item in PERCENTAGES[name])
        return round(100 * part / whole, 1) if part is not None and whole else None

    def is_withheld(self, name: str) -> bool:
        return any(self.numbers[item] is None for item in PERCENTAGES.get(name, (name,)))


def outside_rows(*, roots: Iterable[Office], as_at: date, known_at: datetime | None = None) -> list[OutsideRow]:
    """A row for each root and requirement, as ``figures.rolled_up``. The number of queries is constant."""
    offices = {office.pk: office for office in offices_on(as_at)}
    trees = _trees(offices, as_at, known_at)
    hidden = {pk: withheld(tree) for pk, tree in trees.items()}
    requirements = {item.pk: item for item in Requirement.objects.all()}
    rows = []
    for root in (offices[office.pk] for office in roots):
        for pk, requirement in requirements.items():
            if pk not in trees or not any(trees[pk].total[root.path].values()):
                continue
            numbers = {
                name: None if (root.path, name) in hidden[pk] else trees[pk].value(root.path, name)
                for name in SUMS.figures()
            }
            rows.append(OutsideRow(root, requirement, numbers))
    return rows


def _trees(offices: dict[int, Office], as_at: date, known_at: datetime | None) -> dict[int, Tree]:
    """By requirement: every office with its own people."""
    found: dict[int, dict[str, Counter[str]]] = {}
    groups = (
        with_bands(listed(as_at, known_at=known_at), as_at)
        .order_by()
        .values("office", "requirement", "bucket", "band")
    )
    for row in groups.annotate(n=Count("pk")):
        own = found.setdefault(row["requirement"], {office.path: Counter() for office in offices.values()})
        own[offices[row["office"]].path][_part(row)] += row["n"]
    return {requirement: Tree(own, SUMS) for requirement, own in found.items()}


def _part(row: dict[str, Any]) -> str:
    if row["bucket"] != "overdue":
        return str(row["bucket"])
    return LATE if row["band"] == "1-30" else VERY_LATE
