"""What a statement leads to follows from its row, in the same transaction when it can, and by the clock when it cannot.

A bug of ours must neither refuse a valid statement nor lose what should have followed from it (decision 0007).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils import timezone

from lms.lrs.entries import Entry
from lms.lrs.inserting import row_of
from lms.lrs.models import Effect, Statement
from lms.lrs.signals import statement_recorded, statements_arrived

logger = logging.getLogger(__name__)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


def leading(fresh: Sequence[Entry]) -> list[Statement]:
    """The new statements that lead to something.

    Where a listener fails at choosing, these are all: each is asked about again when it is followed.
    """
    found: dict[int, Entry] = {}
    for _, chosen in statements_arrived.send_robust(sender=Statement, entries=fresh):
        if isinstance(chosen, Exception):
            logger.error("Choosing what leads to something failed", exc_info=chosen)
            chosen = fresh
        found.update({entry.pk: entry for entry in cast("list[Entry]", chosen)})
    return [row_of(entry) for entry in found.values()]


def follow(statement: Statement) -> bool:
    """Let what the statement leads to happen. False when that failed; then a marker in the same transaction keeps it for
    later."""
    try:
        with transaction.atomic():
            statement_recorded.send(sender=Statement, statement=statement)
    except Exception as error:
        logger.exception("Statement %s is stored, but what it leads to failed", statement.statement_id)
        _postpone(statement, error)
        return False
    return True


def follow_up(*, now: datetime, most: int = 500) -> tuple[int, int]:
    """Try again what is due; how many followed and how many failed. A row that another worker has is passed over."""
    done = failed = 0
    for pk in Effect.objects.filter(next_try__lte=now).order_by("next_try").values_list("pk", flat=True)[:most]:
        with transaction.atomic():
            mine = Effect.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, next_try__lte=now)
            marker = mine.select_related("statement").first()
            if marker is None:
                continue
            if follow(marker.statement):
                marker.delete()
                done += 1
            else:
                failed += 1
    return done, failed


def _postpone(statement: Statement, error: Exception) -> None:
    marker, _ = Effect.objects.get_or_create(statement=statement)
    marker.tries += 1
    marker.error = f"{type(error).__name__}: {error}".replace("\x00", "")[:2000]
    marker.next_try = timezone.now() + min(FIRST_PAUSE * 2 ** min(marker.tries - 1, 10), LONGEST_PAUSE)
    marker.save(update_fields=["tries", "error", "next_try"])
