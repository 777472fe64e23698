"""What a change of a requirement would do: applies it, says what it did, and takes it back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lms.requirements.models import Requirement
from lms.requirements.trying import dry_run

COLUMNS = ("gain", "lose", "become overdue", "no longer overdue", "messages")


class Command(BaseCommand):
    help = "Try the latest draft of a requirement with everybody's records, by office. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="of the requirement")

    def handle(self, *args: Any, **options: Any) -> None:
        requirement = Requirement.objects.filter(code=options["code"]).first()
        if requirement is None:
            raise CommandError(f"There is no requirement {options['code']!r}.")
        effects = dry_run(requirement.get_latest_revision_as_object(), today=timezone.localdate())
        self.stdout.write("\t".join(("office", *COLUMNS)))
        for office, numbers in effects.by_office():
            self.stdout.write("\t".join((office.code, *map(str, numbers))))
        self.stdout.write("\t".join(("all", *map(str, effects.totals()))))
