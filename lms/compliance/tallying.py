"""Makes tallies, and throws old ones away. Safe to repeat; a page that finds none counts from the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from lms.compliance.counting import GROUP, Group, changed, grouped
from lms.compliance.figures import listed
from lms.compliance.sums import made
from lms.compliance.tally_models import Tally, TallyLine, TallySum
from lms.conf import conf
from lms.people.models import Office
from lms.requirements.models import Assignment
from lms.verification import Broken, ledger_check

KEPT = 2
BATCH, SUMS = 5000, 100


def tally_if_large(now: datetime) -> Tally | None:
    """What the clock does: a tally where there are so many obligations that counting them takes long."""
    if connection.vendor != "postgresql" or Assignment.objects.open().count() < conf.TALLY_FROM:
        return None
    return take(now=now)


def take(*, now: datetime, known_at: datetime | None = None) -> Tally:
    """A tally of that moment's day: from the one before of the same day and what changed since, else from the facts."""
    day = timezone.localdate(now)
    moment = known_at or settled(now)
    with transaction.atomic():
        before = Tally.objects.filter(day=day, known_at__lte=moment).order_by("-known_at").first()
        counts = _lines(before) if before else grouped(listed(day, known_at=moment), day, *GROUP)
        if before:
            counts.update(changed(before, until=moment))
        tally = Tally.objects.create(day=day, known_at=moment)
        TallyLine.objects.bulk_create(
            (TallyLine(tally=tally, **_values(group), n=n) for group, n in counts.items() if n), batch_size=BATCH
        )
        TallySum.objects.bulk_create(made(tally, counts, Office.objects.all()), batch_size=SUMS)
        kept = Tally.objects.order_by("-known_at").values_list("pk", flat=True)[:KEPT]
        Tally.objects.exclude(pk__in=list(kept)).delete()
    return tally


def settled(now: datetime) -> datetime:
    """A moment before which nothing can come to be known any more: every transaction that is under way began after it.

    By the clock of the database, which dates what becomes known. Also one that has only read so far: its next command may
    take long before it writes, and what it writes is dated with the command's beginning.
    """
    if connection.vendor != "postgresql":
        return now - timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()")
        began: datetime = cursor.fetchone()[0]  # of this very question, at the latest
    return began - timedelta(milliseconds=1)


def _lines(tally: Tally) -> Counter[Group]:
    rows = tally.lines.values_list("office_id", "requirement_id", *GROUP[2:], "n").iterator(chunk_size=BATCH)
    return Counter({tuple(group): n for *group, n in rows})


def _values(group: Group) -> dict[str, object]:
    office, requirement, *others = group
    return {"office_id": office, "requirement_id": requirement, **dict(zip(GROUP[2:], others, strict=True))}


@ledger_check("tallies")
def tallies() -> Iterator[Broken]:
    """The last tally of today, with what changed since, counts what the facts count; its sums are those of its lines."""
    today = timezone.localdate()
    last = Tally.objects.filter(day=today).order_by("-known_at").first()
    if last is None:
        return
    counts = _lines(last)
    counts.update(changed(last, until=None))
    counts.subtract(grouped(listed(today), today, *GROUP))
    for group, number in counts.items():
        if number:
            yield Broken(f"tally {last.pk}", f"it is {number:+d} off for {group}")
    kept = {row.office_id: row for row in last.sums.all()}
    for row in made(last, _lines(last), Office.objects.all()):
        told = kept.get(row.office_id)
        if told is not None and told.below == row.below and _sorted(told) != _sorted(row):
            yield Broken(f"tally {last.pk}", f"its sum of office {row.office_id} is not that of its lines")


def _sorted(row: TallySum) -> tuple[list[Any], list[Any]]:
    return sorted(row.figures), sorted(row.parts)
