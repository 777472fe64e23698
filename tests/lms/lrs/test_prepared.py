"""Plans that PostgreSQL keeps for a connection: made once, and under names that no other connection uses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from lms.lrs.prepared import rows

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


def test_a_query_that_comes_again_is_not_planned_again() -> None:
    connection.close()
    text = "SELECT count(*) FROM lms_statement WHERE actor = %s AND verb = %s"
    for _ in range(8):
        rows(text, ["0" * 32, "1" * 32])
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s"
    assert rows(plans, [f"{text[:50]}%"]) == [(8, 0)]
