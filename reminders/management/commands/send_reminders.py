"""What the reminder job does, now and in this process."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from reminders import coming, scheduling, sending
from reminders.ladder import DAY
from reminders.models import Message
from reminders.recipients import day_of


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
        parser.add_argument("--dry-run", action="store_true", help="say what would be written, and send nothing")
        parser.add_argument(
            "--days", type=int, default=1, metavar="N", help="with --dry-run: also of the days to come, N in all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = moment(options["at"]) if options["at"] else timezone.now()
        if options["dry_run"]:
            self._say(now, days=options["days"])
            return
        written = scheduling.sweep(now)
        sent = sending.send_waiting(at=now)
        waiting = Message.objects.filter(state=Message.State.READY).count()
        self.stdout.write(f"{written} reminders written, {sent} messages sent, {waiting} messages wait")

    def _say(self, now: datetime, *, days: int) -> None:
        count = 0
        for ahead in range(max(days, 1)):
            day = day_of(now) + ahead * DAY
            for item in coming.listed(now, ahead=ahead):
                count += 1
                self.stdout.write(
                    f"{day} {item.number} {item.audience} {item.days:+d}: {item.code}, due {item.due_on}"
                )
        self.stdout.write(f"{count} reminders would be written")
