"""Makes an organisation of any size in an empty database, to measure with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone


class Command(BaseCommand):
    help = (
        "Generate people, offices, obligations and their proof in an empty PostgreSQL database. Never on a real site."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=20_000)
        parser.add_argument("--requirements", type=int, default=5)
        parser.add_argument("--cycles", type=int, default=3)
        parser.add_argument("--offices", type=int, default=600)

    def handle(self, *args: Any, **options: Any) -> None:
        from lms.site.generated_organisation.generating import CannotGenerate, generate

        if not getattr(settings, "LMS_DEMO", False):
            raise CommandError("This site is not the demo: LMS_DEMO is not set. Nothing was made.")
        sizes = {name: options[name] for name in ("people", "requirements", "cycles", "offices")}
        if sizes["people"] < 2 or min(sizes.values()) < 1:
            raise CommandError("At least two people, and one of everything else.")
        try:
            generate(**sizes, today=timezone.localdate(), say=lambda line: self.stdout.write(f"  {line}"))
        except CannotGenerate as error:
            raise CommandError(f"{error} Nothing was made.") from error
