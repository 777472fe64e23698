"""Turns statements into completions, and completions of all parts of a course into its satisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from lms.conf import conf
from lms.hash_chain import START, link
from lms.lrs import vocabulary as v
from lms.lrs.asked import Asked, instance, names_of
from lms.lrs.entries import Entry
from lms.lrs.keys import activity_key, verb_key
from lms.lrs.models import Statement
from lms.lrs.recording import home_page, record
from lms.lrs.statements import NAMESPACE, Said
from lms.people.models import Office, Person
from lms.requirements.models import Activity, Completion
from lms.requirements.projecting import project
from lms.requirements.signals import completion_recorded

COMPLETES = {
    Activity.MoveOn.PASSED: {v.PASSED},
    Activity.MoveOn.COMPLETED: {v.COMPLETED},
    Activity.MoveOn.COMPLETED_AND_PASSED: {v.COMPLETED, v.PASSED},
    Activity.MoveOn.PARTS: {v.SATISFIED},
}


LEADING = {verb_key(verb) for verb in (v.PASSED, v.COMPLETED, v.SATISFIED, v.WAIVED)}
WAIVED = verb_key(v.WAIVED)
TRUST, PROVEN, DECLARED, REPORTED = "trust", "proven", "declared", "reported"
"""In what is said of something done elsewhere (``proving``, ``reporting``): on what it rests."""
SOURCES = {
    PROVEN: Completion.Source.PROOF,
    DECLARED: Completion.Source.DECLARED,
    REPORTED: Completion.Source.REPORTED,
}


@Asked
def find_activity(iri: str) -> Any:
    return (
        Activity.objects.filter(iri=iri).values_list(*names_of(Activity), *names_of(Activity, "part_of__")).order_by()
    )


@Asked
def lock_person(uuid: UUID) -> Any:
    """Locks the person, and nothing that others of their office need."""
    zone = Office.objects.filter(pk=OuterRef("office")).order_by().values("time_zone")
    found = Person.objects.select_for_update().filter(uuid=uuid).order_by()
    return found.values_list(*names_of(Person), Subquery(zone))


@Asked
def find_said(registration: UUID, activity: UUID, actor: UUID, first: UUID, last: UUID) -> Any:
    found = Statement.objects.filter(
        Q(credential=None) | Q(claim__is_believed=True),
        ~Exists(Statement.objects.filter(voids=OuterRef("statement_id"))),
        registration=registration,
        activity=activity,
        actor=actor,
        verb__in=(first, last),
    )
    return found.values_list("verb")


@Asked
def find_chain(person: int, activity: int, registration: UUID) -> Any:
    mine = Completion.objects.filter(person=person)
    last = mine.order_by("-sequence").values("pk")[:1]
    found = mine.filter(Q(activity=activity, registration=registration) | Q(pk=last)).order_by("sequence")
    return found.values_list(*names_of(Completion))


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
    activity = activity_of(data)
    uuid = uuid_of(data["actor"])
    if activity is not None and uuid is not None:
        told = data["context"].get("extensions", {}).get(trust(), "")
        source = SOURCES.get(told, Completion.Source.STATEMENT)
        consider(uuid=uuid, activity=activity, statement=statement, source=source)


def consider(
    *, uuid: UUID, activity: Activity, statement: Statement, source: str = Completion.Source.STATEMENT
) -> Completion | None:
    """Complete the activity for that person if with this statement all is said that completes it.

    The person's row is locked first: of two halves that come at the same moment the second sees the first.
    """
    if statement.verb not in needed_for(activity) and not _is_waived(activity, statement):
        return None
    with transaction.atomic(savepoint=False):
        person = _locked(uuid)
        if person is None or not moved_on(activity, statement):
            return None
        return complete(person=person, activity=activity, statement=statement, source=source)


def needed_for(activity: Activity) -> set[UUID]:
    """The verbs that complete it together."""
    return {verb_key(verb) for verb in COMPLETES[Activity.MoveOn(activity.move_on)]}


def moved_on(activity: Activity, statement: Statement) -> bool:
    """True when everything that completes the activity was said in this registration (cmi5 section 13.1.4): by this site,
    or by others who are believed (``claiming``); or when this site waived it (9.3.7)."""
    if _is_waived(activity, statement):
        return True
    needed = sorted(needed_for(activity))
    said = find_said(
        registration=statement.registration,
        activity=activity_key(activity.iri),
        actor=statement.actor,
        first=needed[0],
        last=needed[-1],
    )
    return set(needed) <= {verb for (verb,) in said}


def _is_waived(activity: Activity, statement: Statement) -> bool:
    is_ours = statement.credential_id is None
    return is_ours and statement.verb == WAIVED and activity.move_on != Activity.MoveOn.PARTS


def trust() -> str:
    """The extension in which it stands."""
    return f"{conf.IRI_BASE}/ext/{TRUST}"


def complete(
    *, person: Person, activity: Activity, statement: Statement, source: str = Completion.Source.STATEMENT
) -> Completion:
    """Write the ledger entry, bring the assignments up to it, and satisfy the course when this was its last part. The
    caller holds the lock on the person, whose chain it is.

    Completing the same activity again in the same registration returns the entry that is there.
    """
    assert statement.registration is not None
    with transaction.atomic(savepoint=False):
        found, last = _chain(person, activity, statement.registration)
        if found is not None:
            return found
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
        project(person=person, activity=activity.pk)
        completion_recorded.send(sender=Completion, completion=completion)
        if activity.part_of is not None:
            satisfy(person=person, course=activity.part_of, statement=statement)
    return completion


def _chain(person: Person, activity: Activity, registration: UUID) -> tuple[Completion | None, Completion | None]:
    """The entry that completes this already, and the last one of the person's chain."""
    entries = [
        instance(Completion, row)
        for row in find_chain(person=person.pk, activity=activity.pk, registration=registration)
    ]
    found = (item for item in entries if (item.activity_id, item.registration) == (activity.pk, registration))
    return next(found, None), entries[-1] if entries else None


def _locked(uuid: UUID) -> Person | None:
    for row in lock_person(uuid=uuid):
        person = instance(Person, row)
        person.office = Office.from_db(connection.alias, ["id", "time_zone"], [person.office_id, row[-1]])
        return person
    return None


def satisfy(*, person: Person, course: Activity, statement: Statement) -> None:
    """Say ``satisfied`` of the course once every part of it is complete in this registration (cmi5 section 9.3.9)."""
    assert statement.registration is not None
    done = dict(
        Completion.objects.filter(
            person=person, registration=statement.registration, activity__part_of=course
        ).values_list("activity", "source")
    )
    if set(course.parts.values_list("pk", flat=True)) - set(done):
        return
    rests_on = next((word for word in (DECLARED, PROVEN) if SOURCES[word] in done.values()), _reported(statement))
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
            extensions={trust(): rests_on} if rests_on else {},
        )
    )


def _reported(statement: Statement) -> str:
    """REPORTED where this site repeats the word of a provider (``reporting``), else nothing."""
    told = statement.data["context"].get("extensions", {}).get(trust(), "")
    return REPORTED if statement.credential_id is None and told == REPORTED else ""


def activity_of(data: dict[str, Any]) -> Activity | None:
    """Which of our activities a statement is about."""
    for row in find_activity(iri=data["object"].get("id", "")):
        activity, whole = instance(Activity, row), row[len(names_of(Activity)) :]
        activity.part_of = instance(Activity, whole) if activity.part_of_id else None
        return activity
    return None


def person_of(actor: dict[str, Any]) -> Person | None:
    """The person whom an actor of ours stands for."""
    uuid = uuid_of(actor)
    return None if uuid is None else Person.objects.filter(uuid=uuid).first()


def uuid_of(actor: dict[str, Any]) -> UUID | None:
    account = actor.get("account", {})
    if account.get("homePage") != home_page():
        return None
    try:
        return UUID(account["name"])
    except ValueError:
        return None
