"""Indicators for the risk register: how far training covers the risks SEA and SH, office by office.

Coverage of training only. Nothing about a case, and no likelihood. Small numbers are withheld.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lms.compliance.outside import PERCENTAGES, OutsideRow, outside_rows
from lms.conf import conf
from lms.partners.models import Agreement
from lms.partners.overview import with_undertaking
from lms.people.models import Office

COMPLETION, OVERDUE, MANAGERS = "completion", "overdue_over_30", "managers_block"
PARTNERS, TAG_OF_PARTNERS = "partner_undertaking", "SEA"
MADE_OF = {
    COMPLETION: "percent_of_due",
    OVERDUE: "percent_overdue_over_30",
    MANAGERS: "percent_of_everyone",
}
HIGH_IS_GOOD = (COMPLETION, MANAGERS, PARTNERS)


@dataclass(frozen=True)
class Indicator:
    """``percent`` = ``numerator`` ÷ ``denominator``, people of the office and everything below it; of
    ``partner_undertaking``, agreements that run, and those of them with an undertaking that holds.

    ``level`` is green, amber or red by LMS_INDICATOR_LEVELS; empty where the percentage is withheld or one of nothing.
    ``withheld``: too few people to tell. What the API answers.
    """

    office: str
    office_name: str
    tag: str
    requirement: str
    indicator: str
    numerator: int | None
    denominator: int | None
    percent: float | None
    level: str
    green: float
    amber: float
    withheld: bool
    as_at: date


COLUMNS = tuple(Indicator.__dataclass_fields__)


def indicators_of(*, offices: Iterable[Office], as_at: date) -> list[Indicator]:
    """Of each office: for each tag and requirement its indicators; and that of its partners, where it has any."""
    offices = list(offices)
    tags = [(tag, code) for tag, codes in conf.INDICATORS.items() for code in codes]
    rows = outside_rows(roots=offices, as_at=as_at)
    people = [
        _indicator(row, tag, name, as_at)
        for row in rows
        for tag, code in tags
        if code == row.requirement.code
        for name in ((MANAGERS,) if row.requirement.is_for_managers else (COMPLETION, OVERDUE))
    ]
    return people + partner_indicators(offices=offices, as_at=as_at)


def partner_indicators(*, offices: Iterable[Office], as_at: date) -> list[Indicator]:
    """Of agreements that run on that day. Counts no people, so nothing is withheld. Three queries at most."""
    if TAG_OF_PARTNERS not in conf.INDICATORS:
        return []
    running = list(Agreement.objects.running(as_at).select_related("office"))
    if not running:
        return []
    holds = with_undertaking([item.pk for item in running], on=as_at)
    found = []
    for office in offices:
        mine = [item.pk for item in running if item.office.path.startswith(office.path)]
        if mine:
            found.append(_of_partners(office, sum(pk in holds for pk in mine), len(mine), as_at))
    return found


def _of_partners(office: Office, part: int, whole: int, as_at: date) -> Indicator:
    percent = round(100 * part / whole, 1)
    green, amber = conf.INDICATOR_LEVELS.get(PARTNERS, (95, 85))
    return Indicator(
        office=office.code, office_name=office.name, tag=TAG_OF_PARTNERS, requirement="", indicator=PARTNERS,
        numerator=part, denominator=whole, percent=percent,
        level=level(percent, green=green, amber=amber, high_is_good=True), green=green, amber=amber, withheld=False,
        as_at=as_at,
    )  # fmt: skip


def _indicator(row: OutsideRow, tag: str, name: str, as_at: date) -> Indicator:
    percentage = MADE_OF[name]
    part, whole = PERCENTAGES[percentage]
    percent = row.percentage(percentage)
    green, amber = conf.INDICATOR_LEVELS[name]
    return Indicator(
        office=row.office.code,
        office_name=row.office.name,
        tag=tag,
        requirement=row.requirement.code,
        indicator=name,
        numerator=row.numbers[part],
        denominator=row.numbers[whole],
        percent=percent,
        level="" if percent is None else level(percent, green=green, amber=amber, high_is_good=name in HIGH_IS_GOOD),
        green=green,
        amber=amber,
        withheld=row.is_withheld(percentage),
        as_at=as_at,
    )


def level(percent: float, *, green: float, amber: float, high_is_good: bool) -> str:
    """The percentage itself is still green, or amber."""
    sign = 1 if high_is_good else -1
    if sign * percent >= sign * green:
        return "green"
    return "amber" if sign * percent >= sign * amber else "red"
