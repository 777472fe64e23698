"""Sums of an office and everything below it, made with a tally: a page reads one row for each office that it shows."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, F, JSONField, Value, When

from lms.compliance.tally_models import Tally, TallySum
from lms.people.models import Office

FIGURES = ("requirement", "bucket")
PARTS = ("requirement", "category", "manages", "bucket", "band")
Group = tuple[Any, ...]


class Tree:
    """Offices as they stand in the tree."""

    def __init__(self, offices: Iterable[Office]) -> None:
        self.offices = sorted(offices, key=lambda office: office.path)
        self.paths = [office.path for office in self.offices]

    def below(self, root: Office) -> list[Office]:
        """The office itself and everything below it."""
        return self.offices[bisect_left(self.paths, root.path) : bisect_left(self.paths, f"{root.path}\uffff")]


def digest(offices: Iterable[Office]) -> str:
    """Which offices these are, in few characters."""
    return hashlib.sha1(repr(sorted(office.pk for office in offices)).encode(), usedforsecurity=False).hexdigest()


def read(*, day: date, tree: Tree, shown: Sequence[Office], apart: Sequence[Office]) -> dict[int, Any]:
    """By office: the sums of the day's last tally, with ``parts`` for those that are taken ``apart``. Empty where a sum is
    missing, or is not of the offices that stand below now. One query, with the tally."""
    last = Tally.objects.filter(day=day).order_by("-known_at").values("pk")[:1]
    whole = When(office__in=[office.pk for office in apart], then=F("parts"))
    rows = (
        TallySum.objects.filter(tally=last, office__in=[office.pk for office in shown])
        .annotate(told=Case(whole, default=Value(None), output_field=JSONField()))
        .defer("parts")
        .select_related("tally")
    )
    found = {row.office_id: row for row in rows}
    fits = all(office.pk in found and found[office.pk].below == digest(tree.below(office)) for office in shown)
    return found if fits else {}


def grouped(row: Any, names: Sequence[str]) -> Counter[Group]:
    """How many share these of PARTS."""
    short = set(names) <= set(FIGURES)
    known, told = (FIGURES, row.figures) if short else (PARTS, row.told)
    places = [known.index(name) for name in names]
    found: Counter[Group] = Counter()
    for *group, number in told:
        found[tuple(group[place] for place in places)] += number
    return found


def made(tally: Tally, counts: Counter[Group], offices: Iterable[Office]) -> Iterator[TallySum]:
    """A row for every office. ``counts``: by ``counting.GROUP``, which is the office and PARTS."""
    tree = Tree(offices)
    path_of = {office.pk: office.path for office in tree.offices}
    totals: dict[str, Counter[Group]] = {path: Counter() for path in tree.paths}
    for (office, *group), number in counts.items():
        path, part = path_of.get(office, ""), tuple(group)
        for cut in range(Office.steplen, len(path) + 1, Office.steplen):
            totals[path[:cut]][part] += number
    for office in tree.offices:
        parts = totals[office.path]
        figures: Counter[Group] = Counter()
        for part, number in parts.items():
            figures[part[0], part[3]] += number
        yield TallySum(
            tally=tally,
            office=office,
            below=digest(tree.below(office)),
            figures=_listed(figures),
            parts=_listed(parts),
        )


def _listed(counts: Counter[Group]) -> list[list[Any]]:
    return [[*group, number] for group, number in counts.items() if number]
