"""Sets an obligation aside; needs two people."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from wagtail.log_actions import log

from lms.people.models import Person
from lms.requirements.models import Assignment, Waiver
from lms.requirements.projecting import project_all


class NeedsSecondPerson(ValueError):
    """Requested and approved by the same person, or by the one whom it concerns."""


def waive(
    *,
    assignment: Assignment,
    reason: str,
    requested_by: Person,
    approved_by: Person,
    starts_on: date,
    ends_on: date | None = None,
) -> Waiver:
    """Raises NeedsSecondPerson. ``ends_on`` is the last day; None for as long as the assignment runs."""
    if approved_by.pk in (requested_by.pk, assignment.person_id):
        raise NeedsSecondPerson
    with transaction.atomic():
        waiver = Waiver.objects.create(
            assignment=assignment,
            reason=reason,
            starts_on=starts_on,
            ends_on=ends_on,
            requested_by=requested_by,
            approved_by=approved_by,
        )
        project_all(Assignment.objects.filter(pk=assignment.pk))
        log(assignment, "lms.assignment.waive", data={"reason": reason})
    return waiver
