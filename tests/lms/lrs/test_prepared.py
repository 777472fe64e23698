"""Plans that PostgreSQL keeps for a connection: made once, and under names that no other connection uses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from lms.lrs.prepared import rows
from lms.lrs.querying import page

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps plans"),
]


def names_of_a_new_connection() -> set[str]:
    connection.close()
    assert rows("SELECT %s::int", [1]) == [(1,)]
    return {name for (name,) in rows("SELECT name FROM pg_prepared_statements", [])}


def test_two_connections_never_use_one_name_so_that_no_pooler_can_mistake_them() -> None:
    first, second = names_of_a_new_connection(), names_of_a_new_connection()
    assert first
    assert second
    assert not first & second


def test_where_preparing_is_off_the_server_keeps_nothing(settings: Any) -> None:
    settings.LMS_XAPI_PREPARED = False
    assert names_of_a_new_connection() == set()


def fill_a_store() -> None:
    """What the planner knows of every table is of this store, and not of whatever an earlier test left it to know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lms_statement (id, statement_id, actor, verb, activity, timestamp, stored, raw, digest) "
            "SELECT n, md5('id' || n)::uuid, md5('actor' || n)::uuid, md5((n % 9)::text)::uuid, "
            "md5((n % 100)::text)::uuid, now(), now() + n * interval '1 second', repeat('x', 500), '' "
            "FROM generate_series(1, 30000) n"
        )
        cursor.execute(
            "INSERT INTO lms_mention (statement_id, key, direct) SELECT n, md5((n % 3)::text)::uuid, false "
            "FROM generate_series(1, 30000) n"
        )
        cursor.execute(
            "INSERT INTO lms_reference (statement_id, target_id) SELECT n, n - 1 FROM generate_series(2, 2000) n"
        )
        cursor.execute("ANALYZE lms_statement, lms_mention, lms_reference")


def test_a_query_about_an_agent_that_comes_again_is_not_planned_again_and_reads_no_whole_table() -> None:
    """Nearly all mentions are of few activities, so that whatever is asked about seems to be mentioned often."""
    fill_a_store()
    connection.close()
    for number in range(8):
        page({"agent": json.dumps({"mbox": f"mailto:{number}@example.org"})}, only=None)
    plans = "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s"
    ((name, general, own),) = rows(plans, ["%string_agg%"])
    assert (general, own) == (3, 5)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN EXECUTE {name} ({', '.join(['NULL'] * 4)})")
        assert "Seq Scan on lms_mention" not in str(cursor.fetchall())
