"""Done, of those due, as at the last month ends: for one office and for each office below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.compliance.counting import by_office
from lms.compliance.figures import Figures
from lms.people.models import Office

MONTHS = 12


def month_ends(as_at: date, months: int = MONTHS) -> list[date]:
    """That many last days of months, the newest on ``as_at`` or before; then ``as_at`` itself, where it is none."""
    after = as_at + timedelta(days=1)
    days = [as_at] if after.day != 1 else []
    first = after.replace(day=1)
    for _ in range(months):
        days.append(first - timedelta(days=1))
        first = days[-1].replace(day=1)
    return days[::-1]


@dataclass(frozen=True)
class Trend:
    """``figures`` by office and requirement, one for each of ``days``; the office's are with everything below it."""

    days: Sequence[date]
    figures: dict[tuple[int, int], list[Figures]]

    def of(self, office: Office, requirement: int) -> list[Figures]:
        return self.figures.get((office.pk, requirement), [Figures()] * len(self.days))

    def altogether(self, office: Office) -> list[Figures]:
        """Of all requirements together: obligations, not people."""
        mine = [values for (pk, _), values in self.figures.items() if pk == office.pk]
        return [sum((values[place] for values in mine), Figures()) for place in range(len(self.days))]


def trend(
    *, roots: Iterable[Office], offices: Sequence[Office], as_at: date, known_at: datetime | None = None
) -> Trend:
    """For each of ``roots``, counting what of ``offices`` is below it in the tree of ``as_at``. One query for each day."""
    days = month_ends(as_at)
    above = {office.pk: [root.pk for root in roots if office.path.startswith(root.path)] for office in offices}
    found: dict[tuple[int, int], list[Figures]] = {}
    for place, day in enumerate(days):
        for (office, requirement), figures in by_office(offices=offices, as_at=day, known_at=known_at).items():
            for root in above.get(office, ()):
                series = found.setdefault((root, requirement), [Figures()] * len(days))
                series[place] += figures
    return Trend(days, found)
