"""Turns statements into completions, and completions of all parts of a course into its satisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from lms.hash_chain import START, link
from lms.lrs import vocabulary as v
from lms.lrs.entries import Entry
from lms.lrs.keys import activity_key, verb_key
from lms.lrs.models import Statement
from lms.lrs.recording import home_page, record
from lms.lrs.statements import NAMESPACE, Said
from lms.people.models import Person
from lms.requirements.models import Activity, Completion
from lms.requirements.projecting import project
from lms.requirements.signals import completion_recorded

COMPLETES = {
    Activity.MoveOn.PASSED: {v.PASSED},
    Activity.MoveOn.COMPLETED: {v.COMPLETED},
    Activity.MoveOn.COMPLETED_AND_PASSED: {v.COMPLETED, v.PASSED},
    Activity.MoveOn.PARTS: {v.SATISFIED},
}


LEADING = {verb_key(verb) for verb in (v.PASSED, v.COMPLETED, v.SATISFIED)}


def on_arrival(entries: Sequence[Entry], **_: Any) -> list[Entry]:
    """The listener of ``statements_arrived`` for what this site says itself; the word of others is for ``claiming``."""
    return [
        entry
        for entry in entries
        if entry.credential_id is None and entry.registration is not None and entry.verb in LEADING
    ]


def on_statement(statement: Statement, **_: Any) -> None:
    """The listener of ``statement_recorded``."""
    if statement.credential_id is not None or statement.registration is None:
        return
    data = statement.data
    activity = Activity.objects.select_related("part_of").filter(iri=data["object"].get("id", "")).first()
    person = person_of(data["actor"])
    if activity is not None and person is not None:
        consider(person=person, activity=activity, statement=statement)


def consider(
    *, person: Person, activity: Activity, statement: Statement, source: str = Completion.Source.STATEMENT
) -> Completion | None:
    """Complete the activity if with this statement all is said that completes it.

    The person's row is locked first: of two halves that come at the same moment the second sees the first.
    """
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if not moved_on(activity, statement):
            return None
        return complete(person=person, activity=activity, statement=statement, source=source)


def moved_on(activity: Activity, statement: Statement) -> bool:
    """True when everything that completes the activity was said in this registration (cmi5 section 13.1.4): by this site,
    or by others who are believed (``claiming``)."""
    needed = {verb_key(verb) for verb in COMPLETES[Activity.MoveOn(activity.move_on)]}
    if statement.verb not in needed:
        return False
    said = Statement.objects.filter(
        Q(credential=None) | Q(claim__is_believed=True),
        ~Exists(Statement.objects.filter(voids=OuterRef("statement_id"))),
        registration=statement.registration,
        activity=activity_key(activity.iri),
        actor=statement.actor,
        verb__in=needed,
    )
    return needed <= set(said.values_list("verb", flat=True))


def complete(
    *, person: Person, activity: Activity, statement: Statement, source: str = Completion.Source.STATEMENT
) -> Completion:
    """Write the ledger entry, bring the assignments up to it, and satisfy the course when this was its last part.

    Completing the same activity again in the same registration returns the entry that is there.
    """
    assert statement.registration is not None
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        mine = Completion.objects.filter(person=person)
        found = mine.filter(activity=activity, registration=statement.registration).first()
        if found is not None:
            return found
        last = mine.order_by("-sequence").first()
        completion = Completion(
            person=person,
            activity=activity,
            registration=statement.registration,
            completed_at=statement.timestamp,
            completed_on=statement.timestamp.astimezone(person.zone).date(),
            statement=statement,
            source=source,
            sequence=last.sequence + 1 if last else 1,
            previous_hash=last.hash if last else START,
        )
        completion.hash = link(completion.previous_hash, completion.record())
        completion.save(force_insert=True)
        project(person=person, activities=[activity.pk])
        completion_recorded.send(sender=Completion, completion=completion)
        if activity.part_of is not None:
            satisfy(person=person, course=activity.part_of, statement=statement)
    return completion


def satisfy(*, person: Person, course: Activity, statement: Statement) -> None:
    """Say ``satisfied`` of the course once every part of it is complete in this registration (cmi5 section 9.3.9)."""
    assert statement.registration is not None
    done = Completion.objects.filter(
        person=person, registration=statement.registration, activity__part_of=course
    ).values_list("activity", flat=True)
    if set(course.parts.values_list("pk", flat=True)) - set(done):
        return
    record(
        Said(
            actor=person.uuid,
            verb=v.SATISFIED,
            activity=course.iri,
            activity_type=v.COURSE_TYPE,
            activity_name=course.name,
            registration=statement.registration,
            session=uuid5(NAMESPACE, f"satisfied {statement.registration}"),
            at=statement.timestamp,
            grouping=course.iri,
        )
    )


def person_of(actor: dict[str, Any]) -> Person | None:
    """The person whom an actor of ours stands for."""
    account = actor.get("account", {})
    if account.get("homePage") != home_page():
        return None
    try:
        uuid = UUID(account["name"])
    except ValueError:
        return None
    return Person.objects.select_related("office").filter(uuid=uuid).first()
