"""The one definition of every figure: by office, by requirement, as at a date. Screen, export and command use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, Value, When

from lms.people.models import Office
from lms.people.querysets import away
from lms.requirements.models import Assignment, Requirement
from lms.requirements.standing import MISSED, PROVEN, Standing


@dataclass(frozen=True)
class Figures:
    """Of one requirement in one office and everything below it. ``in_scope`` is the sum of the four that follow it.

    ``complete`` has a valid proof (also one that expires soon); ``within_deadline`` has none yet and is not late;
    ``overdue`` is late or its proof has ended; ``waived`` is set aside for a time. ``on_leave`` (absent for more than
    LMS_LONG_LEAVE_DAYS) and ``left`` (within a year) are counted apart and are in no percentage.
    """

    in_scope: int = 0
    complete: int = 0
    within_deadline: int = 0
    overdue: int = 0
    waived: int = 0
    on_leave: int = 0
    left: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def due(self) -> int:
        """Those who should have done it by the day: in scope − within deadline."""
        return self.in_scope - self.within_deadline

    @property
    def percent_of_everyone(self) -> float | None:
        """(complete + waived) ÷ in scope; None where nobody is in scope."""
        return _percent(self.complete + self.waived, self.in_scope)

    @property
    def percent_of_due(self) -> float | None:
        """(complete + waived) ÷ due; None where nothing is due."""
        return _percent(self.complete + self.waived, self.due)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    office: Office
    requirement: Requirement
    figures: Figures


def listed(as_at: date) -> Any:
    """Every assignment that a figure counts, with ``bucket``: the name of the figure that counts it."""
    buckets = Assignment.objects.with_standing(as_at).annotate(
        away=Case(When(away(as_at, "person"), then=Value(True)), default=Value(False), output_field=BooleanField())
    )
    running = Q(opened_on__lte=as_at) & (Q(ended_on__isnull=True) | Q(ended_on__gt=as_at))
    left = Q(pk__in=Assignment.objects.left_by(as_at).values("pk"))
    return buckets.filter(running | left).annotate(
        bucket=Case(
            When(ended_on__lte=as_at, then=Value("left")),
            When(away=True, then=Value("on_leave")),
            When(standing__in=[item.value for item in PROVEN], then=Value("complete")),
            When(standing=Standing.WAIVED.value, then=Value("waived")),
            When(standing__in=[item.value for item in MISSED], then=Value("overdue")),
            default=Value("within_deadline"),
        )
    )


def by_office(*, offices: Iterable[Office], as_at: date) -> dict[tuple[int, int], Figures]:
    """(office, requirement) → figures of the office's own people, without those below. One query."""
    counted = (
        listed(as_at)
        .filter(person__office__in=[office.pk for office in offices])
        .order_by()
        .values("person__office", "requirement", "bucket")
        .annotate(n=Count("pk"))
    )
    found: dict[tuple[int, int], Figures] = {}
    for row in counted:
        key = (row["person__office"], row["requirement"])
        apart = row["bucket"] in ("left", "on_leave")
        add = Figures(**{row["bucket"]: row["n"]}, in_scope=0 if apart else row["n"])
        found[key] = found.get(key, Figures()) + add
    return found


def rolled_up(*, roots: Iterable[Office], offices: Iterable[Office], as_at: date) -> list[Row]:
    """A row for each root and requirement, with everything below the root that is among ``offices``."""
    offices = list(offices)
    own = by_office(offices=offices, as_at=as_at)
    requirements = {item.pk: item for item in Requirement.objects.all()}
    path_of = {office.pk: office.path for office in offices}
    rows = []
    for root in roots:
        total: dict[int, Figures] = {}
        for (office, requirement), figures in own.items():
            if path_of[office].startswith(root.path):
                total[requirement] = total.get(requirement, Figures()) + figures
        rows += [Row(root, requirements[key], total[key]) for key in requirements if key in total]
    return rows
