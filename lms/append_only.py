"""Makes the database itself refuse UPDATE and DELETE on the tables that hold facts.

A migration calls ``protect("table")``; the trigger's name is derived from the table's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "facts are appended, never changed"
EVENTS = ("UPDATE", "DELETE")


def create_triggers(connection: BaseDatabaseWrapper, table: str, events: Iterable[str] = EVENTS) -> None:
    statements: list[str] = []
    if connection.vendor == "postgresql":
        statements.append(
            "CREATE OR REPLACE FUNCTION lms_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
    for event in events:
        if connection.vendor == "sqlite":
            statements.append(
                f"CREATE TRIGGER {_name(table, event)} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table})'); END"
            )
        elif connection.vendor == "postgresql":
            statements.append(
                f"CREATE TRIGGER {_name(table, event)} BEFORE {event} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION lms_refuse_change()"
            )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop_triggers(connection: BaseDatabaseWrapper, table: str) -> None:
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for event in EVENTS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, event)}{on}")


def protect(table: str, events: Iterable[str] = EVENTS) -> migrations.RunPython:
    """The migration operation for one table."""

    def forward(apps: Any, schema_editor: Any) -> None:
        create_triggers(schema_editor.connection, table, events)

    def backward(apps: Any, schema_editor: Any) -> None:
        drop_triggers(schema_editor.connection, table)

    return migrations.RunPython(forward, backward, elidable=False)


def protect_again(table: str) -> migrations.RunPython:
    """The migration operation behind one that alters the table: SQLite makes it anew then, without its triggers."""

    def again(apps: Any, schema_editor: Any) -> None:
        drop_triggers(schema_editor.connection, table)
        create_triggers(schema_editor.connection, table)

    return migrations.RunPython(again, again, elidable=False)


def _name(table: str, event: str) -> str:
    return f"{table}_refuses_{event.lower()}"
