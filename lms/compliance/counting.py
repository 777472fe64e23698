"""Counts the obligations of a day: from the facts, or from the last tally of the day and what was changed since.

Both give the same numbers; a test holds them together, and ``verify_ledger`` compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum, Value
from django.utils import timezone

from lms.compliance import sums
from lms.compliance.figures import Figures, Row, listed, with_bands
from lms.compliance.tally_models import Tally, TallySum
from lms.conf import conf
from lms.people.history_models import KnownLeave, KnownPerson, KnownPosting
from lms.people.models import Office
from lms.requirements.models import KnownAssignment, Requirement

GROUP = ("office", "requirement", "category", "manages", "bucket", "band")
APART = ("left", "on_leave")
Group = tuple[Any, ...]


def part_of(bucket: str, number: int) -> Figures:
    """That many people in that bucket, as figures."""
    return Figures(**{bucket: number}, in_scope=0 if bucket in APART else number)


def figures_of(numbers: Counter[str]) -> Figures:
    """How many in each bucket, as figures."""
    return Figures(**numbers, in_scope=sum(numbers.values()) - sum(numbers[name] for name in APART))


class Counts:
    """Of the people of some offices on a day, as known at a moment or now. Read once for the figures and their parts.

    ``shown``: the offices of which a page shows what is below them; ``apart``: those of them that it takes apart, none
    below another, all of ``offices`` below them.
    """

    def __init__(
        self,
        *,
        offices: Iterable[Office],
        as_at: date,
        known_at: datetime | None = None,
        shown: Sequence[Office] = (),
        apart: Sequence[Office] = (),
    ) -> None:
        self.tree = sums.Tree(offices)
        self.offices = self.tree.offices
        self.as_at, self.known_at = as_at, known_at
        self.shown, self.apart = shown, apart

    def below(self, root: Office, *names: str) -> Counter[Group]:
        """Of that office and everything below it, how many share these of GROUP but the office. No query more with a tally
        where ``root`` is among ``shown``, and among ``apart`` where more is asked than requirement and bucket."""
        ids = {office.pk for office in self.tree.below(root)}
        found: Counter[Group] = Counter()
        if root.pk in self._sums:
            found = sums.grouped(self._sums[root.pk], names)
            self._add_since(found, ids, names)
        else:
            for (office, *group), number in self._by_office(names).items():
                if office in ids:
                    found[tuple(group)] += number
        return Counter({group: number for group, number in found.items() if number})

    def altogether(self, *names: str) -> Counter[Group]:
        """Of all these offices. ``apart`` has everything else below it, so that it has the sum."""
        if not self._sums or not self.apart:
            return self.by(*names)
        return sum((self.below(root, *names) for root in self.apart), Counter())

    def by(self, *names: str) -> Counter[Group]:
        """How many share these of GROUP. One query; with a tally one more for the first that is asked."""
        if self._tally is None:
            rows = listed(self.as_at, known_at=self.known_at, offices=self.offices)
            return grouped(rows, self.as_at, *names)
        ids = {office.pk for office in self.offices}
        lines = self._tally.lines.filter(office__in=ids).order_by().values_list(*names)
        found = Counter({group: n for *head, n in lines.annotate(total=Sum("n")) if (group := tuple(head))})
        self._add_since(found, ids, names)
        return Counter({group: number for group, number in found.items() if number})

    def of_each_office(self, conditions: Mapping[str, set[Any]]) -> Counter[int] | None:
        """How many of each office have one of the values named for each of GROUP; None where that is not tallied."""
        if self._tally is None:
            return None
        ids = {office.pk for office in self.offices}
        lines = self._tally.lines.filter(**{f"{name}__in": values for name, values in conditions.items()})
        sums_ = lines.order_by().values_list("office").annotate(total=Sum("n"))
        found = Counter({office: number for office, number in sums_ if office in ids})
        for group, number in self._since.items():
            if group[0] in ids and all(group[GROUP.index(name)] in values for name, values in conditions.items()):
                found[group[0]] += number
        return found

    def _by_office(self, names: tuple[str, ...]) -> Counter[Group]:
        if names not in self._read:
            self._read[names] = self.by("office", *names)
        return self._read[names]

    def _add_since(self, found: Counter[Group], offices: set[int], names: Sequence[str]) -> None:
        places = [GROUP.index(name) for name in names]
        for group, number in self._since.items():
            if group[0] in offices:
                found[tuple(group[place] for place in places)] += number

    @cached_property
    def _read(self) -> dict[tuple[str, ...], Counter[Group]]:
        return {}

    @cached_property
    def requirements(self) -> dict[int, Requirement]:
        return {item.pk: item for item in Requirement.objects.all()}

    @property
    def is_tallied(self) -> bool:
        """Only today is, and only as it is known now."""
        return self.known_at is None and self.as_at == timezone.localdate()

    @cached_property
    def _sums(self) -> dict[int, TallySum]:
        if not self.shown or not self.is_tallied:
            return {}
        return sums.read(day=self.as_at, tree=self.tree, shown=self.shown, apart=self.apart)

    @cached_property
    def _tally(self) -> Tally | None:
        if not self.is_tallied:
            return None
        for row in self._sums.values():
            return row.tally
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
    found: Counter[Group] = Counter()
    if until is None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(*_question(tally.day, tally.known_at, conf.LONG_LEAVE_DAYS))
            rows = cursor.fetchall()
    else:
        rows = _changes(tally.day, tally.known_at, until)
    for *group, number, sign in rows:
        found[tuple(group)] += sign * number
    return found


@lru_cache(maxsize=4)
def _question(day: date, since: datetime, long_leave: int) -> tuple[str, tuple[Any, ...]]:
    """What a page asks is the same until the next tally; to put it together takes Django longer than the answer takes.
    ``long_leave``: a setting that goes into it."""
    sql, parameters = _changes(day, since, None).query.sql_with_params()
    return sql, tuple(parameters)


def _changes(day: date, since: datetime, until: datetime | None) -> QuerySet[Any]:
    now, then = (
        counted(listed(day, known_at=moment).filter(person__in=touched_since(since)), day, *GROUP).annotate(
            sign=Value(sign)
        )
        for moment, sign in ((until, 1), (since, -1))
    )
    return now.union(then, all=True)


def touched_since(moment: datetime) -> QuerySet[Any]:
    """Everybody about whom something became known after that moment: an obligation, a post, an earlier post, a leave.

    ``ended``: also of whom it was known until then, where a row was taken away or is another person's now.
    """
    # Each on its own, so that each is found by its index and nobody else is looked at.
    found: list[QuerySet[Any]] = [KnownPerson.objects.filter(known_from__gt=moment)]
    for model in (KnownAssignment, KnownPosting, KnownLeave):
        found += [model.objects.filter(known_from__gt=moment), model.objects.filter(known_until__gt=moment)]
    first, *others = (rows.order_by().values("person") for rows in found)
    return first.union(*others)


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
    rows = []
    for root in roots:
        total = figures_below(counts, root)
        rows += [
            Row(root, requirement, total[key]) for key, requirement in counts.requirements.items() if key in total
        ]
    return rows


def figures_below(counts: Counts, root: Office) -> dict[int, Figures]:
    """requirement → figures of the office and everything below it."""
    numbers: dict[int, Counter[str]] = {}
    for (requirement, bucket), number in counts.below(root, "requirement", "bucket").items():
        numbers.setdefault(requirement, Counter())[bucket] = number
    return {requirement: figures_of(found) for requirement, found in numbers.items()}
