"""Drains the outbox to the external record stores."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from lms.lrs.forwarding import queueing, sending
from lms.lrs.models import ForwardingTarget


class Command(BaseCommand):
    help = "Pass on to the external record stores what waits for them. Safe to repeat and to interrupt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--target", help="Only this one, by its name.")
        parser.add_argument("--replay-from", metavar="DATE", help="First write down again all that was stored since.")

    def handle(self, *args: Any, **options: Any) -> None:
        targets = ForwardingTarget.objects.filter(is_active=True)
        if options["target"]:
            targets = targets.filter(name=options["target"])
        if not targets:
            raise CommandError("There is no such active forwarding target; add one in Wagtail under Learning.")
        if options["replay_from"]:
            day = parse_date(options["replay_from"])
            if day is None:
                raise CommandError("--replay-from takes a date, as 2026-01-31.")
            since = datetime.combine(day, time.min, tzinfo=UTC)
            for target in targets:
                self.stdout.write(f"{target.name}: {queueing.replay(target, since)} written down again")
        failed = False
        for target in targets:
            now = timezone.now()
            if not ForwardingTarget.claim(target.pk, now=now, until=now + sending.LEASE):
                self.stdout.write(f"{target.name}: another worker has it, or it rests until {target.next_try}")
                continue
            report = sending.forward(target)
            self.stdout.write(
                f"{target.name}: {report.sent} sent, {report.set_aside} set aside. {report.error}".strip()
            )
            failed = failed or bool(report.error)
        if failed:
            raise CommandError("A target could not take everything; what waits is kept.")
