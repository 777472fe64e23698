"""Loads the courses that ship with Safeguard, or those in the folders given."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.content.reading import CourseFileError
from courses.loading import ensure_authors, ensure_index, load
from lms.signposts.loading import load as load_signposts

CONTENT = Path(__file__).resolve().parents[2] / "content"
SHIPPED = ("sea", "respect", "ethics", "sea-managers", "respect-managers")


class Command(BaseCommand):
    help = "Load courses from files; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="*", type=Path, help="course folders; none: the courses that ship")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_authors(ensure_index())
        for folder in options["folders"] or [CONTENT / name for name in SHIPPED]:
            try:
                self.stdout.write(load(folder))
            except CourseFileError as error:
                raise CommandError(f"{folder}: nothing was loaded.\n{error}") from error
        if not options["folders"]:
            self.stdout.write(f"{load_signposts(CONTENT / 'signposts.toml')} new signpost cards")
