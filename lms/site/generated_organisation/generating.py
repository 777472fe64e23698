"""Makes the whole organisation, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from lms.lrs.models import Statement
from lms.people.models import Office, Person
from lms.site.generated_organisation.offices import make_offices
from lms.site.generated_organisation.people import make_people, name_actors
from lms.site.generated_organisation.records import first_days, make_records
from lms.site.generated_organisation.rules import lay_down

MEMORY = ("maintenance_work_mem = '1GB'", "work_mem = '256MB'")


class CannotGenerate(ValueError):
    """There is somebody already, or the database is not PostgreSQL."""


def generate(
    *, people: int, requirements: int, cycles: int, offices: int, today: date, say: Callable[[str], None]
) -> None:
    """Raises CannotGenerate. Drawn from one seed: the same numbers give the same dates, with other UUIDs."""
    if connection.vendor != "postgresql":
        raise CannotGenerate("Only PostgreSQL makes it.")
    if Person.objects.exists() or Office.objects.exists() or Statement.objects.exists():
        raise CannotGenerate("There are people, offices or statements here already.")
    days = first_days(cycles)

    def step(name: str, work: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        done = work()
        say(f"{name}: {time.monotonic() - begun:.1f} s")
        return done

    with transaction.atomic(), connection.cursor() as cursor:
        for setting in MEMORY:
            cursor.execute(f"SET LOCAL {setting}")
        cursor.execute("SELECT setseed(0.5)")
        step("offices", lambda: make_offices(offices))
        rules = lay_down(requirements, since=today - timedelta(days=days))
        places = list(Office.objects.values_list("pk", flat=True).order_by("pk"))
        step("people", lambda: make_people(cursor, people=people, offices=places, today=today, days=days))
        step("actors", lambda: name_actors(cursor))
        step("records", lambda: make_records(cursor, requirements=rules, cycles=cycles, today=today))
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            step("vacuum", lambda: cursor.execute("VACUUM (ANALYZE)"))
