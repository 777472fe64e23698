"""Plans that PostgreSQL keeps for a connection: under names that no other connection uses."""

from __future__ import annotations

import pytest
from django.db import connection

from lms.lrs.prepared import rows

pytestmark = pytest.mark.django_db(transaction=True)


def names_of_a_new_connection() -> set[str]:
    connection.close()
    assert rows("SELECT %s::int", [1]) == [(1,)]
    return {name for (name,) in rows("SELECT name FROM pg_prepared_statements", [])}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps plans")
def test_two_connections_never_use_one_name_so_that_no_pooler_can_mistake_them() -> None:
    first, second = names_of_a_new_connection(), names_of_a_new_connection()
    assert first
    assert second
    assert not first & second


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps plans")
def test_where_preparing_is_off_the_server_keeps_nothing(settings: object) -> None:
    settings.LMS_XAPI_PREPARED = False  # type: ignore[attr-defined]
    assert names_of_a_new_connection() == set()
