"""Sets an obligation aside for a time, or gives more time: one person asks, another decides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.people.models import Person
from lms.requirements.models import Assignment, Extension, Waiver, WaiverRequest
from lms.requirements.projecting import project_all


class NeedsSecondPerson(ValueError):
    """Requested and approved by the same person, or by the one whom it concerns."""


class CannotAsk(ValueError):
    """The obligation has ended or is complete, or a request about it waits already."""


class CannotDecide(ValueError):
    """The request was decided before, nothing is owed any more, or its last day is missing, past, too far away, or gives no
    more time than there is."""


LONGEST = timedelta(days=366)


def ask(*, assignment: Assignment, reason: str, by: Person, ends_on: date | None = None) -> WaiverRequest:
    """Ask that it be set aside. Asking again while one's own request waits returns that one; of another's nobody is told.
    Raises CannotAsk."""
    with transaction.atomic():
        locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        waiting = locked.waiver_requests.filter(decision="", requested_by=by).first()
        if waiting is not None:
            return waiting
        if locked.ended_on is not None or not locked.standing_on(timezone.localdate()).is_open:
            raise CannotAsk
        request = WaiverRequest.objects.create(assignment=locked, reason=reason, ends_on=ends_on, requested_by=by)
        log(assignment.person, "lms.waiver.ask", user=by.user)
    return request


def decide(
    *, request: WaiverRequest, by: Person, approve: bool, ends_on: date | None = None, more_time: bool = False
) -> WaiverRequest:
    """Approve it until ``ends_on``, its last day, a year from today at most, or refuse it. ``more_time``: the obligation is
    not set aside, but due on that day.

    Raises NeedsSecondPerson for who asked and for whom it concerns; CannotDecide.
    """
    today = timezone.localdate()
    with transaction.atomic():
        request = WaiverRequest.objects.select_for_update(of=("self",)).select_related("assignment").get(pk=request.pk)
        if by.pk in (request.requested_by_id, request.assignment.person_id):
            raise NeedsSecondPerson
        if request.decision:
            raise CannotDecide
        if approve:
            owed = request.assignment
            is_open = owed.ended_on is None and owed.standing_on(today).is_open
            if not is_open or ends_on is None or not today <= ends_on <= today + LONGEST:
                raise CannotDecide
            said: dict[str, Any] = {
                "assignment": owed,
                "reason": request.reason,
                "requested_by": request.requested_by,
                "approved_by": by,
            }
            if more_time:
                request.extension = extend(**said, due_on=ends_on)
            else:
                request.waiver = waive(**said, starts_on=today, ends_on=ends_on)
            request.ends_on = ends_on
        request.decision = _decision(approve, more_time)
        request.decided_by, request.decided_at = by, timezone.now()
        request.save()
        log(request.assignment.person, "lms.waiver.decide", user=by.user, data={"decision": request.decision})
    return request


def _decision(approve: bool, more_time: bool) -> str:
    if not approve:
        return WaiverRequest.Decision.REFUSED
    return WaiverRequest.Decision.EXTENDED if more_time else WaiverRequest.Decision.APPROVED


def extend(
    *, assignment: Assignment, reason: str, requested_by: Person, approved_by: Person, due_on: date
) -> Extension:
    """More time, until ``due_on``. Raises NeedsSecondPerson; CannotDecide for a renewal, or for a day that gives none."""
    if approved_by.pk in (requested_by.pk, assignment.person_id):
        raise NeedsSecondPerson
    with transaction.atomic():
        owed = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        if owed.carried_until is not None or due_on <= owed.due_on:
            raise CannotDecide
        extension = Extension.objects.create(
            assignment=owed, reason=reason, due_on=due_on, requested_by=requested_by, approved_by=approved_by
        )
        owed.due_on = due_on
        owed.save(update_fields=["due_on"])
        log(owed, "lms.assignment.extend", data={"to": str(due_on)})
    return extension


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
        log(assignment, "lms.assignment.waive")
    return waiver
