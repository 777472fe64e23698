"""The record store's queries are planned once a connection, whatever PostgreSQL thinks of planning them anew."""

from __future__ import annotations

import pytest
from django.db import connection

from lms.lrs.prepared import rows

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps plans"),
]


def test_a_query_that_comes_again_is_not_planned_again() -> None:
    text = "SELECT count(*) FROM lms_statement WHERE actor = %s AND verb = %s"
    for _ in range(8):
        rows(text, ["0" * 32, "1" * 32])
    found = rows(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s", [f"{text[:50]}%"]
    )
    assert found == [(8, 0)]
