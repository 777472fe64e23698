"""Accounts for every row of a feed, and stops one that would change more people than a feed usually does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lms.conf import conf
from lms.people.feed_survey import Survey
from lms.people.import_report import ImportReport
from lms.people.models import Person


class RowsDoNotAddUp(AssertionError):
    """A row was neither taken nor rejected, or both: a fault of ours, so nothing is written."""


class NeedsConfirmation(Exception):
    """The feed changes more than it may without somebody's word; nothing was written. ``report`` says what it would do."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__(" ".join(report.asks))
        self.report = report


@dataclass(frozen=True)
class Share:
    """How many of how many, and the most percent that pass without being asked about."""

    found: int
    of: int
    most_percent: int
    wording: str

    def is_too_much(self, fewest: int) -> bool:
        """A few people never are: in a small organisation one leaver may be a tenth of it."""
        return self.found >= fewest and self.found * 100 > self.of * self.most_percent

    def __str__(self) -> str:
        part = f"{self.found * 100 // self.of} %" if self.of else "more"
        return f"{self.found} of {self.of} {self.wording} ({part}; up to {self.most_percent} % pass)."


class Watch:
    """What was there before an import and how many rows the file has, noted apart from the import that it watches over."""

    def __init__(self, survey: Survey, today: date) -> None:
        employed = Person.objects.employed(today)
        self.rows, self.employed, self.absent = survey.rows, employed.count(), 0
        if conf.FEED_MOST_ABSENT_PERCENT < 100:
            numbers = employed.order_by().values_list("number", flat=True).iterator(chunk_size=10_000)
            self.absent = sum(not survey.names(number) for number in numbers)

    def hold_against(self, report: ImportReport) -> None:
        """Put into the report how many rows were read and what is to be asked about. Raises RowsDoNotAddUp."""
        report.rows = self.rows
        counted = sum(report.accounts.values())
        if counted != self.rows:
            raise RowsDoNotAddUp(f"{self.rows} rows were read and {counted} accounted for; nothing was written.")
        fewest = conf.FEED_FEWEST_TO_ASK
        report.asks = [str(share) for share in self._shares(report) if share.is_too_much(fewest)]

    def _shares(self, report: ImportReport) -> Iterator[Share]:
        people = self.employed
        yield Share(len(report.left), people, conf.FEED_MOST_LEAVERS_PERCENT, "people would leave")
        yield Share(len(report.moved), people, conf.FEED_MOST_MOVERS_PERCENT, "people would go to another office")
        yield Share(len(report.renumbered), people, conf.FEED_MOST_MOVERS_PERCENT, "people would get another number")
        yield Share(report.accounts["rejected"], self.rows, conf.FEED_MOST_REJECTED_PERCENT, "rows would be rejected")
        yield Share(self.absent, people, conf.FEED_MOST_ABSENT_PERCENT, "people are not in the file")
