"""Walks every hash chain and projection; exit 1 and the first broken record's id when something was changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms import verification


class Command(BaseCommand):
    help = "Check that no fact was changed and that every projection is what the facts give."

    def handle(self, *args: Any, **options: Any) -> None:
        first = ""
        for name, broken in verification.run(lambda reason: self.stdout.write(f"left out: {reason}")):
            self.stdout.write(f"{name}: {'whole' if not broken else f'{len(broken)} broken'}")
            for item in broken[:20]:
                self.stdout.write(f"  {item.record}: {item.reason}")
            if broken and not first:
                first = f"{broken[0].record}: {broken[0].reason}"
        if first:
            raise CommandError(f"First broken record: {first}", returncode=1)
