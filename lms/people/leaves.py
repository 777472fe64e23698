"""Brings approved absences up to what a feed tells. One that is no longer told is withdrawn; what is over is history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from lms.people import feed
from lms.people.models import Leave

BATCH = 1000


@dataclass(frozen=True)
class LeaveChange:
    """Of one person: the leaves that are withdrawn, by primary key, and the one that is new or ends on another day."""

    person: int
    withdrawn: list[int]
    told: Leave | None


def leave_changes(rows: Mapping[int, feed.PersonRow], today: date) -> Iterator[LeaveChange]:
    """What these rows, by primary key of the person, change; nothing of those whose leave stands as they tell it."""
    rows = {pk: row for pk, row in rows.items() if "leave_from" in row.values}
    days = [row.leave_from for row in rows.values() if row.leave_from]
    known: dict[int, list[Leave]] = defaultdict(list)
    if rows:
        asked = Q(last_day__gte=today) | Q(first_day__gte=min(days, default=date.max))
        for leave in Leave.objects.filter(asked, person__in=rows):
            known[leave.person_id].append(leave)
    for pk, row in rows.items():
        withdrawn = [item.pk for item in known[pk] if item.last_day >= today and item.first_day != row.leave_from]
        stands = any((item.first_day, item.last_day) == (row.leave_from, row.leave_until) for item in known[pk])
        told = None
        if row.leave_from and row.leave_until and not stands:
            told = Leave(person_id=pk, first_day=row.leave_from, last_day=row.leave_until)
        if withdrawn or told:
            yield LeaveChange(pk, withdrawn, told)


def put_leaves(rows: Mapping[int, feed.PersonRow], *, today: date) -> None:
    changes = list(leave_changes(rows, today))
    Leave.objects.filter(pk__in=[pk for change in changes for pk in change.withdrawn]).delete()
    Leave.objects.bulk_create(
        [change.told for change in changes if change.told],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["person", "first_day"],
        update_fields=["last_day"],
    )
