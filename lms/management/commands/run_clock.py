"""The clock: claims what is due in the database and wakes a worker for it. Two clocks at once do no harm."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from lms import periodic


class Command(BaseCommand):
    help = "Start periodic jobs until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="length of a round")
        parser.add_argument("--once", action="store_true", help="one round only")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while True:
            try:
                close_old_connections()
                periodic.tick(timezone.now())
            except DatabaseError as error:  # the database is away: the next round finds what was due
                self.stderr.write(f"clock: {type(error).__name__}: {error}")
            if options["once"] or stop.wait(options["every"]):
                return
