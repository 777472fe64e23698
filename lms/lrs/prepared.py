"""Runs the few commands of the record store that come thousands of times a second, planned once a connection."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import connection

from lms.conf import conf

ONLY_WHEN_ASKED = 1_000_000_000


def rows(sql: str, parameters: Sequence[Any]) -> list[Any]:
    """Prepared where it is PostgreSQL: planning such a query takes longer than answering it, and after five times a
    general plan is kept wherever that is as good. Bound by the server, where Django's own cursors bind on the client. A
    pooler that gives a connection to one transaction at a time must know prepared statements (PgBouncer 1.21), or
    LMS_XAPI_PREPARED be off."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()
    from psycopg import Cursor  # not there where the site has no PostgreSQL

    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    if connection.connection.prepare_threshold is None and conf.XAPI_PREPARED:
        connection.connection.prepare_threshold = ONLY_WHEN_ASKED  # Django turns preparing off altogether
        # Every client of psycopg counts its names from 0. Behind a pooler that knows none of this, one client would be
        # given the answer to another's question; with names of its own it is given an error.
        connection.connection._prepared._prepared_idx = secrets.randbits(60)
    with connection.wrap_database_errors, Cursor(connection.connection) as prepared:
        prepared.execute(sql, parameters, prepare=conf.XAPI_PREPARED)
        return prepared.fetchall()
