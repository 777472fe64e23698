"""The record store through PgBouncer in transaction mode, against straight to PostgreSQL, as ratios in one run.

BOUNCER=/path/to/pgbouncer .venv/bin/python -m benchmarks.pooler      # 1.21 or later

Workers, connections and statements as in ``benchmarks.statements``; the pooler holds four connections, and shares the
machine with client, server and database.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean

from benchmarks import statements
from benchmarks.load import Measured

BOUNCER = os.environ.get("BOUNCER") or shutil.which("pgbouncer") or ""
ROUNDS, PORT, CONNECTIONS = 2, 6544, 4
MEASURED_BY = ("agent", "verb")
WAYS = {
    "straight": {"DATABASE_POOLED": "0", "LMS_XAPI_PREPARED": "1"},
    "pooled, prepared": {"DATABASE_POOLED": "1", "LMS_XAPI_PREPARED": "1"},
    "pooled": {"DATABASE_POOLED": "1", "LMS_XAPI_PREPARED": "0"},
}
SETTINGS = """
[databases]
* = host={socket}
[pgbouncer]
listen_port = {port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
max_prepared_statements = 200
default_pool_size = {connections}
"""


@contextmanager
def pooler(folder: Path, socket: Path) -> Iterator[None]:
    """It refuses to run as root: as who owns PostgreSQL's files, then."""
    folder.chmod(0o777)
    (folder / "users").write_text('"postgres" ""\n')
    (folder / "pooler.ini").write_text(
        SETTINGS.format(socket=socket, folder=folder, port=PORT, connections=CONNECTIONS)
    )
    owner = ["-u", socket.owner()] if os.geteuid() == 0 else []
    process = subprocess.Popen([BOUNCER, "-q", *owner, str(folder / "pooler.ini")], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="sg-pooler-") as folder, statements.server(Path(folder)) as url:
        socket = Path(url.partition("host=")[2])
        addresses = {"straight": url, "pooled": f"postgresql://postgres@/postgres?host={folder}&port={PORT}"}
        told: dict[str, dict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
        calls = statements.finds()
        with pooler(Path(folder), socket):
            for _ in range(ROUNDS):
                for way, settings in WAYS.items():
                    os.environ |= settings | {"DATABASE_URL": addresses[way.partition(",")[0]]}
                    reading = statements.ours(workers=3, kind=("sync",))
                    for name in MEASURED_BY:
                        told[f"GET by {name}"][way].append(reading.gets(calls[name]))
                    reading.stop()
                    writing = statements.ours(workers=1, kind=("gthread", "--threads", "4"))
                    for batch in (100, 1):
                        told[f"POST {batch}"][way].append(writing.posts(batch))
                    writing.stop()
        report(told)
    return 0


def report(told: dict[str, dict[str, list[Measured]]]) -> None:
    for name, ways in told.items():
        straight = mean(found.rate for found in ways["straight"])
        for way, rounds in ways.items():
            rate, each = mean(found.rate for found in rounds), ", ".join(f"{found.rate:,.0f}" for found in rounds)
            p99 = mean(found.p99 for found in rounds) * 1000
            sys.stdout.write(
                f"{name:15} {way:17} {rate / straight:5.2f} × straight   {each}/s   99 in 100: {p99:.1f} ms\n"
            )


if __name__ == "__main__":
    raise SystemExit(main())
