"""Pure: what is to be stored of a statement, ready for the table. Imports no Django."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from lms.lrs.indexing import Index, index
from lms.lrs.keys import verb_key
from lms.lrs.receiving import Received
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
    data = received.data
    identity = UUID(data["id"]) if "id" in data else uuid4()
    ours: dict[str, str] = {
        "id": f'"{identity}"',
        "stored": f'"{stamp}"',
        "authority": authority,
        "version": f'"{data.get("version", "1.0.0" if version == "1.0.3" else version)}"',
    }
    if "timestamp" not in data:
        ours["timestamp"] = f'"{stamp}"'
    raw = received.text(ours)
    found = index(data)
    registration = data["context"].get("registration") if "context" in data else None
    return Entry(
        statement_id=identity,
        actor=found.actor,
        verb=verb_key(data["verb"]["id"]),
        activity=found.activity,
        registration=UUID(registration) if registration else None,
        refers_to=found.refers_to,
        voids=found.voids,
        timestamp=moment(data["timestamp"]) if "timestamp" in data else stored,
        stored=stored,
        credential_id=credential_id,
        raw=raw.decode(),
        digest=hashlib.sha256(raw).hexdigest(),
        index=found,
        is_claim=is_claim,
    )
