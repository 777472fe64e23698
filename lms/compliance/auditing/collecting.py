"""Gathers what the pack says: the rules of the period, who belongs to it, and everything of one person."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from lms.compliance.auditing.sections import Period, collected
from lms.compliance.offices import visible_on
from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Statement
from lms.lrs.recording import actor_of
from lms.people.history_models import Posting
from lms.people.models import Office, Person
from lms.people.querysets import PersonQuerySet
from lms.requirements.approving import terms_of
from lms.requirements.explaining import Explanation, explain
from lms.requirements.models import Assignment, Completion, Requirement, Waiver
from lms.requirements.wording import audience_in_words


def population(office: Office, period: Period) -> PersonQuerySet:
    """Everybody whose post was, on some day of the period, in the office or one that stood below it at the period's end.

    Once each: a record that was merged into another comes with that one.
    """
    within = [item.pk for item in visible_on(period.last, [office])]
    moved_in_later = Posting.objects.filter(person=OuterRef("pk"), ends_on__gt=period.last)
    was_there = Posting.objects.filter(
        person=OuterRef("pk"), office__in=within, starts_on__lte=period.last, ends_on__gt=period.first
    )
    theirs = Person.objects.filter(
        Q(office__in=within) & ~Exists(moved_in_later) | Exists(was_there), merged_into=None
    )
    found: PersonQuerySet = theirs.filter(joined_on__lte=period.last) | theirs.filter(
        merged__joined_on__lte=period.last
    )
    return found.filter(Q(left_on__isnull=True) | Q(left_on__gt=period.first)).distinct()


def rules(period: Period) -> list[dict[str, Any]]:
    """Those in force on some day of the period, each with the versions that it had then; the audience also in words.

    A rule that was made without the approval, by a program, has no versions: it stands as it is today.
    """
    found = Requirement.objects.filter(live=True, applies_from__lte=period.last)
    found = found.filter(Q(applies_until__isnull=True) | Q(applies_until__gte=period.first))
    return [
        {
            "code": rule.code,
            "whom": audience_in_words(rule.clauses),
            "versions": _versions(rule, period) or [{"number": None, "terms": terms_of(rule)}],
        }
        for rule in found.prefetch_related("accepted__activity", "versions").order_by("code")
    ]


def _versions(rule: Requirement, period: Period) -> list[dict[str, Any]]:
    """The newest first, until the one that was in force when the period began."""
    told = []
    for version in rule.versions.all():
        began = version.in_force_from.date()
        if began <= period.last:
            told.append(
                {
                    "number": version.number, "in_force_from": version.in_force_from, "drafted_by": version.drafted_by,
                    "approved_by": version.approved_by, "restores": version.restores, "terms": version.terms,
                }
            )  # fmt: skip
        if began <= period.first:
            break
    return told


def of_person(person: Person, period: Period, *, codes: list[str]) -> dict[str, Any]:
    """Everything about one person; ``codes``: the rules in force. Records that were merged into this one follow: each has a
    chain of its own."""
    told = _record(person, period)
    assignments = list(
        Assignment.objects.explicable()
        .filter(person=person, opened_on__lte=period.last)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gt=period.first))
        .select_related("completion__statement")
        .prefetch_related(
            "waivers__requested_by", "waivers__approved_by", "extensions__requested_by", "extensions__approved_by"
        )
        .order_by("requirement__code", "cycle")
    )
    asked = {item.requirement.code for item in assignments}
    return {
        **told,
        "not_assigned": [code for code in codes if code not in asked],
        "assignments": [_assignment(item, period) for item in assignments],
        "other_records": [_record(other, period) for other in person.merged.select_related("office").order_by("pk")],
    }


def _record(person: Person, period: Period) -> dict[str, Any]:
    """Who it is, and what was recorded under that number.

    Read in this order, so that what is recorded meanwhile never looks like a gap: an entry of a section rests on the
    ledger, and every ``satisfied`` was stored in one transaction with its ledger entry.
    """
    sections = collected(person, period)
    satisfied = _satisfied(person)
    ledger = list(
        Completion.objects.filter(person=person)
        .select_related("person", "activity", "statement__credential")
        .order_by("sequence")
    )
    return {
        "person": _who(person),
        "completions": [_completion(item) for item in ledger],
        "statements": _statements([*satisfied, *(item.statement for item in ledger)]),
        **sections,
    }


def _who(person: Person) -> dict[str, Any]:
    """Enough to find them in HR's files. No address, no supervisor, no leave."""
    return {
        "uuid": person.uuid,
        "number": person.number,
        "name": person.name,
        "category": person.category,
        "office": person.office.code,
        "manages_people": person.is_manager,
        "joined_on": person.joined_on,
        "left_on": person.left_on,
    }


def _assignment(assignment: Assignment, period: Period) -> dict[str, Any]:
    told = explain(assignment, today=period.last)
    completion = assignment.completion
    return {
        "rule": assignment.requirement.code,
        "cycle": assignment.cycle,
        "registration": assignment.registration,
        "opened_on": assignment.opened_on,
        "due_on": assignment.due_on,
        "counts_from": assignment.counts_from,
        "carried_until": assignment.carried_until,
        "ended_on": assignment.ended_on,
        "ended_because": assignment.ended_because,
        "completed_on": assignment.completed_on,
        "valid_until": assignment.valid_until,
        "renew_from": assignment.renew_from,
        "waived_from": assignment.waived_from,
        "waived_until": assignment.waived_until,
        "proof": completion.statement.statement_id if completion else None,
        "standing_on_last_day": assignment.standing_on(period.last).value,
        "extensions": [
            {
                "reason": item.reason,
                "due_on": item.due_on,
                "created_at": item.created_at,
                "requested_by": item.requested_by.uuid,
                "approved_by": item.approved_by.uuid,
            }
            for item in sorted(assignment.extensions.all(), key=lambda item: item.pk)
        ],
        "waivers": [_waiver(item) for item in sorted(assignment.waivers.all(), key=lambda item: item.pk)],
        **_explained(told),
    }


def _explained(told: Explanation) -> dict[str, Any]:
    received = [
        {
            "what": item.what,
            "activity": item.activity,
            "said_at": item.said_at,
            "received_at": item.received_at,
            "statement": item.statement,
            "note": item.note,
        }
        for item in sorted(told.received, key=lambda item: (item.received_at, item.statement))  # ties: in one order
    ]
    return {"why_owed": told.owed, "why_so": told.standing, "received": received}


def _waiver(waiver: Waiver) -> dict[str, Any]:
    """The coded reason; who asked and who approved are two people, and are not named."""
    return {
        "reason": waiver.reason,
        "starts_on": waiver.starts_on,
        "ends_on": waiver.ends_on,
        "created_at": waiver.created_at,
        "requested_by": waiver.requested_by.uuid,
        "approved_by": waiver.approved_by.uuid,
    }


def _completion(completion: Completion) -> dict[str, Any]:
    return {
        "record": completion.record(),
        "previous_hash": completion.previous_hash,
        "hash": completion.hash,
        "activity_name": completion.activity.name,
    }


def _satisfied(person: Person) -> list[Statement]:
    """What this site said to be satisfied and has been followed up: each must have its entry in the ledger."""
    said = Statement.objects.filter(
        actor=actor_of(person.uuid), verb=verb_key(v.SATISFIED), credential=None, effect=None
    )
    return list(said.order_by("pk"))


def _statements(resting: list[Statement]) -> list[dict[str, Any]]:
    """Those on which the ledger rests, and those that take one of them back; as stored."""
    found = {item.pk: item for item in resting}
    voiding = Statement.objects.filter(voids__in=[item.statement_id for item in resting]).select_related("credential")
    found |= {item.pk: item for item in voiding}
    return [
        {
            "id": item.statement_id,
            "stored": item.stored,
            "said_by": item.credential.name if item.credential else None,
            "raw": item.raw,
            "sha256": item.digest,
        }
        for _, item in sorted(found.items())
    ]
