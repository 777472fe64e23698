"""Rows of ours as a relation that a statement can join: VALUES with named parameters, each different value once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection


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
