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
        if options["once"]:
            self._tick()
            periodic.watch(timezone.now())
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        periodic.jobs()
        # A thread of its own: a mail server that takes its time over an alarm must not hold up the clock.
        threading.Thread(target=self._watch, args=(stop, options["every"]), daemon=True).start()
        self._tick()
        while not stop.wait(options["every"]):
            self._tick()

    def _tick(self) -> None:
        try:
            close_old_connections()
            periodic.tick(timezone.now())
        except DatabaseError as error:  # the database is away: the next round finds what was due
            self.stderr.write(f"clock: {type(error).__name__}: {error}")

    def _watch(self, stop: threading.Event, every: float) -> None:
        while not stop.wait(every):
            try:
                close_old_connections()
                periodic.watch(timezone.now())
            except Exception as error:  # whatever it is, who watches has to go on watching
                self.stderr.write(f"watch: {type(error).__name__}: {error}")
