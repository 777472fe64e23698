"""Puts very many rows into a table: without its indexes and triggers, which are made and checked again at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps

from lms.as_known import ALWAYS, Known, known_table

CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('u', 'f') ORDER BY contype DESC
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
"""


@contextmanager
def bare(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Within a transaction. Foreign keys and unique constraints hold again at the end, or it raises IntegrityError."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits to be checked would stop ALTER TABLE
    cursor.execute(CONSTRAINTS, [list(tables)])
    constraints = cursor.fetchall()
    for table, name, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for table in tables:
        cursor.execute(f"ANALYZE {table}")


def number_on(cursor: Any, table: str) -> None:
    """Go on counting behind ids that were given."""
    # As ALTER SEQUENCE numbers it: setval would stay where the transaction is rolled back.
    cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")  # noqa: S608
    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {cursor.fetchone()[0]}")


def remembered_tables(tables: Sequence[str]) -> list[str]:
    """Where the versions of rows of these tables are kept."""
    return [known_table(table) for table in tables if known_table(table) in _known_models()]


def remember_all(cursor: Any, tables: Sequence[str]) -> None:
    """What the triggers would have kept, as known from the beginning."""
    for table in tables:
        if known_table(table) not in _known_models():
            continue
        model = _known_models()[known_table(table)]
        columns = [field.column for field in model._meta.concrete_fields]
        kept = [name for name in columns if name not in ("id", "known_from", "known_until")]
        row, *copied = kept  # the first field names the row
        cursor.execute(
            f"INSERT INTO {known_table(table)} ({row}, {', '.join(copied)}, known_from) "  # noqa: S608
            f"SELECT id, {', '.join(copied)}, %s FROM {table} ORDER BY id",
            [ALWAYS],
        )


def _known_models() -> dict[str, Any]:
    return {model._meta.db_table: model for model in apps.get_models() if issubclass(model, Known)}
