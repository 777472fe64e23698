"""Stores statements: once each, in the same transaction as what caused them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from lms.conf import conf
from lms.lrs import vocabulary as v
from lms.lrs.identifiers import account_key, actor_key
from lms.lrs.models import Credential, Statement
from lms.lrs.signals import statement_recorded
from lms.lrs.statements import Said, build


class StatementConflict(Exception):
    """Another statement with this id is stored already, and it says something else (xAPI 1.0.3 part three, 2.1)."""


def home_page() -> str:
    """The ``homePage`` of every actor account that this site makes."""
    return f"{conf.IRI_BASE}/actor"


def actor_of(uuid: UUID) -> str:
    return account_key(home_page(), str(uuid))


def record(said: Said) -> Statement:
    """Say it in our own name. Saying it again returns the statement that is there."""
    data = build(said, home_page=home_page())
    with transaction.atomic():
        found = Statement.objects.filter(statement_id=data["id"]).first()
        return found or store([row(data, credential=None)])[0]


def row(
    data: dict[str, Any], *, credential: Credential | None, version: str = "1.0.3", now: datetime | None = None
) -> Statement:
    """The unsaved row of a complete, valid statement; sets ``stored``, ``timestamp``, ``authority``, ``version``.

    What the client sent of these but ``timestamp`` is replaced (part two, 2.4.8 to 2.4.10)."""
    now = now or timezone.now()
    stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {"timestamp": stamp, **data, "stored": stamp, "authority": authority(credential)}
    data["version"] = version if version != "1.0.3" else data.get("version", "1.0.0")
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    target = data["object"]
    timestamp = parse_datetime(data["timestamp"])
    if timestamp is not None and timezone.is_naive(timestamp):
        timestamp = timezone.make_aware(timestamp)
    return Statement(
        statement_id=UUID(data["id"]),
        actor=actor_key(data["actor"]),
        verb=data["verb"]["id"],
        object_type=target.get("objectType", "Activity"),
        object_id=target.get("id", "") if target.get("objectType", "Activity") != "SubStatement" else "",
        registration=_uuid(data.get("context", {}).get("registration")),
        voids=_uuid(target["id"]) if data["verb"]["id"] == v.VOIDED else None,
        timestamp=timestamp or now,
        stored=now,
        credential=credential,
        raw=raw,
        digest=Statement.digest_of(raw),
    )


def store(rows: Iterable[Statement]) -> list[Statement]:
    """Insert all or none; tell the listeners. A statement stored already is skipped when equal.

    Raises StatementConflict when an id is taken by a different statement; then nothing is stored.
    """
    stored: list[Statement] = []
    with transaction.atomic():
        for statement in rows:
            try:
                with transaction.atomic():
                    statement.save(force_insert=True)
            except IntegrityError:
                found = Statement.objects.get(statement_id=statement.statement_id)
                if not same(found.raw, statement.raw):
                    raise StatementConflict(str(statement.statement_id)) from None
                stored.append(found)
                continue
            statement_recorded.send(sender=Statement, statement=statement)
            stored.append(statement)
    return stored


def same(one: str, other: str) -> bool:
    """Statement comparison of xAPI 1.0.3 part two, 2.3.1: what the record store itself sets does not count."""
    first, second = json.loads(one), json.loads(other)
    for name in ("stored", "timestamp", "authority", "version"):
        first.pop(name, None)
        second.pop(name, None)
    return bool(first == second)


def authority(credential: Credential | None) -> dict[str, Any]:
    name = "safeguard" if credential is None else credential.key
    return {"objectType": "Agent", "account": {"homePage": conf.IRI_BASE, "name": name}}


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
