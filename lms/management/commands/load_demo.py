"""Loads the fictitious organisation: offices, people, courses, history, accounts. A second run keeps everything."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from lms.as_known import known_all_along
from lms.people.importing import import_directory
from lms.people.models import Person
from lms.requirements.models import Completion, Requirement
from reminders.laying import lay_renewal_ladders, lay_standard_ladder

PEOPLE = 3800


@contextmanager
def everything_kept() -> Iterator[None]:
    """Hundreds of thousands of rows are made and none thrown away: looking for garbage takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Command(BaseCommand):
    help = "Load the demo organisation into an empty site. Never on a site with real people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=PEOPLE)

    def handle(self, *args: Any, **options: Any) -> None:
        from lms.site.demo_organisation import (
            accounts,
            classroom,
            external,
            histories,
            partner_training,
            population,
            requirements,
        )

        if not getattr(settings, "LMS_DEMO", False):
            raise CommandError("This site is not the demo: LMS_DEMO is not set. Nothing was loaded.")
        today = timezone.localdate()
        is_new = False
        if not Person.objects.filter(number=population.JOINER).exists():
            if Person.objects.exists() or Completion.objects.exists():
                raise CommandError("There are people here already, and they are not the demo's. Nothing was loaded.")
            self.step("courses", lambda: call_command("load_courses", verbosity=0, stdout=self.stdout))
            # All or nothing: a demo that was interrupted would count as loaded the next time.
            with transaction.atomic(), everything_kept():
                rules = requirements.lay_down(today)
                self.step("people", lambda: self.people(options["people"]))
                self.step("history", lambda: histories.write(requirements=rules, today=today))
                self.step("classroom", lambda: classroom.hold(training=classroom.publish(), today=today))
                self.step("external course", lambda: external.hand_in_some(course=external.publish(), today=today))
                lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=today)
                lay_renewal_ladders(starts_on=today)
                known_all_along()
            is_new = True
        accounts.open_accounts(settings.VAR / "demo.json", today=today)
        if is_new:
            self.step("training of partners", lambda: partner_training.lay_down(today))
            external.decide_some()

    def people(self, number: int) -> None:
        from lms.site.demo_organisation import population

        today = timezone.localdate()
        report = import_directory(
            people=population.people_file(people=number, today=today),
            offices=population.office_file(),
            today=today,
            assign=lambda people: 0,  # the history opens them, cycle by cycle
        )
        if report.rejected:
            raise CommandError(f"The demo's own feed was rejected: {report.rejected[0]}")

    def step(self, name: str, work: Callable[[], Any]) -> None:
        begun = time.monotonic()
        work()
        self.stdout.write(f"  {name}: {time.monotonic() - begun:.1f} s")
