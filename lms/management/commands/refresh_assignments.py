"""What the hourly job does: everybody owes what the rules say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lms.requirements.assigning import refresh


class Command(BaseCommand):
    help = "Open, renew, move and end assignments; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        done = refresh(today=timezone.localdate(), dry_run=options["dry_run"])
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{done.opened} {would}opened, {done.renewed} {would}renewed, {done.moved} {would}moved, "
            f"{done.ended} {would}ended"
        )
