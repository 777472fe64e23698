"""Says how the log stands now: prints the checkpoint, which others may keep."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lms.log.checkpoints import NoProof, make_checkpoint, prove_continuation
from lms.log.notes import NotANote, read


class Command(BaseCommand):
    help = (
        "Print the checkpoint of the log as it stands; or, with --since, the proof that it continues an earlier one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=Path, metavar="FILE", help="A checkpoint that was kept.")

    def handle(self, *args: Any, **options: Any) -> None:
        checkpoint = make_checkpoint(now=timezone.now())
        if checkpoint is None:
            raise CommandError("There is nothing in the log yet.")
        if options["since"] is None:
            self.stdout.write(checkpoint.text, ending="")
            return
        try:
            old = read(options["since"].read_text(encoding="utf-8"))
            proof = prove_continuation(old=old, checkpoint=checkpoint)
        except (OSError, UnicodeDecodeError, NotANote) as error:
            raise CommandError(f"{options['since'].name}: {error}") from error
        except NoProof as error:
            raise CommandError("That checkpoint is of more leaves than the log has.") from error
        self.stdout.write(json.dumps(proof, indent=1, ensure_ascii=False))
