"""The same figures as the screen, for scripts and spreadsheets."""

import csv
import json
import sys
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lms.compliance.days import NoSuchDay, parse_day
from lms.compliance.offices import end_of, offices_on
from lms.compliance.reports import harmless
from lms.compliance.sheets import COLUMNS, About, figures_of, workbook


class Command(BaseCommand):
    help = "Compliance of an office and of the offices right below it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--office", metavar="CODE", help="none: the top of the tree")
        parser.add_argument("--as-at", metavar="DATE", help="a day of the past; none: today")
        parser.add_argument(
            "--as-known", choices=["now", "then"], default="now", help="then: by what was known at that day's end"
        )
        parser.add_argument("--format", choices=["table", "csv", "json", "xlsx"], default="table")
        parser.add_argument("--for-outside", action="store_true", help="withhold small numbers, for use outside HR")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        try:
            as_at = parse_day(options["as_at"], today=today) if options["as_at"] else today
        except NoSuchDay as error:
            raise CommandError(f"--as-at: {error}") from error
        known_at = end_of(as_at) if options["as_known"] == "then" and as_at < today else None
        tree = offices_on(as_at)
        roots = [
            office for office in tree if (office.code == options["office"] if options["office"] else office.depth == 1)
        ]
        if not roots:
            raise CommandError(
                f"There is no office {options['office']!r}." if options["office"] else "No offices yet."
            )
        offices = [office for office in tree if any(office.path.startswith(root.path) for root in roots)]
        children = [office for office in offices if office.depth == roots[0].depth + 1]
        outside = options["for_outside"]
        rows = figures_of(
            roots=[*roots, *children], offices=offices, as_at=as_at, known_at=known_at, for_outside=outside
        )
        if options["format"] == "xlsx":
            about = About(roots[0] if len(roots) == 1 else None, as_at, timezone.now(), outside, known_at)
            sys.stdout.buffer.write(workbook(rows, about=about))  # redirect it into a file
            return
        getattr(self, f"write_{options['format']}")(rows, as_at, known_at)

    def write_json(self, rows: list[dict[str, Any]], as_at: date, known_at: datetime | None) -> None:
        told = {"as_at": as_at.isoformat(), "as_known": "then" if known_at else "now", "rows": rows}
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))

    def write_csv(self, rows: list[dict[str, Any]], as_at: date, known_at: datetime | None) -> None:
        writer = csv.DictWriter(self.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)

    def write_table(self, rows: list[dict[str, Any]], as_at: date, known_at: datetime | None) -> None:
        cells = [list(COLUMNS)] + [["–" if row[name] is None else str(row[name]) for name in COLUMNS] for row in rows]
        widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
        self.stdout.write(f"Compliance as at {as_at}{', as known then' if known_at else ''}")
        for line in cells:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
