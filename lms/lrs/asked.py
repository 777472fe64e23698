"""A query of Django's that is built once and asked many times.

Building one takes Django longer than answering it takes the database, and PostgreSQL plans it each time as well. For the
few queries that stand between somebody's last click and the receipt. Elsewhere than on PostgreSQL it is built each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

from lms.lrs.prepared import rows

M = TypeVar("M", bound=models.Model)


class Asked:
    """``build`` answers a queryset of ``values_list`` and depends on its arguments only in their values, none of them None;
    called with values it gives the rows."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self.sql = ""
        self.parameters: list[Callable[[dict[str, Any]], Any]] = []

    def __call__(self, **given: Any) -> list[tuple[Any, ...]]:
        if connection.vendor != "postgresql":
            return list(self.build(**given))
        if not self.sql:
            self._build(given)
        return rows(self.sql, [parameter(given) for parameter in self.parameters])

    def _build(self, given: dict[str, Any]) -> None:
        """Build it with marks in place of the values, to see where each of them goes."""
        marks = {name: _mark(value, place) for place, (name, value) in enumerate(given.items())}
        names = {mark: name for name, mark in marks.items()}
        sql, values = self.build(**marks).query.sql_with_params()
        self.parameters = [_given(names[value]) if value in names else _always(value) for value in values]
        assert {value for value in values if value in names} == set(names), "a value does not reach the query as it is"
        self.sql = sql


def instance(model: type[M], values: Sequence[Any]) -> M:
    """A row of all columns as Django itself makes it."""
    names = names_of(model)
    return model.from_db(connection.alias, names, values[: len(names)])


def names_of(model: type[models.Model], prefix: str = "") -> list[str]:
    """All columns, for ``values_list``."""
    return [f"{prefix}{field.attname}" for field in model._meta.concrete_fields]


def _given(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda given: given[name]


def _always(value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda given: value


def _mark(value: Any, place: int) -> Any:
    match value:
        case UUID():
            return UUID(int=(1 << 127) + place)
        case int():
            return (1 << 40) + place
        case str():
            return f"mark {place} of a query"
    raise TypeError(f"{type(value).__name__} cannot be marked")
