"""Rows of ours as a relation that a statement can join, and the way to run a statement about very many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction


def as_values(parameters: dict[str, Any], name: str, rows: Sequence[tuple[Any, ...]]) -> str:
    """The text behind VALUES; adds what it names to ``parameters``. There has to be one row at least."""
    names: dict[tuple[type, Any], str] = {}
    for row in rows:
        for value in row:
            names.setdefault((type(value), value), f"{name}{len(names)}")
    parameters |= {key: as_parameter(value) for (_, value), key in names.items()}
    return ", ".join("(" + ", ".join(f"%({names[type(value), value]})s" for value in row) + ")" for row in rows)


def as_parameter(value: Any) -> Any:
    """As the database keeps it: SQLite knows no moments."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


@contextmanager
def set_based() -> Iterator[Any]:
    """A cursor in a transaction in which PostgreSQL goes through tables as wholes.

    It cannot know how many rows come out of VALUES and of days between days, takes them to be few, and would look into the
    table of reminders once for each, while the same statement fills it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            yield cursor
            return
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute(
            "SET LOCAL enable_nestloop TO DEFAULT"
        )  # the caller may have a transaction of its own around it
