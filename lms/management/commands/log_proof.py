"""Writes the proof that a fact is in the log; ``lms/log/verify_proof.py`` checks it without this site."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lms.log.checkpoints import NoProof, make_checkpoint, prove
from lms.log.facts import kinds


class Command(BaseCommand):
    help = "Print the proof that a fact is in the log, as verify_ledger names it: completion 17."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(kinds()))
        parser.add_argument("row", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        make_checkpoint(now=timezone.now())
        try:
            proof = prove(kind=options["kind"], row=options["row"])
        except NoProof as error:
            raise CommandError(f"The log holds no {options['kind']} {options['row']}.") from error
        self.stdout.write(json.dumps(proof, indent=1, ensure_ascii=False))
