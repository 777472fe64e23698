"""Stores statements: once each, all of a batch or none, in the same transaction as what caused them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lms.conf import conf
from lms.lrs import effects, entries, relating
from lms.lrs.comparing import same
from lms.lrs.entries import Entry
from lms.lrs.forwarding import queueing
from lms.lrs.inserting import insert, row_of
from lms.lrs.keys import account_key
from lms.lrs.models import Credential, Statement
from lms.lrs.receiving import Received, made
from lms.lrs.statements import Said, build


class StatementConflict(Exception):
    """Another statement with this id is stored already, and it says something else (xAPI 1.0.3 part three, 2.1)."""


def home_page() -> str:
    """The ``homePage`` of every actor account that this site makes."""
    return f"{conf.IRI_BASE}/actor"


def actor_of(uuid: UUID) -> UUID:
    """The key of the actor that stands for one of our people."""
    return account_key(home_page(), str(uuid))


def record(said: Said) -> Statement:
    """Say it in our own name. Saying it again returns the statement that is there."""
    ours = entry(made(build(said, home_page=home_page())))
    with transaction.atomic():
        insert([ours])
        if not ours.new:
            return Statement.objects.get(statement_id=ours.statement_id)
        _let_follow([ours])
    return row_of(ours)


def entry(
    received: Received, *, credential: Credential | None = None, version: str = "1.0.3", now: datetime | None = None
) -> Entry:
    """What is to be stored of one valid statement; without a credential it is our own."""
    return entries_of([received], credential=credential, version=version, now=now or timezone.now())[0]


def entries_of(
    batch: Sequence[Received], *, credential: Credential | None, version: str, now: datetime
) -> list[Entry]:
    """What is to be stored of valid statements that came together with a credential."""
    authority = authority_text(credential)
    credential_id = credential.pk if credential else None
    is_claim = credential is not None and credential.may_claim
    return [
        entries.entry(
            received,
            authority=authority,
            credential_id=credential_id,
            version=version,
            now=now,
            place=place,
            is_claim=is_claim,
        )
        for place, received in enumerate(batch)
    ]


def store(batch: Sequence[Entry], *, may_define: bool = True) -> None:
    """Insert all or none, and let follow what follows. A statement stored already is skipped when it says the same.

    Raises StatementConflict when an id is taken by a different statement; then nothing is stored.
    """
    with transaction.atomic(savepoint=False):
        insert(batch)
        fresh = [item for item in batch if item.new]
        if len(fresh) < len(batch):
            _settle([item for item in batch if not item.new])
        _let_follow(fresh, may_define=may_define)


def _let_follow(fresh: Sequence[Entry], *, may_define: bool = True) -> None:
    relating.relate(fresh, may_define=may_define)
    queueing.queue(fresh)
    for statement in effects.leading(fresh):
        effects.follow(statement)


def _settle(batch: Sequence[Entry]) -> None:
    """Give each entry that was there before its primary key. Raises StatementConflict when it says something else."""
    ids = [item.statement_id for item in batch]
    there = Statement.objects.in_bulk(ids, field_name="statement_id")
    for item in batch:
        found = there[item.statement_id]
        if not same(found.data, json.loads(item.raw)):
            raise StatementConflict(str(item.statement_id))
        item.pk = found.pk


def authority_text(credential: Credential | None) -> str:
    """Who vouches for a statement: the credential it came with (part two, 2.4.9)."""
    if credential is not None and credential.authority:
        return json.dumps(credential.authority, ensure_ascii=False)
    name = "safeguard" if credential is None else credential.key
    return f'{{"objectType":"Agent","account":{{"homePage":{json.dumps(conf.IRI_BASE)},"name":"{name}"}}}}'
