"""Walks every hash chain and projection; exit 1 and the first broken record's id when something was changed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms import verification
from lms.log.notes import NotANote
from lms.log.verifying import check_kept


class Command(BaseCommand):
    help = "Check that no fact was changed and that every projection is what the facts give."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--checkpoint",
            type=Path,
            metavar="FILE",
            help="Hold the log against a checkpoint that was kept elsewhere.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        first = ""
        if options["checkpoint"]:
            first = self._kept(options["checkpoint"])
        for name, broken in verification.run(lambda reason: self.stdout.write(f"left out: {reason}")):
            self.stdout.write(f"{name}: {'whole' if not broken else f'{len(broken)} broken'}")
            for item in broken[:20]:
                self.stdout.write(f"  {item.record}: {item.reason}")
            if broken and not first:
                first = f"{broken[0].record}: {broken[0].reason}"
        if first:
            raise CommandError(f"First broken record: {first}", returncode=1)

    def _kept(self, path: Path) -> str:
        """What is wrong with it; empty where it holds."""
        try:
            broken = list(check_kept(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, NotANote) as error:
            raise CommandError(f"{path.name}: {error}") from error
        self.stdout.write(f"{path.name}: {'holds' if not broken else 'broken'}")
        return f"{broken[0].record}: {broken[0].reason}" if broken else ""
