"""Counts the obligations of a day: from the facts, or from the last tally of the day and what was changed since.

Both give the same numbers; a test holds them together, and ``verify_ledger`` compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.utils import timezone

from lms.compliance.figures import Figures, Row, listed, with_bands
from lms.compliance.tally_models import Tally
from lms.people.history_models import KnownLeave, KnownPerson, KnownPosting
from lms.people.models import Office, Person
from lms.requirements.models import KnownAssignment, Requirement

GROUP = ("office", "requirement", "category", "manages", "bucket", "band")
APART = ("left", "on_leave")
Group = tuple[Any, ...]


def part_of(bucket: str, number: int) -> Figures:
    """That many people in that bucket, as figures."""
    return Figures(**{bucket: number}, in_scope=0 if bucket in APART else number)


class Counts:
    """Of the people of some offices on a day, as known at a moment or now. Read once for the figures and their parts."""

    def __init__(self, *, offices: Iterable[Office], as_at: date, known_at: datetime | None = None) -> None:
        self.offices = list(offices)
        self.as_at, self.known_at = as_at, known_at

    def by(self, *names: str) -> Counter[Group]:
        """How many share these of GROUP. One query; with a tally one more for the first that is asked."""
        if self._tally is None:
            rows = listed(self.as_at, known_at=self.known_at, offices=self.offices)
            return grouped(rows, self.as_at, *names)
        ids = {office.pk for office in self.offices}
        lines = self._tally.lines.filter(office__in=ids).order_by().values_list(*names)
        found = Counter({group: n for *head, n in lines.annotate(total=Sum("n")) if (group := tuple(head))})
        for group, number in self._since.items():
            if group[0] in ids:
                found[tuple(group[GROUP.index(name)] for name in names)] += number
        return Counter({group: number for group, number in found.items() if number})

    @cached_property
    def requirements(self) -> dict[int, Requirement]:
        return {item.pk: item for item in Requirement.objects.all()}

    @cached_property
    def _tally(self) -> Tally | None:
        """Only today is tallied, and only as it is known now."""
        if self.known_at is not None or self.as_at != timezone.localdate():
            return None
        return Tally.objects.filter(day=self.as_at).order_by("-known_at").first()

    @cached_property
    def _since(self) -> Counter[Group]:
        assert self._tally is not None
        return changed(self._tally, until=None)


def grouped(rows: Any, as_at: date, *names: str) -> Counter[Group]:
    """Rows of ``listed``, counted from the facts."""
    return Counter({tuple(group): number for *group, number in counted(rows, as_at, *names)})


def counted(rows: Any, as_at: date, *names: str) -> Any:
    return with_bands(rows, as_at).order_by().values_list(*names).annotate(number=Count("pk"))


def changed(tally: Tally, *, until: datetime | None) -> Counter[Group]:
    """What to add to a tally, and to take from it, for what became known since; until a moment, or until now."""
    people = touched_since(tally.known_at)
    now, then = (
        counted(listed(tally.day, known_at=moment).filter(person__in=people), tally.day, *GROUP).annotate(
            sign=Value(sign)
        )
        for moment, sign in ((until, 1), (tally.known_at, -1))
    )
    found: Counter[Group] = Counter()
    for *group, number, sign in now.union(then, all=True):
        found[tuple(group)] += sign * number
    return found


def touched_since(moment: datetime) -> QuerySet[Any]:
    """Everybody about whom something became known after that moment: an obligation, a post, an earlier post, a leave.

    ``ended``: also of whom it was known until then, where a row was taken away or is another person's now.
    """
    later, ended = Q(known_from__gt=moment), Q(known_until__gt=moment)
    return Person.objects.filter(
        Q(pk__in=KnownAssignment.objects.filter(later | ended).values("person"))
        | Q(pk__in=KnownPerson.objects.filter(later).values("person"))
        | Q(pk__in=KnownPosting.objects.filter(later | ended).values("person"))
        | Q(pk__in=KnownLeave.objects.filter(later | ended).values("person"))
    ).values("pk")


def by_office(
    *, offices: Iterable[Office], as_at: date, known_at: datetime | None = None
) -> dict[tuple[int, int], Figures]:
    """(office, requirement) → figures of the office's own people, without those below."""
    return figures_by_office(Counts(offices=offices, as_at=as_at, known_at=known_at))


def figures_by_office(counts: Counts) -> dict[tuple[int, int], Figures]:
    found: dict[tuple[int, int], Figures] = {}
    for (office, requirement, bucket), number in counts.by("office", "requirement", "bucket").items():
        key = (office, requirement)
        found[key] = found.get(key, Figures()) + part_of(bucket, number)
    return found


def rolled_up(
    *,
    roots: Iterable[Office],
    offices: Iterable[Office],
    as_at: date,
    known_at: datetime | None = None,
    counts: Counts | None = None,
) -> list[Row]:
    """A row for each root and requirement, with everything below the root that is among ``offices``: both as they stood in
    the tree on that day (``offices.offices_on``). ``counts``: of these offices, where they were read already."""
    offices = list(offices)
    counts = counts or Counts(offices=offices, as_at=as_at, known_at=known_at)
    own, requirements = figures_by_office(counts), counts.requirements
    path_of = {office.pk: office.path for office in offices}
    rows = []
    for root in roots:
        total: dict[int, Figures] = {}
        for (office, requirement), figures in own.items():
            if path_of[office].startswith(root.path):
                total[requirement] = total.get(requirement, Figures()) + figures
        rows += [Row(root, requirements[key], total[key]) for key in requirements if key in total]
    return rows
