"""Takes HR's feed in: offices, joiners, movers, leavers. Safe to repeat; assigns at once what joiners and movers owe.

The file is read twice. The first reading checks every line and compares it with what is held; nearly all lines of a large
feed say nothing new and are done with. The second takes in the others, when it is known what all lines say. Neither holds
more than some thousands of lines at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction

from lms.people import feed, feed_survey
from lms.people.comparing import Comparison
from lms.people.feed_progress import followed, pieces
from lms.people.feed_safety import NeedsConfirmation, Watch
from lms.people.feed_survey import Survey
from lms.people.import_report import ImportReport
from lms.people.importing_offices import import_offices
from lms.people.intake import Intake
from lms.people.models import LANGUAGES, Category, Office


class _DryRun(Exception):
    """Rolls the transaction back; carries nothing."""


def import_directory(
    *,
    people: bytes | BinaryIO,
    offices: bytes | None = None,
    today: date,
    assign: Callable[[list[int]], int],
    dry_run: bool = False,
    confirmed: bool = False,
    say: Callable[[str], None] | None = None,
) -> ImportReport:
    """Bring people and offices up to the feed's state, in one transaction.

    ``assign`` is called with the ids of joiners, movers and leavers, some thousands at a time, and answers how many
    assignments it opened: people must owe what they owe from the moment they exist, or a gate would let them through.
    ``say`` hears how far it is when it takes long. Raises feed.NotAFeed, and NeedsConfirmation when it would change very
    much and is not ``confirmed``.
    """
    report = ImportReport()
    try:
        with transaction.atomic():
            if offices is not None:
                report.offices_created, rejected = import_offices(offices)
                report.rejected += rejected
                report.offices_rejected = len(rejected)
            touched = _import_people(people, report, today, say)
            if report.asks and not (confirmed or dry_run):
                raise NeedsConfirmation(report)
            for part in pieces(followed(touched, say, what="people assigned to")):
                report.assignments += assign(part)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return report


def _import_people(
    file: bytes | BinaryIO, report: ImportReport, today: date, say: Callable[[str], None] | None
) -> list[int]:
    offices = {office.code: office for office in Office.objects.all()}
    known: Any = {
        "offices": set(offices), "categories": set(Category.values), "languages": {code for code, _ in LANGUAGES},
    }  # fmt: skip
    comparison = Comparison(offices={code: office.pk for code, office in offices.items()}, today=today)
    survey = feed_survey.survey(file, **known, settled=comparison.settled, say=say)
    watch = Watch(survey, today)
    report.rejected += survey.rejected
    report.unchanged = survey.settled.count(1)
    intake = Intake(report, today, offices=offices, survey=survey, comparison=comparison)
    rows = followed(feed_survey.rows(file, survey, **known), say, of=survey.unsettled, what="rows with something new")
    for part in pieces(rows):
        intake.take(part)
    intake.finish()
    watch.hold_against(report)
    return intake.touched


def put_people(
    rows: list[feed.PersonRow],
    report: ImportReport,
    today: date,
    *,
    offices: dict[str, Office],
    action: str = "lms.person.import",
    by: str = "",
) -> list[int]:
    """Make or bring up to date the people of these few rows, which have passed ``feed``; the ids of who was touched.

    ``action`` is what Wagtail's log calls it, ``by`` whose word it is, where that is not the feed. Runs in the caller's
    transaction; what people owe is the caller's too.
    """
    comparison = Comparison(offices={code: office.pk for code, office in offices.items()}, today=today)
    intake = Intake(report, today, offices=offices, survey=Survey.of(rows), comparison=comparison)
    intake.action, intake.by = action, by
    intake.take(rows)
    intake.finish()
    return intake.touched
