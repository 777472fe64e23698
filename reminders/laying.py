"""Lays the standard ladders, for a site that starts without any."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lms.requirements.models import Requirement
from reminders.models import Ladder, LadderRung

NAME = "Standard ladder"
AUDIENCE = LadderRung.Audience
PERSON, SUPERVISOR, HEAD, HR = AUDIENCE.PERSON, AUDIENCE.SUPERVISOR, AUDIENCE.HEAD, AUDIENCE.HR
FOCAL_POINT, SIGNATORY = AUDIENCE.FOCAL_POINT, AUDIENCE.SIGNATORY
DUE, OPENING = LadderRung.CountedFrom.DUE, LadderRung.CountedFrom.OPENING
RUNGS = (
    (OPENING, 0, PERSON),
    *((DUE, days, PERSON) for days in (-30, -14, -7, -1, 1, 7, 14, 30)),
    (DUE, 7, SUPERVISOR),
    (DUE, 14, HEAD),
    (DUE, 30, HR),
)

RENEWALS = {
    Ladder.About.UNDERTAKING: (
        "Undertakings of partners",
        (
            *((days, SIGNATORY) for days in (-60, -30, -7, 1, 14)),
            *((days, FOCAL_POINT) for days in (-30, -7, 1, 14)),
            (30, HR),
        ),
    ),
    Ladder.About.ASSESSMENT: (
        "Assessments of partners",
        (*((days, FOCAL_POINT) for days in (-60, -30, -7, 1, 14)), (30, HR)),
    ),
}


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


def lay_renewal_ladders(*, starts_on: date) -> None:
    """The ladders about partners, those that are missing by their names; one that is there belongs to its editors."""
    for about, (name, rungs) in RENEWALS.items():
        if Ladder.objects.filter(name=name).exists():
            continue
        ladder = Ladder(name=name, about=about, starts_on=starts_on)
        ladder.rungs = [LadderRung(days=days, audience=audience, ladder=ladder) for days, audience in rungs]
        ladder.save()
