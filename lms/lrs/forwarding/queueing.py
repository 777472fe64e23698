"""Writes down what has to go where, in the transaction that stores the statement; and again from a date, when asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from lms.lrs.entries import Entry
from lms.lrs.keys import verb_key
from lms.lrs.models import ForwardingTarget, Outgoing, Statement

CACHE_SECONDS = 5
BATCH = 1000
_cached: tuple[float, list[ForwardingTarget]] = (0.0, [])


def targets() -> list[ForwardingTarget]:
    """The active targets, from memory for a few seconds."""
    global _cached
    if _cached[0] < time.monotonic():
        _cached = (time.monotonic() + CACHE_SECONDS, list(ForwardingTarget.objects.filter(is_active=True)))
    return _cached[1]


def forget() -> None:
    """Ask the database again, from the next statement on."""
    global _cached
    _cached = (0.0, [])


def queue(fresh: Sequence[Entry]) -> None:
    """For statements just stored, in their transaction."""
    for target in targets():
        Outgoing.objects.bulk_create(
            [Outgoing(target=target, statement_id=entry.pk) for entry in fresh
             if entry.stored >= target.since and _wanted(target, entry.verb, entry.raw)]
        )  # fmt: skip


def replay(target: ForwardingTarget, since: datetime) -> int:
    """Write down again all that was stored from then on; how many. What is on its way already stays as it is."""
    last = written = 0
    while True:
        rows = Statement.objects.filter(stored__gte=since, pk__gt=last).order_by("pk")[:BATCH]
        found = list(rows.only("pk", "verb", "raw"))
        if not found:
            return written
        wanted = [row for row in found if _wanted(target, row.verb, row.raw)]
        Outgoing.objects.bulk_create([Outgoing(target=target, statement=row) for row in wanted], ignore_conflicts=True)
        last, written = found[-1].pk, written + len(wanted)


def again(outgoing: Iterable[Outgoing]) -> None:
    """Try once more what was set aside."""
    Outgoing.objects.filter(pk__in=[item.pk for item in outgoing]).update(set_aside="")


def _wanted(target: ForwardingTarget, verb: object, raw: str) -> bool:
    if target.verbs and verb not in {verb_key(iri) for iri in target.wanted_verbs}:
        return False
    if target.activity_prefix:
        return str(json.loads(raw)["object"].get("id", "")).startswith(target.activity_prefix)
    return True
