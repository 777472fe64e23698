"""Stores statements: once each, all of a batch or none, in the same transaction as what caused them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from lms.conf import conf
from lms.lrs import effects, relating
from lms.lrs.comparing import same
from lms.lrs.indexing import Index, index
from lms.lrs.inserting import insert
from lms.lrs.keys import account_key, verb_key
from lms.lrs.models import Credential, Statement
from lms.lrs.receiving import Received, made
from lms.lrs.rules.values import moment
from lms.lrs.statements import Said, build


class StatementConflict(Exception):
    """Another statement with this id is stored already, and it says something else (xAPI 1.0.3 part three, 2.1)."""


@dataclass(frozen=True)
class Entry:
    """A row to be stored, and what it names."""

    row: Statement
    index: Index


def home_page() -> str:
    """The ``homePage`` of every actor account that this site makes."""
    return f"{conf.IRI_BASE}/actor"


def actor_of(uuid: UUID) -> UUID:
    """The key of the actor that stands for one of our people."""
    return account_key(home_page(), str(uuid))


def record(said: Said) -> Statement:
    """Say it in our own name. Saying it again returns the statement that is there."""
    data = build(said, home_page=home_page())
    with transaction.atomic():
        found = Statement.objects.filter(statement_id=data["id"]).first()
        return found or store([entry(made(data), credential=None)])[0]


def entry(
    received: Received,
    *,
    credential: Credential | None,
    version: str = "1.0.3",
    now: datetime | None = None,
    place: int = 0,
) -> Entry:
    """The unsaved row of a valid statement. Sets ``id`` and ``timestamp`` where they are missing; what the client says
    of ``stored``, ``authority`` and ``version`` gives way to ours (part two, 2.4.8 to 2.4.10). ``place`` is the
    statement's place in its batch: a microsecond apart each, they keep their order."""
    now = (now or timezone.now()) + timedelta(microseconds=place)
    stamp = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
    data = received.data
    identity = UUID(data["id"]) if "id" in data else uuid4()
    said_version = data.get("version", "1.0.0" if version == "1.0.3" else version)
    ours: dict[str, str | None] = {
        "id": f'"{identity}"',
        "stored": f'"{stamp}"',
        "authority": authority_text(credential),
        "version": f'"{said_version}"',
    }
    if "timestamp" not in data:
        ours["timestamp"] = f'"{stamp}"'
    raw = received.text(ours)
    found = index(data)
    registration = data.get("context", {}).get("registration")
    row = Statement(
        statement_id=identity,
        actor=found.actor,
        verb=verb_key(data["verb"]["id"]),
        activity=found.activity,
        registration=UUID(registration) if registration else None,
        refers_to=found.refers_to,
        voids=found.voids,
        timestamp=moment(data["timestamp"]) if "timestamp" in data else now,
        stored=now,
        credential_id=credential.pk if credential else None,
        raw=raw,
        digest=Statement.digest_of(raw),
    )
    return Entry(row, found)


def store(entries: Sequence[Entry], *, may_define: bool = True) -> list[Statement]:
    """Insert all or none, and let follow what follows. A statement stored already is skipped when it says the same.

    Raises StatementConflict when an id is taken by a different statement; then nothing is stored.
    """
    rows = [item.row for item in entries]
    with transaction.atomic():
        new = insert(rows)
        for row in rows:
            row.pk = new.get(row.statement_id)
        fresh = [item for item in entries if item.row.pk]
        if len(fresh) < len(entries):
            _settle([row for row in rows if not row.pk])
        relating.relate([(item.row, item.index) for item in fresh], may_define=may_define)
        for statement in effects.mark([item.row for item in fresh]):
            effects.follow(statement)
    return rows


def _settle(rows: Sequence[Statement]) -> None:
    """Give each row that was there before its primary key. Raises StatementConflict when it says something else."""
    there = {found.statement_id: found for found in Statement.objects.filter(
        statement_id__in=[row.statement_id for row in rows])}  # fmt: skip
    for row in rows:
        found = there[row.statement_id]
        if not same(found.data, row.data):
            raise StatementConflict(str(row.statement_id))
        row.pk = found.pk


def authority_text(credential: Credential | None) -> str:
    """Who vouches for a statement: the credential it came with (part two, 2.4.9)."""
    if credential is not None and credential.authority:
        return json.dumps(credential.authority, ensure_ascii=False)
    name = "safeguard" if credential is None else credential.key
    home = json.dumps(conf.IRI_BASE)
    return f'{{"objectType":"Agent","account":{{"homePage":{home},"name":"{name}"}}}}'
