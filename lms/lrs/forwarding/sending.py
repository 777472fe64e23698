"""Sends what waits for a target, in its order; one worker at a time, stopped and started again without harm.

A row goes only after the target has answered. So a cut connection or a killed worker sends it again, and the target knows
it by its id: that is how every statement arrives once.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from lms.conf import conf
from lms.lrs.comparing import same
from lms.lrs.forwarding.pseudonyms import hidden
from lms.lrs.forwarding.remote import AlreadyThere, Refused, Remote, Unavailable, remote_of
from lms.lrs.models import ForwardingTarget, Outgoing
from lms.lrs.storing import contents

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
BATCH = 100
FIRST_PAUSE = 15.0
LONGEST_PAUSE = 3600.0


@dataclass
class Report:
    """What one round did."""

    sent: int = 0
    set_aside: int = 0
    error: str = ""


def forward_all(*, now: datetime | None = None) -> dict[str, Report]:
    """One round for every target that is due, by name."""
    found = {}
    for target in ForwardingTarget.objects.filter(is_active=True):
        if ForwardingTarget.claim(target.pk, now=now or timezone.now(), until=timezone.now() + LEASE):
            found[target.name] = forward(target)
    return found


def forward(target: ForwardingTarget) -> Report:
    """Send until nothing waits or the target cannot take more. The caller holds the claim; it is given back."""
    report = Report()
    mine = ForwardingTarget.objects.filter(pk=target.pk)
    try:
        remote = remote_of(target)
        while batch := _next(target):
            _deliver(target, remote, batch, report)
            mine.update(claimed_until=timezone.now() + LEASE, failures=0, last_error="")
    except Unavailable as error:
        report.error = str(error)
        _rest(target, error)
    except Exception as error:  # whatever is wrong with one target, the others must get theirs
        logger.exception("Forwarding to %s broke", target.name)
        report.error = f"{type(error).__name__}: {error}"
        _rest(target, Unavailable(report.error))
    finally:
        mine.update(claimed_until=None)
    return report


def _next(target: ForwardingTarget) -> list[Outgoing]:
    rows = target.outgoing.filter(set_aside="").select_related("statement").order_by("pk")
    return list(rows[:BATCH])


def _deliver(target: ForwardingTarget, remote: Remote, batch: Sequence[Outgoing], report: Report) -> None:
    """The batch at once; where the target refuses it, its halves, down to the one that is at fault."""
    texts = [_text(target, row) for row in batch]
    try:
        remote.put_in(texts, list(contents(row.statement.raw for row in batch)))
    except Refused as error:
        if len(batch) > 1:
            middle = len(batch) // 2
            _deliver(target, remote, batch[:middle], report)
            _deliver(target, remote, batch[middle:], report)
        elif isinstance(error, AlreadyThere) and _is_there(remote, texts[0]):
            _arrived(target, batch, report)
        else:
            Outgoing.objects.filter(pk=batch[0].pk).update(set_aside=str(error)[:2000] or "refused")
            report.set_aside += 1
    else:
        _arrived(target, batch, report)


def _arrived(target: ForwardingTarget, batch: Sequence[Outgoing], report: Report) -> None:
    Outgoing.objects.filter(pk__in=[row.pk for row in batch]).delete()
    ForwardingTarget.objects.filter(pk=target.pk).update(sent=F("sent") + len(batch), last_sent_at=timezone.now())
    report.sent += len(batch)


def _is_there(remote: Remote, text: str) -> bool:
    """The target has this statement, and it says the same there."""
    data = json.loads(text)
    found = remote.find(data["id"])
    return found is not None and same(found, data)


def _text(target: ForwardingTarget, row: Outgoing) -> str:
    if not target.pseudonymise:
        return row.statement.raw
    secret = f"lms.lrs.forwarding|{target.pk}|{settings.SECRET_KEY}".encode()
    return json.dumps(
        hidden(row.statement.data, secret=secret, home_page=f"{conf.IRI_BASE}/pseudonym"), ensure_ascii=False
    )


def _rest(target: ForwardingTarget, error: Unavailable) -> None:
    """Leave the target in peace, longer each time, not everybody at the same moment."""
    pause = error.pause or min(FIRST_PAUSE * 2 ** min(target.failures, 12), LONGEST_PAUSE)
    pause *= random.uniform(1.0, 1.3)
    logger.warning("Forwarding to %s rests for %d s: %s", target.name, pause, error)
    ForwardingTarget.objects.filter(pk=target.pk).update(
        failures=F("failures") + 1, last_error=str(error)[:2000], next_try=timezone.now() + timedelta(seconds=pause)
    )
