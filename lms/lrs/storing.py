"""What a client says is taken in: within its bounds, with its attachments, all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from lms.lrs.attachments import Part, declared
from lms.lrs.authenticating import may_say, may_void
from lms.lrs.entries import Entry
from lms.lrs.models import Attachment, Credential, Scope, Statement
from lms.lrs.receiving import Received
from lms.lrs.recording import entries_of, store


def take(
    received: Sequence[Received], given: Mapping[str, Part], *, credential: Credential, version: str
) -> list[Entry]:
    """Store a batch. Raises NotAllowed, or StatementConflict; then nothing is stored."""
    entries = entries_of(received, credential=credential, version=version, now=timezone.now())
    for item, made in zip(received, entries, strict=True):
        may_say(credential, item, made.index)
    with transaction.atomic():
        _check_voiding(credential, entries)
        if given:
            _keep(given)
        store(entries, may_define=credential.may(Scope.DEFINE))
    return entries


def _keep(given: Mapping[str, Part]) -> None:
    """The content of attachments; what is here already is kept as it is."""
    Attachment.objects.bulk_create(
        [
            Attachment(
                sha2=sha2,
                content_type=part.headers.get("content-type", "application/octet-stream")[:255],
                content=part.body,
            )
            for sha2, part in given.items()
        ],
        ignore_conflicts=True,
    )


def _check_voiding(credential: Credential, entries: Sequence[Entry]) -> None:
    targets = [made.voids for made in entries if made.voids is not None]
    if targets:
        there = dict(Statement.objects.filter(statement_id__in=targets).values_list("statement_id", "credential"))
        with_it = {made.statement_id for made in entries} - there.keys()
        may_void(credential, targets, with_it | {target for target, by in there.items() if by == credential.pk})


def contents(raws: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    """The attachments of these statements whose content is here, each once: hash, type, bytes."""
    hashes = {
        attachment["sha2"].lower()
        for raw in raws
        if '"attachments"' in raw
        for attachment in declared(json.loads(raw))
    }
    for found in Attachment.objects.filter(pk__in=hashes).order_by("pk").iterator(chunk_size=10):
        yield found.sha2, found.content_type, bytes(found.content)
