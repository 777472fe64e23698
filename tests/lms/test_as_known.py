"""Every version of a row is kept by the database, whichever way the row is changed."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from lms.as_known import Known
from lms.people.history_models import KnownLeave, KnownOffice, KnownPerson
from lms.people.models import Leave, Office, Person
from tests.cast import Cast


def moment() -> datetime:
    """Between what was done before and what is done next; SQLite's clock ticks in milliseconds."""
    time.sleep(0.004)
    found = datetime.now(UTC)
    time.sleep(0.004)
    return found


def test_a_change_in_bulk_is_remembered_and_what_was_known_before_can_be_asked(cast: Cast) -> None:
    before = moment()
    Person.objects.filter(pk__in=[cast.bruno.pk, cast.eve.pk]).update(office=cast.headquarters)
    after = moment()
    theirs = {cast.bruno.pk: cast.country.pk, cast.eve.pk: cast.elsewhere.pk}
    versions = KnownPerson.objects.filter(person__in=theirs)
    assert dict(versions.at(before).values_list("person", "office")) == theirs
    assert set(versions.at(after).values_list("office", flat=True)) == {cast.headquarters.pk}


def test_what_changes_nothing_that_counts_makes_no_version(cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(name="Bruno Later", office=cast.country)
    assert KnownPerson.objects.filter(person=cast.bruno).count() == 1


def test_what_is_deleted_was_known_until_then(cast: Cast) -> None:
    leave = Leave.objects.create(person=cast.bruno, first_day=date(2026, 1, 1), last_day=date(2026, 3, 1))
    before = moment()
    leave.delete()
    assert KnownLeave.objects.at(before).filter(person=cast.bruno).exists()
    assert not KnownLeave.objects.at(moment()).filter(person=cast.bruno).exists()


def test_a_reorganisation_moves_the_offices_below_too_and_the_tree_before_is_kept(cast: Cast) -> None:
    before = moment()
    paths = dict(Office.objects.values_list("pk", "path"))
    Office.objects.get(pk=cast.region.pk).move(Office.objects.get(pk=cast.elsewhere.pk), pos="sorted-child")
    after = moment()
    assert dict(KnownOffice.objects.at(before).values_list("office", "path")) == paths
    assert dict(KnownOffice.objects.at(after).values_list("office", "path")) == dict(
        Office.objects.values_list("pk", "path")
    )


@pytest.mark.parametrize("model", [model for model in apps.get_models() if issubclass(model, Known)], ids=str)
def test_the_triggers_are_there_after_all_migrations(db: None, model: type[Known]) -> None:
    """SQLite makes a table anew when a migration alters it: one that forgets to remember again is found here."""
    table = model._meta.db_table.replace("known_", "", 1)
    names = {f"{table}_known_{event}" for event in ("insert", "update", "delete")}
    where: Any = {
        "sqlite": ("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]),
        "postgresql": ("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table]),
    }
    with connection.cursor() as cursor:
        cursor.execute(*where[connection.vendor])
        assert names <= {row[0] for row in cursor.fetchall()}
