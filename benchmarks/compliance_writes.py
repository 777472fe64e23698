"""What is written in a large organisation: completions, rules, the feed, projections."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import compliance_sql as by_hand
from benchmarks.compliance_saying import say

SECONDS = float(os.environ.get("SECONDS", "6"))
REBUILT_MOST = int(os.environ.get("REBUILT_MOST", "300000"))
ROOT = Path(__file__).resolve().parents[1]
WRITERS = 8


def job(name: str, *given: Any) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.compliance_jobs", name, *map(str, given)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def completions(folder: str) -> None:
    """One after the other, with and without their projection by turns; then many writers in one office, against as many in
    an office each: what one of them holds up the others shows between the two, whatever the number of processors."""
    from django.db.models import Count, Q

    from lms.people.models import Office

    waiting = Q(people__assignments__ended_on=None, people__assignments__completion=None)
    offices = [office.path for office in Office.objects.annotate(n=Count("people__assignments", filter=waiting))
               .order_by("-n")[: WRITERS + 1]]  # fmt: skip
    (one,), _ = written(offices[:1], 1)
    more = f"{one['with'] - one['without']:+.2f} ms over {one['without']:.2f} bare"
    told = f"{one['with']:.2f} ms, {one['commands']} commands; {more}"
    say("one completion, from statement to commit", told, "≤ 2 ms, ≤ +1 ms")
    say("of which the projection itself", f"{one['projecting']:.2f} ms ({one['done']} done)", "≤ 1 ms")
    (one,), _ = written(offices[:1], 1, by_turns=False)
    alone = one["done"] / one["seconds"]
    together, waits = written(offices[:1], WRITERS, by_turns=False)
    rate = sum(item["done"] / item["seconds"] for item in together)
    say(f"{WRITERS} writers in one office", f"{rate:.0f}/s = {rate / alone:.2f} × one ({alone:.0f}/s)", "≥ 3 ×")
    say("seen waiting for a lock of another", f"{waits['Lock']} of {sum(waits.values())} looks", "0")
    apart, _ = written(offices[1:], WRITERS, by_turns=False)
    free = sum(item["done"] / item["seconds"] for item in apart)
    say(f"{WRITERS} writers in as many offices", f"{free:.0f}/s; in one office {rate / free:.2f} × that", "≥ 0.9 ×")


def written(offices: list[str], writers: int, *, by_turns: bool = True) -> tuple[list[dict[str, Any]], Counter[str]]:
    """What that many processes told, and what they were seen waiting for."""
    from django.db import connection

    command = [sys.executable, "-m", "benchmarks.compliance_jobs", "complete"]
    started = [
        subprocess.Popen([*command, offices[place % len(offices)], str(place), str(writers), str(SECONDS), str(by_turns)],
                         cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for place in range(writers)
    ]  # fmt: skip
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    seen: Counter[str] = Counter()
    with connection.cursor() as cursor:
        while any(one.poll() is None for one in started):
            cursor.execute("SELECT coalesce(wait_event_type, 'none') FROM pg_stat_activity WHERE state = 'active'"
                           " AND pid <> pg_backend_pid() AND datname = current_database()")  # fmt: skip
            seen.update(kind for (kind,) in cursor.fetchall())
            time.sleep(0.05)
    return [json.loads(one.communicate()[0].splitlines()[-1]) for one in started], seen


def rules(folder: str) -> None:
    """A new requirement for everybody, then another validity; each against its rows written bare, which are undone."""
    from django.utils import timezone

    from lms.requirements.models import Requirement
    from lms.site.generated_organisation.rules import lay_down

    base = job("nothing")["megabytes"]
    told = job("nightly")
    say("refresh that changes nothing", f"{told['seconds']:.1f} s, {told['megabytes']:.0f} MB ({base:.0f} idle)", "")
    day = timezone.localdate()
    (made,) = lay_down(1, since=day, first=100 + Requirement.objects.count())
    bare, rows = undone(by_hand.OPENED, {"requirement": made.pk, "day": day})
    told = job("open_all", made.code)
    assert told["rows"] == rows, (told, rows)
    against("a new rule opens for everybody", told, rows, bare)
    rule = Requirement.objects.get(code="generated-1")
    months = 24 if rule.accepted.get().valid_months != 24 else 12
    bare, rows = undone(by_hand.PROJECTED, {"requirement": rule.pk, "months": months})
    told = job("change_validity", rule.code, months)
    against("another validity for every proof of a rule", told, rows, bare)


def against(name: str, told: dict[str, Any], rows: int, bare: float) -> None:
    rate = rows / told["seconds"]
    found = (
        f"{rate:,.0f} rows/s = {rate / (rows / bare):.2f} × bare ({rows / bare:,.0f}/s), {told['megabytes']:.0f} MB"
    )
    say(name, found, "≥ 0.3 ×, ≤ 200 MB")


def undone(sql: str, given: dict[str, Any]) -> tuple[float, int]:
    """Seconds and rows of a command that is rolled back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute(sql, given)
        took, rows = time.perf_counter() - begun, cursor.rowcount
        transaction.set_rollback(True)
    return took, rows


def feed(folder: str) -> None:
    from django.db import connection

    path = Path(folder) / "people.csv"
    with connection.cursor() as cursor:
        cursor.execute(by_hand.SUPERVISED)
        cursor.execute("VACUUM (ANALYZE) lms_person")
        with path.open("wb") as file, cursor.copy(by_hand.FEED) as copy:
            for part in copy:
                file.write(part)
    told = job("feed", path)
    found = f"{told['seconds']:.1f} s, {told['megabytes']:.0f} MB, {told['moved']} moved, said {told['said']} ×"
    say("feed of everybody, one in a hundred moved", found, "1 M: ≤ 60 s, ≤ 500 MB")


def rebuild(folder: str) -> None:
    told = job("rebuild", REBUILT_MOST)
    rate = told["rows"] / told["seconds"]
    found = f"{told['differ']} of {told['rows']:,} differ; {rate:,.0f}/s, {told['megabytes']:.0f} MB"
    say("projections made anew", found, "0 differ")
