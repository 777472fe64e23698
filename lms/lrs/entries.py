"""Pure: what is to be stored of a statement, ready for the table. Imports no Django."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from msgspec import UNSET

from lms.lrs.indexing import Index, index, ordinary_index
from lms.lrs.keys import Key, verb_key
from lms.lrs.receiving import Received
from lms.lrs.rules.shapes import Statement as Shape
from lms.lrs.rules.values import moment


@dataclass(slots=True)
class Entry:
    """The columns of ``Statement``, and what the statement names. ``pk`` and ``new`` are known once it is stored;
    ``awaited``: a statement that was stored earlier refers to it; ``is_claim``: its credential's word is weighed."""

    statement_id: UUID
    actor: UUID
    verb: UUID
    activity: UUID | None
    registration: UUID | None
    refers_to: UUID | None
    voids: UUID | None
    timestamp: datetime
    stored: datetime
    credential_id: int | None
    raw: str
    digest: str
    index: Index
    pk: int = 0
    new: bool = False
    awaited: bool = False
    is_claim: bool = False


def entry(
    received: Received,
    *,
    authority: str,
    credential_id: int | None,
    version: str,
    now: datetime,
    place: int = 0,
    is_claim: bool = False,
) -> Entry:
    """The entry of a valid statement. Sets ``id`` and ``timestamp`` where they are missing; what the client says of
    ``stored``, ``authority`` and ``version`` gives way to ours (part two, 2.4.8 to 2.4.10). ``place`` is the statement's
    place in its batch: a microsecond apart each, they keep their order."""
    stored = now + timedelta(microseconds=place)
    stamp = stored.isoformat(timespec="microseconds").replace("+00:00", "Z")
    what = _ordinary(received.shape) if received.shape is not None else _any(received.data)
    identity = received.identity or uuid4()
    ours = {
        "stored": f'"{stamp}"',
        "authority": authority,
        "version": f'"{what.version or ("1.0.0" if version == "1.0.3" else version)}"',
    }
    if what.id != str(identity):
        ours["id"] = f'"{identity}"'
    if what.timestamp is None:
        ours["timestamp"] = f'"{stamp}"'
    raw = received.text(ours)
    return Entry(
        statement_id=identity,
        actor=what.index.actor,
        verb=verb_key(what.verb),
        activity=what.index.activity,
        registration=what.registration,
        refers_to=what.index.refers_to,
        voids=what.index.voids,
        timestamp=moment(what.timestamp) if what.timestamp else stored,
        stored=stored,
        credential_id=credential_id,
        raw=raw.decode(),
        digest=hashlib.sha256(raw).hexdigest(),
        index=what.index,
        is_claim=is_claim,
    )


@dataclass(slots=True)
class _Parts:
    """What the columns are made of."""

    index: Index
    verb: str
    registration: UUID | None
    timestamp: str | None
    id: str
    version: str = ""


def _ordinary(shape: Shape) -> _Parts:
    context = shape.context
    return _Parts(
        ordinary_index(shape),
        shape.verb.id,
        Key(context.registration) if context is not UNSET and context.registration else None,
        shape.timestamp or None,
        shape.id or "",
    )


def _any(data: dict[str, Any]) -> _Parts:
    registration = data.get("context", {}).get("registration")
    return _Parts(
        index(data),
        data["verb"]["id"],
        UUID(registration) if registration else None,
        data.get("timestamp"),
        data.get("id", ""),
        data.get("version", ""),
    )
