"""Makes the database itself keep what a row said before each change, so that a figure can be made again as it was known.

For a table ``lms_person`` there is ``lms_known_person``: every version of every row, from when until when it was known.
Triggers write it, so that no way of changing the table can forget it. Resembles system-versioned tables of SQL:2011, which
neither PostgreSQL nor SQLite has.

A migration calls ``remember(table, row=…, columns=…)``, and once more with ``again=True`` behind one that alters the
table: SQLite makes it anew then, without its triggers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Self

from django.apps import apps
from django.db import migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.functions import Now

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when what stood there before anything was remembered counts as known."""


class KnownQuerySet(models.QuerySet[Any]):
    def at(self, moment: datetime) -> Self:
        """The versions that were known at that moment: one for each row that there was."""
        return self.filter(was_known(moment))


def was_known(moment: datetime, prefix: str = "") -> Q:
    """The condition for it, through a relation where ``prefix`` names one."""
    still = Q(**{f"{prefix}known_until__isnull": True}) | Q(**{f"{prefix}known_until__gt": moment})
    return Q(**{f"{prefix}known_from__lte": moment}) & still


class Known(models.Model):
    """One version of a row. ``known_until`` is empty for the one that is known now; clock of the database."""

    id = models.BigAutoField(primary_key=True)
    known_from = models.DateTimeField(db_default=Now())
    known_until = models.DateTimeField(null=True)

    objects = KnownQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["known_from"], name="lms_%(class)s_from")]


def known_all_along() -> None:
    """Take what is known now as known from the beginning: for a site whose history was loaded from elsewhere."""
    for model in apps.get_models():
        if issubclass(model, Known):
            model._default_manager.exclude(known_until=None).delete()
            model._default_manager.update(known_from=ALWAYS)


def known_table(table: str) -> str:
    return table.replace("lms_", "lms_known_", 1)


def remember(table: str, *, row: str, columns: Iterable[str], again: bool = False) -> migrations.RunPython:
    """The migration operation: ``row`` is the column of the known table that names the row, ``columns`` are copied."""
    names = list(columns)

    def forward(apps: Any, schema_editor: Any) -> None:
        drop_triggers(schema_editor.connection, table)
        create_triggers(schema_editor.connection, table, row=row, columns=names)
        if not again:
            listed = ", ".join(names)
            schema_editor.execute(
                f"INSERT INTO {known_table(table)} ({row}, {listed}, known_from) "  # noqa: S608
                f"SELECT id, {listed}, '{ALWAYS:%Y-%m-%d %H:%M:%S}' FROM {table}"
            )

    def backward(apps: Any, schema_editor: Any) -> None:
        if not again:
            drop_triggers(schema_editor.connection, table)

    return migrations.RunPython(forward, backward, elidable=False)


def create_triggers(connection: BaseDatabaseWrapper, table: str, *, row: str, columns: list[str]) -> None:
    make = _for_postgresql if connection.vendor == "postgresql" else _for_sqlite
    with connection.cursor() as cursor:
        for statement in make(table, row, columns):
            cursor.execute(statement)


def drop_triggers(connection: BaseDatabaseWrapper, table: str) -> None:
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for event in ("insert", "update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_known_{event}{on}")


def _for_postgresql(table: str, row: str, columns: list[str]) -> Iterable[str]:
    """Once a statement, however many rows it changes."""
    known, listed = known_table(table), ", ".join(columns)
    said = ", ".join(f"n.{name}" for name in columns)
    differs = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in columns)
    changed = "old_rows o JOIN new_rows n ON n.id = o.id"
    begin = f"INSERT INTO {known} ({row}, {listed}) SELECT n.id, {said} FROM"
    end = f"UPDATE {known} k SET known_until = statement_timestamp() FROM"  # noqa: S608
    which = f"WHERE k.{row} = o.id AND k.known_until IS NULL"
    bodies = {
        "insert": ("NEW TABLE AS new_rows", [f"{begin} new_rows n"]),
        "update": (
            "OLD TABLE AS old_rows NEW TABLE AS new_rows",
            [f"{end} {changed} {which} AND ({differs})", f"{begin} {changed} WHERE {differs}"],
        ),
        "delete": ("OLD TABLE AS old_rows", [f"{end} old_rows o {which}"]),
    }
    for event, (tables, commands) in bodies.items():
        yield (
            f"CREATE OR REPLACE FUNCTION {table}_known_{event}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {'; '.join(commands)}; RETURN NULL; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_known_{event} AFTER {event} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_known_{event}()"
        )


def _for_sqlite(table: str, row: str, columns: list[str]) -> Iterable[str]:
    known, listed = known_table(table), ", ".join(columns)
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    end = f"UPDATE {known} SET known_until = {now} WHERE {row} = OLD.id AND known_until IS NULL"  # noqa: S608
    begin = (
        f"INSERT INTO {known} ({row}, {listed}, known_from) "  # noqa: S608
        f"VALUES (NEW.id, {', '.join(f'NEW.{name}' for name in columns)}, {now})"
    )
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
    for event, when, commands in (
        ("insert", "", [begin]),
        ("update", f"WHEN {differs} ", [end, begin]),
        ("delete", "", [end]),
    ):
        yield (
            f"CREATE TRIGGER {table}_known_{event} AFTER {event} ON {table} FOR EACH ROW {when}"
            f"BEGIN {'; '.join(commands)}; END"
        )
