"""A provider's list of who completed a course elsewhere, or the records of an older system. Safe to repeat."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.models import ExternalPage
from courses.players.external.feed import MOST_BYTES, NotAList
from courses.players.external.import_page import write_report
from courses.players.external.importing import CannotImport, Imported, import_proofs
from courses.players.external.wording import CANNOT_IMPORT, STATES


class Command(BaseCommand):
    help = "Let the lines of a CSV file count as proof of an external course (docs/external.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--course", required=True, help="the key of the external course")
        parser.add_argument("--dry-run", action="store_true", help="say what would count, and change nothing")
        parser.add_argument("--report", type=Path, help="where every line goes, with what became of it")

    def handle(self, *args: Any, **options: Any) -> None:
        page = ExternalPage.objects.filter(course_key=options["course"]).exclude(activity=None).first()
        if page is None or page.activity is None:
            raise CommandError(f"No external course has the key {options['course']!r}. Nothing was imported.")
        try:
            with options["file"].open("rb") as file:
                data = file.read(MOST_BYTES + 1)
            found = import_proofs(activity=page.activity, data=data, dry_run=options["dry_run"])
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except (NotAList, CannotImport) as cannot:
            detail = getattr(cannot, "detail", "")
            raise CommandError(f"Nothing was imported. {CANNOT_IMPORT[cannot.reason]} {detail}".strip()) from cannot
        self.tell(found, begins="Dry run, nothing written: " if options["dry_run"] else "")
        if options["report"]:
            try:
                with options["report"].open("w", encoding="utf-8-sig", newline="") as file:
                    write_report(file, found)
            except OSError as error:
                raise CommandError(f"{options['report']} cannot be written: {error.strerror}.") from error
        if found.refused:
            raise CommandError(f"{len(found.refused)} lines were refused.", returncode=1)

    def tell(self, found: Imported, *, begins: str) -> None:
        numbers = found.numbers
        parts = ", ".join(f"{numbers[name]} {words}" for name, words in STATES.items() if name != "left")
        self.stdout.write(f"{begins}{len(found.outcomes)} lines = {parts}")
        for item in found.refused[:100]:
            self.stdout.write(f"  line {item.line}: {CANNOT_IMPORT[item.reason]}")
        if len(found.refused) > 100:
            self.stdout.write(f"  … and {len(found.refused) - 100} more")
