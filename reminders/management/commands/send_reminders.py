"""What the reminder job does, now and in this process."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from reminders import finding, scheduling, sending
from reminders.models import Message


def moment(text: str) -> datetime:
    """An ISO 8601 time; without an offset it is UTC."""
    try:
        found = parse_datetime(text) or datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--at {text!r} is no time of the form 2026-12-31T08:00+00:00.") from error
    return found if timezone.is_aware(found) else timezone.make_aware(found)


class Command(BaseCommand):
    help = "Write the reminders that are due and send them; nobody who is done is written to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", metavar="ISO-TIME", help="as if it were that moment")
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = moment(options["at"]) if options["at"] else timezone.now()
        if options["dry_run"]:
            self._say(now)
            return
        written = scheduling.sweep(now)
        sent = sending.send_waiting(at=now)
        waiting = Message.objects.filter(state=Message.State.READY).count()
        self.stdout.write(f"{written} reminders written, {sent} messages sent, {waiting} messages wait")

    def _say(self, now: datetime) -> None:
        found = list(finding.due_by_name(now))
        for item in found:
            self.stdout.write(
                f"{item.recipient} {item.audience} {item.days:+d}: {item.requirement}, due {item.due_on}"
            )
        self.stdout.write(f"{len(found)} reminders would be written")
