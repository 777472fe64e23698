"""An auditor pack into a file; the same as the page gives."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.compliance.auditing.forms import MOST, PackForm
from lms.compliance.auditing.taking import take
from lms.people.models import Office


class Command(BaseCommand):
    help = "A random sample of the people of an office and of those below it, with what proves their records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--office", metavar="CODE", required=True)
        parser.add_argument("--from", dest="first", metavar="DATE", required=True)
        parser.add_argument("--until", dest="last", metavar="DATE", required=True, help="the last day")
        parser.add_argument("--sample", dest="size", metavar="N", type=int, default=25, help=f"at most {MOST}")
        parser.add_argument("--seed", metavar="TEXT", default="", help="decides who is drawn; none: one is chosen")
        parser.add_argument("--out", metavar="FILE", required=True, help="must not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        form = PackForm(options, offices=list(Office.objects.all()))
        if not form.is_valid():
            told = [f"{name}: {text}" for name, texts in form.errors.items() for text in texts]
            raise CommandError(" ".join(told).replace("__all__: ", ""))
        order, path = form.order(), Path(options["out"])
        try:  # nobody but its owner may read it
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"--out: {error.strerror}: {path}") from error
        try:
            with open(descriptor, "wb") as file:
                pack = take(order, out=file)
        except BaseException:
            path.unlink()
            raise
        self.stdout.write(f"Seed: {order.seed}")
        self.stdout.write(f"Drawn: {len(pack.people)} of {pack.population} people")
        self.stdout.write(f"SHA-256 of manifest.json: {pack.manifest_sha256}")
