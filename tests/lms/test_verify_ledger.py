"""verify_ledger: change one row behind the application's back, and it names it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from lms.append_only import create_triggers, drop_triggers
from lms.requirements.models import Assignment
from tests.attestations.test_signing import owed, pass_content, sign_it
from tests.cast import Cast

__all__ = ["owed"]


@pytest.fixture
def signed(owed: Assignment) -> Assignment:
    pass_content(owed)
    sign_it(owed)
    return owed


def tamper(table: str, sql: str) -> None:
    drop_triggers(connection, table)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")
        cursor.execute(sql)
    create_triggers(connection, table)


def verify() -> str:
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    return out.getvalue()


def test_an_untouched_ledger_is_whole(signed: Assignment) -> None:
    told = verify()
    assert told.count("whole") == len(told.splitlines()) >= 6


@pytest.mark.parametrize(
    ("table", "sql", "named"),
    [
        ("lms_completion", "UPDATE lms_completion SET completed_on = '2026-01-01' WHERE sequence = 2", "completion"),
        ("lms_statement", "UPDATE lms_statement SET raw = replace(raw, 'passed', 'failed')", "statement"),
        ("lms_statement", "UPDATE lms_statement SET verb = actor", "statement"),
        ("lms_attestations_signature", "UPDATE lms_attestations_signature SET printed_name = 'X'", "signature"),
        ("lms_attestations_attestationtext", "UPDATE lms_attestations_attestationtext SET body = '<p>X</p>'", "text"),
    ],
)
def test_one_changed_row_is_named(signed: Assignment, table: str, sql: str, named: str) -> None:
    tamper(table, sql)
    with pytest.raises(CommandError, match=f"First broken record: .*{named}"):
        verify()


def test_a_projection_that_differs_from_the_facts_is_named(signed: Assignment) -> None:
    Assignment.objects.filter(pk=signed.pk).update(valid_until="2030-01-01")
    with pytest.raises(CommandError, match=f"First broken record: assignment {signed.pk}"):
        verify()


def test_a_completion_cut_off_the_end_of_the_chain_is_missed(signed: Assignment, cast: Cast) -> None:
    Assignment.objects.update(completion=None, completed_on=None)
    tamper("lms_courses_certificate", "DELETE FROM lms_courses_certificate")
    tamper("lms_completion", "DELETE FROM lms_completion WHERE sequence = 3")
    with pytest.raises(CommandError, match="First broken record: statement"):
        verify()


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE lms_known_assignment SET due_on = '2020-01-01' WHERE known_until IS NULL", "lms_assignment"),
        (
            "UPDATE lms_known_assignment SET known_until = '2020-01-01' WHERE known_until IS NOT NULL",
            "lms_known_assign",
        ),
        ("DELETE FROM lms_known_person", "lms_person"),
    ],
)
def test_what_was_known_is_held_against_the_rows(signed: Assignment, sql: str, named: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(CommandError, match=f"First broken record: {named}"):
        verify()
