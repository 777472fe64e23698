"""Requirements that cover everybody, each with a course that lasts a year."""

from __future__ import annotations

from datetime import date, timedelta

from lms.conf import conf
from lms.requirements.approving import record
from lms.requirements.models import AcceptedActivity, Activity, Requirement, RuleToApply

MONTHS, WINDOW_DAYS = 12, 60


def lay_down(number: int, *, since: date, first: int = 1) -> list[Requirement]:
    """Numbered from ``first``; number 1 is asked for by the gate of onboarding."""
    found = []
    for place in range(first, first + number):
        activity = Activity.objects.create(
            iri=f"{conf.IRI_BASE}/course/generated-{place}", kind="course", name=f"Course {place}",
            move_on=Activity.MoveOn.PARTS,
        )  # fmt: skip
        requirement = Requirement.objects.create(
            code=f"generated-{place}", title=f"Course {place}", why="To measure with.",
            due_from=Requirement.DueFrom.ISSUANCE, due_days=30 * min(place, 12), renewal_window_days=WINDOW_DAYS,
            applies_from=since - timedelta(days=1), gate="onboarding" if place == 1 else "",
        )  # fmt: skip
        AcceptedActivity.objects.create(requirement=requirement, activity=activity, valid_months=MONTHS)
        record(requirement=requirement)
        found.append(requirement)
    RuleToApply.objects.all().delete()  # there is nothing yet to apply them to
    return found
