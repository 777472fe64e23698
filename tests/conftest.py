"""Fixtures of every test: the cast, the clock of the tests, and a flush that knows append-only tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from lms.append_only import EVENTS, create_triggers, drop_triggers
from tests.cast import cast

__all__ = ["cast"]
ON_POSTGRESQL = ("tests/journeys/", "tests/faults/")
WITH_SERVERS = (*ON_POSTGRESQL, "tests/browser/")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--first-database", action="store_true", help="leave out journeys and faults: they follow")
    parser.addoption(
        "--second-database", action="store_true", help="leave out what asks no database: it has run before"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where both databases follow one another. Browsers and faults take a quarter of the time, and are for PostgreSQL."""
    is_first, is_second = config.getoption("--first-database"), config.getoption("--second-database")
    left_out = {
        item
        for item in items
        if (is_first and item.nodeid.startswith(ON_POSTGRESQL)) or (is_second and not _asks_a_database(item))
    }
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def _asks_a_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None or item.nodeid.startswith(WITH_SERVERS)


FACTS = (
    "lms_statement", "lms_completion", "lms_waiver", "lms_extension", "lms_ruleversion", "lms_auditorpack",
    "lms_courses_certificate", "lms_courses_certificatedocument",
    "lms_courses_sheet", "lms_courses_sheetentry", "lms_courses_confirmation", "lms_courses_reopening",
    "lms_courses_proofdecision",
    "lms_courses_importedproof",
    "lms_attestations_attestationtext", "lms_attestations_signature", "lms_attestations_undertaking",
    "lms_reminders_bounce", "lms_log_leaf", "lms_log_block", "lms_log_checkpoint",
)  # fmt: skip
ONLY = {"lms_log_leaf": ("DELETE",)}
"""What is refused of a table, where it is not both: a leaf is given its place after it is made."""


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    """What one test put into the cache is gone for the next, and so is the language that it spoke last."""
    cache.clear()
    translation.activate("en")


@pytest.fixture(autouse=True, scope="session")
def _flush_past_triggers() -> Iterator[None]:
    """Transactional tests end by emptying every table, which the triggers refuse: put them aside for that moment."""
    original = BaseDatabaseOperations.execute_sql_flush

    def flush(self: Any, statements: Any) -> None:
        for table in FACTS:
            drop_triggers(connection, table)
        try:
            original(self, statements)
        finally:
            for table in FACTS:
                create_triggers(connection, table, ONLY.get(table, EVENTS))

    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What the record store keeps in memory for seconds belongs to the database of the test before."""
    from lms.lrs import authenticating, relating
    from lms.lrs.forwarding import queueing

    for module in (authenticating, relating, queueing):
        module.forget()
