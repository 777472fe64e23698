"""The office tree as it stood on a day, and what of it a viewer may see."""

from __future__ import annotations

from copy import copy
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from lms.people.history_models import KnownOffice
from lms.people.models import Office


def end_of(day: date) -> datetime:
    """The first moment after that day, in UTC: what was known by then was known on the day."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def offices_on(day: date) -> list[Office]:
    """Every office with the name and the place in the tree that it had at the day's end; a younger one with its first.

    In the order of the tree. Not to be saved. A reorganisation holds from the day it is told.
    """
    if day >= timezone.now().astimezone(UTC).date():
        return list(Office.objects.all())
    moment, found = end_of(day), dict[int, KnownOffice]()
    for version in KnownOffice.objects.order_by(F("known_from").desc()):
        if version.office_id not in found or found[version.office_id].known_from > moment:
            found[version.office_id] = version
    return sorted((_as(office, found.get(office.pk)) for office in Office.objects.all()), key=lambda item: item.path)


def _as(office: Office, version: KnownOffice | None) -> Office:
    office = copy(office)
    if version is not None:
        office.path, office.depth, office.name = version.path, version.depth, version.name
    return office


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
