"""Lets a proof of something taken elsewhere count: ``waived`` is said of the part, and ``satisfied`` follows of the whole.

Only the desk calls this, where a second person has accepted it (``courses.players.external.deciding``).
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from lms.conf import conf
from lms.lrs import vocabulary as v
from lms.lrs.recording import record
from lms.lrs.statements import NAMESPACE, Said
from lms.people.models import Person
from lms.requirements.completing import DECLARED, PROVEN, TRUST
from lms.requirements.models import Activity, Completion

NOON = time(12)
"""The proof tells a day. Noon where the person works is on that day, and no later than it there."""


class CannotProve(ValueError):
    """``reason``: future (the day is still to come), part (the activity has not exactly one part), waiting (what follows
    from the proof failed; it is tried again by itself)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def registration_of(key: UUID, person: Person) -> UUID:
    """Of the completion that a proof gives rise to."""
    return uuid5(NAMESPACE, f"proof {key} {person.uuid}")


def prove(
    *, person: Person, activity: Activity, on: date, key: UUID, evidence: str, declared: bool = False
) -> Completion:
    """Complete the activity as of ``on``, the day that stands on the proof. Raises CannotProve.

    ``key`` names the proof: the same one again returns the completion that is there. Its registration is its own: whether
    it serves a cycle that is open is judged by its day, as of any earlier proof. ``evidence``: SHA-256 of what was looked
    at. ``declared``: no proof was seen; it rests on the person's own word, is on record as such, and completes no
    obligation. The statement is cmi5's ``waived``, for something that was done elsewhere (cmi5 9.3.7, 9.5.5.2).
    """
    if on > timezone.localdate(timezone=person.zone):
        raise CannotProve("future")
    parts = list(activity.parts.all()[:2])
    if len(parts) != 1:
        raise CannotProve("part")
    registration = registration_of(key, person)
    part = parts[0]
    with transaction.atomic():
        record(
            Said(
                actor=person.uuid,
                verb=v.WAIVED,
                activity=part.iri,
                activity_name=part.name,
                registration=registration,
                session=uuid5(NAMESPACE, f"waived {registration}"),
                at=min(datetime.combine(on, NOON, person.zone), timezone.now()),
                grouping=activity.iri,
                success=True,
                completion=True,
                reason=v.EQUIVALENT_OUTSIDE,
                extensions={
                    f"{conf.IRI_BASE}/ext/{TRUST}": DECLARED if declared else PROVEN,
                    f"{conf.IRI_BASE}/ext/evidence-hash": evidence,
                },
            )
        )
        found = Completion.objects.filter(person=person, activity=activity, registration=registration).first()
    if found is None:
        raise CannotProve("waiting")
    return found
