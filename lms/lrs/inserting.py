"""Puts entries into their tables, in one round trip where the database can, and says which of them are new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db import connection

from lms.lrs.entries import Entry
from lms.lrs.models import Mention, Statement
from lms.lrs.prepared import rows

COLUMNS = {
    "statement_id": "uuid",
    "actor": "uuid",
    "verb": "uuid",
    "activity": "uuid",
    "registration": "uuid",
    "refers_to": "uuid",
    "voids": "uuid",
    "timestamp": "timestamptz",
    "stored": "timestamptz",
    "credential_id": "bigint",
    "raw": "text",
    "digest": "text",
}
NAMES = ", ".join(COLUMNS)
SEPARATOR = "\x1f"  # JSON escapes it wherever it means it
ARRAYS = ", ".join(
    f"string_to_array(%s::text, '{SEPARATOR}')" if name == "raw" else f"%s::{kind}[]" for name, kind in COLUMNS.items()
)
# Whole arrays, prepared once: many times the rate of bulk_create (benchmarks/statements.py).
ONE_TRIP = f"""
WITH new AS (
    INSERT INTO lms_statement ({NAMES}) SELECT * FROM unnest({ARRAYS})
    ON CONFLICT (statement_id) DO NOTHING RETURNING statement_id, id
), mentioned AS (
    INSERT INTO lms_mention (statement_id, key, direct)
    SELECT new.id, m.key, m.direct FROM unnest(%s::uuid[], %s::uuid[], %s::boolean[]) AS m (named, key, direct)
    JOIN new ON new.statement_id = m.named
)
SELECT new.statement_id, new.id, EXISTS (SELECT 1 FROM lms_statement r WHERE r.refers_to = new.statement_id) FROM new
"""  # noqa: S608


def insert(entries: Sequence[Entry]) -> None:
    """Sets ``pk``, ``new`` and ``awaited`` of those that were not there yet. Inside the caller's transaction."""
    if connection.vendor == "postgresql":
        _one_trip(entries)
    else:
        _step_by_step(entries)


def row_of(entry: Entry) -> Statement:
    return Statement(pk=entry.pk or None, **{name: getattr(entry, name) for name in COLUMNS})


def parameters_of(entries: Sequence[Entry]) -> list[str]:
    """A parameter for each column, all rows in it."""
    return [
        SEPARATOR.join([entry.raw for entry in entries])
        if name == "raw"
        else _array([getattr(entry, name) for entry in entries])
        for name in COLUMNS
    ]


def _mentions(entries: Sequence[Entry]) -> Iterator[tuple[Entry, UUID, bool]]:
    for entry in entries:
        for key in entry.index.direct:
            yield entry, key, True
        for key in entry.index.related:
            yield entry, key, False


def _one_trip(entries: Sequence[Entry]) -> None:
    mentions = list(_mentions(entries))
    parameters = [
        *parameters_of(entries),
        _array([entry.statement_id for entry, _, _ in mentions]),
        _array([key for _, key, _ in mentions]),
        _array([direct for _, _, direct in mentions]),
    ]
    stored = {statement_id: (pk, awaited) for statement_id, pk, awaited in rows(ONE_TRIP, parameters)}
    for entry in entries:
        if entry.statement_id in stored:
            entry.new = True
            entry.pk, entry.awaited = stored[entry.statement_id]


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL writes it. For values without commas, quotes and spaces; cheaper than a list, each by each."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]).replace(" ", "T") + "}"


def _step_by_step(entries: Sequence[Entry]) -> None:
    ids = [entry.statement_id for entry in entries]
    known = set(Statement.objects.filter(statement_id__in=ids).values_list("statement_id", flat=True))
    fresh = [entry for entry in entries if entry.statement_id not in known]
    Statement.objects.bulk_create([row_of(entry) for entry in fresh])
    found = dict(Statement.objects.filter(statement_id__in=ids).values_list("statement_id", "pk"))
    awaited = set(Statement.objects.filter(refers_to__in=ids).values_list("refers_to", flat=True))
    for entry in fresh:
        entry.new, entry.pk = True, found[entry.statement_id]
        entry.awaited = entry.statement_id in awaited
    Mention.objects.bulk_create(
        [Mention(statement_id=entry.pk, key=key, direct=direct) for entry, key, direct in _mentions(fresh)]
    )
