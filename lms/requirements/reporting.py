"""Takes the word of the system at which a course is taken: it knows nobody of ours, only the reference in the link.

The reference is the registration of the learner's assignment. What is believed is said once more in our own name, of the
person whose registration it is: the provider's statement stays as it came, about whomever it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef
from django.utils import timezone

from lms.conf import conf
from lms.lrs import vocabulary as v
from lms.lrs.keys import activity_key, verb_key
from lms.lrs.models import Credential, Statement
from lms.lrs.recording import home_page, record
from lms.lrs.statements import NAMESPACE, Said
from lms.people.models import Person
from lms.requirements.completing import REPORTED, trust
from lms.requirements.kinds import TakenElsewhere, kind
from lms.requirements.models import Activity, Assignment, Completion


def reported_part(data: dict[str, Any], activity: Activity | None, credential: Credential | None) -> Activity | None:
    """The part that the statement is about, where it is taken elsewhere and that system's word completes it.

    ``activity``: ours of that name, if there is one. The part, or the whole that it is a part of; else it is the
    provider's own name for it.
    """
    if activity is None:
        candidates: Iterable[Activity] = Activity.objects.exclude(known_as="").filter(
            known_as=data["object"].get("id", "")
        )
    else:
        candidates = [activity, *activity.parts.all()] if activity.move_on == Activity.MoveOn.PARTS else [activity]
    for part in candidates:
        if is_taken_elsewhere(part) and part.word == Activity.Word.TRUSTED and credential is not None:
            return part if part.trusted.filter(pk=credential.pk).exists() else None
    return None


def is_taken_elsewhere(activity: Activity) -> bool:
    return isinstance(kind(activity.kind), TakenElsewhere)


def person_behind(actor: dict[str, Any], registration: UUID | None) -> Person | None:
    """Whose reference it is. Nobody where the actor is a group, is written as one of ours and is none, or has the address
    of another of ours."""
    is_ours = actor.get("account", {}).get("homePage") == home_page()
    if registration is None or is_ours or actor.get("objectType", "Agent") != "Agent":
        return None
    assignment = Assignment.objects.filter(registration=registration).select_related("person__merged_into").first()
    person = assignment and (assignment.person.merged_into or assignment.person)
    return None if person is None or _is_of_another(str(actor.get("mbox", "")), person) else person


def _is_of_another(mbox: str, person: Person) -> bool:
    known = Person.objects.with_address(mbox.removeprefix("mailto:"))
    found = {merged or pk for pk, merged in known.values_list("pk", "merged_into")}
    return bool(found) and person.pk not in found


def given_to(person: Person | None, registration: UUID | None, part: Activity) -> Assignment | None:
    """The person's assignment of that registration, if it can be met by this course."""
    if person is None or registration is None:
        return None
    kept = person.merged_into_id or person.pk
    found = Assignment.objects.filter(registration=registration, requirement__accepted__activity=part.part_of_id)
    assignment = found.select_related("person__office").first()
    if assignment is None or kept not in (assignment.person_id, assignment.person.merged_into_id):
        return None
    return assignment


def has_failed(statement: Statement, part: Activity) -> bool:
    """The same system says in the same registration that the course was failed, and not that it was passed since then: who
    went through a course to its end and failed its test has ``completed`` it as well."""
    if statement.verb == verb_key(v.PASSED):
        return False
    names = (part.iri, part.part_of.iri if part.part_of else "", part.known_as)
    said = Statement.objects.filter(
        ~Exists(Statement.objects.filter(voids=OuterRef("statement_id"))),
        registration=statement.registration,
        credential=statement.credential_id,
        activity__in=[activity_key(name) for name in names if name],
    )
    failed = said.filter(verb=verb_key(v.FAILED)).order_by("timestamp").last()
    return failed is not None and not said.filter(verb=verb_key(v.PASSED), timestamp__gte=failed.timestamp).exists()


def reference_began(assignment: Assignment) -> datetime:
    """Nobody can have known it before that day."""
    return datetime.combine(assignment.opened_on, time(), assignment.person.zone)


def let_count(*, person: Person, part: Activity, statement: Statement) -> Completion | None:
    """Complete the part in that registration, unless the report was taken back. A second one in it changes nothing."""
    assert part.part_of is not None
    assert statement.registration is not None
    if Statement.objects.filter(voids=statement.statement_id).exists():
        return None
    record(
        Said(
            actor=person.uuid,
            verb=v.COMPLETED,
            activity=part.iri,
            activity_name=part.name,
            registration=statement.registration,
            session=uuid5(NAMESPACE, f"reported {statement.registration}"),
            at=min(statement.timestamp, timezone.now()),
            grouping=part.part_of.iri,
            cmi5_defined=False,
            completion=True,
            extensions={
                trust(): REPORTED,
                f"{conf.IRI_BASE}/ext/reported-by": str(statement.statement_id),
                f"{conf.IRI_BASE}/ext/evidence-hash": statement.digest,
            },
        )
    )
    return Completion.objects.filter(person=person, activity=part, registration=statement.registration).first()
