"""Lays the standard ladder, for a site that starts without one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lms.requirements.models import Requirement
from reminders.models import Ladder, LadderRung

NAME = "Standard ladder"
AUDIENCE = LadderRung.Audience
PERSON, SUPERVISOR, HEAD, HR = AUDIENCE.PERSON, AUDIENCE.SUPERVISOR, AUDIENCE.HEAD, AUDIENCE.HR
DUE, OPENING = LadderRung.CountedFrom.DUE, LadderRung.CountedFrom.OPENING
RUNGS = (
    (OPENING, 0, PERSON),
    *((DUE, days, PERSON) for days in (-30, -14, -7, -1, 1, 7, 14, 30)),
    (DUE, 7, SUPERVISOR),
    (DUE, 14, HEAD),
    (DUE, 30, HR),
)


def lay_standard_ladder(*, requirements: Iterable[Requirement], starts_on: date) -> Ladder:
    """The ladder with that name, made if it is missing; one that is there belongs to its editors."""
    ladder = Ladder.objects.filter(name=NAME).first()
    if ladder is not None:
        return ladder
    ladder = Ladder(name=NAME, starts_on=starts_on)
    ladder.requirements = list(requirements)
    ladder.rungs = [
        LadderRung(counted_from=counted_from, days=days, audience=audience, ladder=ladder)
        for counted_from, days, audience in RUNGS
    ]
    ladder.save()
    return ladder
