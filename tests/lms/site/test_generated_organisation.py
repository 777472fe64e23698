"""The organisation to measure with: made by the database in bulk, and yet what the real ways would have left."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from lms.as_known import ALWAYS
from lms.compliance.figures import Figures, listed, rolled_up
from lms.compliance.offices import end_of
from lms.people.models import Leave, Office, Person
from lms.requirements.assigning import Refreshed, refresh
from lms.requirements.models import Assignment, Completion, KnownAssignment
from lms.requirements.projecting import rebuilt
from lms.verification import run
from tests.cast import Cast

PEOPLE, OFFICES = 2000, 60
pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL makes it")


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Made once for the module; what a test changes is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        generate()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def generated(loaded: None, db: None) -> None:
    pass


def generate(**more: Any) -> None:
    sizes = {"people": PEOPLE, "offices": OFFICES, **more}
    call_command("generate_organisation", **sizes, stdout=io.StringIO())


def test_every_projection_made_anew_from_the_facts_is_the_one_that_is_there(generated: None) -> None:
    wrong = [
        item.pk
        for item, wanted in rebuilt(Assignment.objects.order_by("pk"))
        if any(getattr(item, name) != value for name, value in wanted.items())
    ]
    assert not wrong
    assert Assignment.objects.count() > 2 * 5 * PEOPLE


def test_ledger_statements_and_what_was_known_are_whole(generated: None) -> None:
    assert [str(item) for _, found in run() for item in found] == []
    assert Completion.objects.filter(sequence=10).exists()
    assert KnownAssignment.objects.filter(known_from=ALWAYS).count() == Assignment.objects.count()


def test_it_is_in_line_with_the_rules_so_that_a_refresh_changes_nothing(generated: None) -> None:
    assert refresh(today=timezone.localdate()) == Refreshed()


def test_there_is_something_in_every_figure_and_everything_was_known_all_along(generated: None) -> None:
    today, offices = timezone.localdate(), list(Office.objects.all())
    root = [office for office in offices if office.depth == 1]
    total = sum((row.figures for row in rolled_up(roots=root, offices=offices, as_at=today)), Figures())
    assert all(getattr(total, name) for name in Figures.__dataclass_fields__)
    assert total.complete > 0.8 * total.in_scope
    assert listed(today, known_at=end_of(today)).count() == listed(today).count()
    assert Leave.objects.exists()


def test_the_tree_is_one_that_treebeard_finds_no_fault_with(generated: None) -> None:
    assert not any(Office.find_problems())
    assert Office.objects.count() == OFFICES


def test_what_is_made_afterwards_gets_ids_of_its_own(generated: None) -> None:
    person = Person.objects.order_by("-pk")[0]
    person.pk, person.number, person.uuid = None, "G9", "00000000-0000-4000-8000-000000000001"
    person.save(force_insert=True)
    assert person.pk > PEOPLE


def test_it_refuses_a_site_with_people_and_one_that_is_not_the_demo(cast: Cast) -> None:
    with pytest.raises(CommandError, match="already"):
        generate()
    with override_settings(LMS_DEMO=False), pytest.raises(CommandError, match="LMS_DEMO"):
        generate()
