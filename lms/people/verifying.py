"""Checks of who was where: earlier posts without gap or overlap, and the known versions against the rows they repeat."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from django.apps import apps
from django.db import connection

from lms.as_known import Known, known_table
from lms.people.history_models import Posting
from lms.people.spells import BEGINNING
from lms.verification import Broken, ledger_check

BATCH = 2000
OWN = {"id", "known_from", "known_until"}


@ledger_check("earlier posts")
def earlier_posts() -> Iterator[Broken]:
    """Each person's follow one another from the beginning."""
    before = None
    for posting in Posting.objects.order_by("person_id", "starts_on").iterator(chunk_size=BATCH):
        same = before is not None and before.person_id == posting.person_id
        expected = before.ends_on if same and before else BEGINNING
        if posting.starts_on != expected:
            yield Broken(f"earlier post {posting.pk}", "it does not follow the one before it")
        before = posting


@ledger_check("what was known")
def what_was_known() -> Iterator[Broken]:
    """The last version of every row is the row, and the versions before follow one another."""
    for model in apps.get_models():
        if issubclass(model, Known):
            yield from _last_versions(model)
            yield from _gaps(model)


def _last_versions(model: type[Known]) -> Iterator[Broken]:
    known = model._meta.db_table
    table = known.replace("known_", "", 1)
    assert known_table(table) == known
    row, *columns = [field.column for field in model._meta.local_concrete_fields if field.column not in OWN]
    listed = ", ".join(columns)
    stored = f"SELECT id, {listed} FROM {table}"  # noqa: S608
    last = f"SELECT {row}, {listed} FROM {known} WHERE known_until IS NULL"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"{stored} EXCEPT {last}")
        for found in cursor.fetchall():
            yield Broken(f"{table} {found[0]}", "what is known of it differs from what stands there")


def _gaps(model: type[Known]) -> Iterator[Broken]:
    row = next(field.column for field in model._meta.local_concrete_fields if field.column not in OWN)
    moved = model._default_manager.exclude(known_until=None).values_list(row, flat=True)
    versions = model._default_manager.filter(**{f"{row.removesuffix('_id')}__in": moved})
    ordered = versions.order_by(row, "known_from", "id").values_list(row, "known_from", "known_until")
    for one, other in pairwise(ordered.iterator(chunk_size=BATCH)):
        if one[0] == other[0] and one[2] != other[1]:
            yield Broken(f"{model._meta.db_table} of {one[0]}", "there is a gap in what was known of it")
