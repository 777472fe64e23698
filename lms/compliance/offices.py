"""The office tree as it stood on a day, and what of it a viewer may see."""

from __future__ import annotations

from copy import copy
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from lms.people.history_models import KnownOffice
from lms.people.models import Office


def end_of(day: date) -> datetime:
    """The first moment after that day, in UTC: what was known by then was known on the day."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def is_now(day: date) -> bool:
    """The day has not ended: what stands now is what stood on it."""
    return day >= timezone.now().astimezone(UTC).date()


def offices_on(day: date) -> list[Office]:
    """Every office with the name and the place in the tree that it had at the day's end; a younger one where it stands now.

    In the order of the tree. Not to be saved. A reorganisation holds from the day it is told. Two queries.
    """
    now = list(Office.objects.all())
    if is_now(day):
        return now
    # Paths are numbered anew when an office comes between others: only those of one moment go together.
    then = {version.office_id: version for version in KnownOffice.objects.at(end_of(day))}
    by_path = {office.path: office for office in now}
    placed: dict[int, Office] = {}
    for office in now:  # parents come before their children
        placed[office.pk] = copy(office)
        if version := then.get(office.pk):
            placed[office.pk].path, placed[office.pk].depth, placed[office.pk].name = (
                version.path, version.depth, version.name,
            )  # fmt: skip
        elif then:
            parent = by_path.get(office.path[: -Office.steplen])
            _stand_below(placed[office.pk], placed[parent.pk] if parent else None)
    return sorted(placed.values(), key=lambda item: item.path)


def _stand_below(office: Office, parent: Office | None) -> None:
    """At the end of that parent's children, under a step that the tree itself does not use."""
    above = parent.path if parent else ""
    office.path, office.depth = (
        f"{above}~{Office._int2str(office.pk % 36**3).zfill(3)}",
        parent.depth + 1 if parent else 1,
    )


def visible_on(day: date, visible: list[Office]) -> list[Office]:
    """What stood, on that day, below the highest of the offices that the viewer may see today."""
    on_day = offices_on(day)
    roots = {office.pk for office in highest(visible)}
    paths = tuple(office.path for office in on_day if office.pk in roots)
    return [office for office in on_day if office.path.startswith(paths)]


def highest(offices: list[Office]) -> list[Office]:
    """Those that stand below no other of them."""
    paths = {office.path for office in offices}
    step = Office.steplen
    return [
        office
        for office in offices
        if not any(office.path[:cut] in paths for cut in range(step, len(office.path), step))
    ]
