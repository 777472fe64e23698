"""HR's feed in: offices and people. Safe to repeat; bad rows never stop the good ones."""

import csv
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lms.compliance.reports import harmless
from lms.conf import conf
from lms.people.feed import NotAFeed, Rejected
from lms.people.feed_safety import NeedsConfirmation
from lms.people.import_report import ImportReport
from lms.people.importing import import_directory
from lms.requirements.assigning import refresh

CONFIRM = "If that is right, run it again with --confirm-large-changes."
ADDED = ("line", "reason")  # a rejects file that is mended and sent again holds them already


def assign(today: date, people: list[int]) -> int:
    """What joiners, movers and leavers owe, from this moment on."""
    return refresh(today=today, people=people).opened


class Command(BaseCommand):
    help = "Bring people and offices up to HR's feed (docs/people-feed.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("people", type=Path)
        parser.add_argument("--offices", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument(
            "--confirm-large-changes",
            action="store_true",
            help="go through although it changes more people than LMS_FEED_MOST_… lets pass (then exit 3)",
        )
        parser.add_argument("--rejects", type=Path, help="where rejected rows go; default: beside the feed")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        offices = self.read(options["offices"]) if options["offices"] else None
        try:
            with self.opened(options["people"]) as people:
                report = import_directory(
                    people=people,
                    offices=offices,
                    today=today,
                    assign=lambda ids: assign(today, ids),
                    dry_run=options["dry_run"],
                    confirmed=options["confirm_large_changes"],
                    say=self.stderr.write,
                )
        except NotAFeed as error:
            raise CommandError(f"Nothing was imported. {error}") from error
        except NeedsConfirmation as stopped:
            self.tell(stopped.report, written=False, begins="Stopped, nothing written: ")
            raise CommandError(f"Nothing was imported. {stopped} {CONFIRM}", returncode=3) from stopped
        dry_run = options["dry_run"]
        self.tell(report, written=not dry_run, begins="Dry run, nothing written: " if dry_run else "")
        if report.asks and dry_run and not options["confirm_large_changes"]:
            raise CommandError(f"Nothing was written. {' '.join(report.asks)} {CONFIRM}", returncode=3)
        if report.rejected and dry_run:
            raise CommandError(f"{len(report.rejected)} rows would be rejected; nothing was written.", returncode=1)
        if report.rejected:
            path = options["rejects"] or options["people"].with_suffix(".rejects.csv")
            try:
                write_rejects(path, report.rejected)
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}. The good rows came in.") from error
            raise CommandError(f"{len(report.rejected)} rows were rejected; they are in {path}.", returncode=1)

    def read(self, path: Path) -> bytes:
        with self.opened(path) as file:
            return file.read()

    def opened(self, path: Path) -> BinaryIO:
        try:
            if path.stat().st_size > conf.IMPORT_MAX_BYTES:
                raise CommandError(f"{path} is larger than {conf.IMPORT_MAX_BYTES} bytes. Nothing was imported.")
            return path.open("rb")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    def tell(self, report: ImportReport, *, written: bool, begins: str = "") -> None:
        self.stdout.write(
            f"{begins}"
            f"{len(report.created)} joined, {len(report.changed)} changed, {len(report.left)} left, "
            f"{report.unchanged} unchanged, {report.offices_created} new offices, "
            f"{report.assignments} assignments opened, {len(report.rejected)} rejected"
        )
        parts = " + ".join(f"{number} {name}" for name, number in report.accounts.items())
        self.stdout.write(f"  {report.rows} rows read = {parts}")
        if report.renumbered:
            self.stdout.write(f"  {len(report.renumbered)} people got another number")
        for warning in report.warnings[:100]:
            self.stdout.write(f"  note: {warning}")
        shown = 100 if written else len(report.rejected)  # only what was written leaves a file where the others stand
        for item in report.rejected[:shown]:
            self.stdout.write(f"  line {item.line}: {item.reason}")
        if len(report.rejected) > shown:
            self.stdout.write(f"  … and {len(report.rejected) - shown} more")


def write_rejects(path: Path, rejected: list[Rejected]) -> None:
    """The rows as they came, with line and reason, so that they can be mended and sent again."""
    columns = list(dict.fromkeys(name for item in rejected for name in item.values if name not in ADDED))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*ADDED, *columns])
        for item in rejected:
            cells = [item.reason, *(item.values.get(name, "") for name in columns)]
            writer.writerow([item.line, *(harmless(cell) for cell in cells)])
