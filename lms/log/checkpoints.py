"""Says how the log stood: size and root, signed, for others to keep; and proves from there."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from lms.conf import conf
from lms.log import notes
from lms.log.appending import Kept, append_waiting, root_at
from lms.log.facts import Kind, kinds
from lms.log.merkle import consistency, inclusion
from lms.log.models import Checkpoint, Head, Leaf
from lms.log.notes import Note


class NoProof(ValueError):
    """The log holds no such fact, or has not come to it yet."""


def origin() -> str:
    """The name of this site's log."""
    return f"{urlsplit(conf.SITE_URL).netloc}/log"


def seed() -> bytes:
    """Of the key that signs; empty where the site has none. Raises ValueError for what is no key."""
    if not conf.LOG_KEY:
        return b""
    try:
        found = base64.b64decode(conf.LOG_KEY, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32:
        raise ValueError("LMS_LOG_KEY is not 32 bytes in base64; manage.py log_key makes one.")
    return found


def make_checkpoint(*, now: datetime) -> Checkpoint | None:
    """Of the log as it stands, with what waited; the last one where nothing was added, None where there is nothing."""
    append_waiting()
    with transaction.atomic():
        head = Head.objects.select_for_update().filter(pk=1).first()
        if head is None or not head.size:
            return None
        found = Checkpoint.objects.filter(size=head.size).first()
        if found is not None:
            return found
        note = Note(origin(), head.size, root_at(head.size))
        return Checkpoint.objects.create(
            size=note.size, root=note.root, made_at=now, text=notes.write(note, seed=seed())
        )


def prove(*, kind: str, row: int, checkpoint: Checkpoint | None = None) -> dict[str, Any]:
    """That a fact is in the log of a checkpoint (the last one, if none is given), as plain values for a file that
    ``verify_proof`` checks. The key goes with it: with the record it opens the commitment. Raises NoProof."""
    checkpoint = checkpoint or Checkpoint.objects.first()
    leaf = Leaf.objects.filter(kind=kind, row=row).first()
    if checkpoint is None or leaf is None or leaf.index is None or leaf.index >= checkpoint.size:
        raise NoProof
    fact = _fact(kinds()[kind], leaf)
    return {
        "kind": kind,
        "record": fact,
        "key": leaf.key.hex() if leaf.key is not None else None,
        "commitment": leaf.commitment.hex(),
        "index": leaf.index,
        "inclusion": [step.hex() for step in inclusion(leaf.index, checkpoint.size, Kept())],
        "checkpoint": checkpoint.text,
    }


def prove_continuation(*, old: Note, checkpoint: Checkpoint) -> dict[str, Any]:
    """That the log of a checkpoint begins with that of an earlier one. Raises NoProof where it is shorter."""
    if not 0 < old.size <= checkpoint.size:
        raise NoProof
    return {
        "old": notes.write(old),
        "consistency": [step.hex() for step in consistency(old.size, checkpoint.size, Kept())],
        "checkpoint": checkpoint.text,
    }


def _fact(kind: Kind, leaf: Leaf) -> Any:
    row = kind.rows().filter(pk=leaf.row).first() if leaf.key is not None else None
    return kind.record(row) if row is not None else None
