"""Takes one report of a mail server from standard input; for the pipe of an MTA."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, Error

from reminders.bounce_reports import MAX_BYTES, NotAReport, read
from reminders.returning import take

EX_DATAERR, EX_TEMPFAIL = 65, 75  # sysexits.h
CHUNK = 65_536


class Command(BaseCommand):
    help = (
        "Take a delivery status notification or an abuse report from standard input. Exit status 0: taken, or known "
        "already; 65: it is no such report; 75: the database is not there, try again."
    )
    stealth_options = ("stdin",)
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        source = options.get("stdin") or sys.stdin.buffer
        raw = source.read(MAX_BYTES)
        while source.read(CHUNK):  # an MTA takes a pipe that is closed early for a failure
            pass
        try:
            for report in read(raw):
                take(report=report)
        except NotAReport as error:
            raise CommandError(str(error), returncode=EX_DATAERR) from error
        except DataError as error:  # it would not be taken the next time either
            raise CommandError("The report holds what cannot be stored.", returncode=EX_DATAERR) from error
        except Error as error:
            raise CommandError("The database is not there; try again.", returncode=EX_TEMPFAIL) from error
