"""Weighs what other systems say of our activities: kept in any case, believed by the activity's own rule, or doubted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aniso8601 import parse_duration
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.conf import conf
from lms.lrs import vocabulary as v
from lms.lrs.entries import Entry
from lms.lrs.keys import verb_key
from lms.lrs.models import Launch, Statement
from lms.people.models import Person
from lms.requirements.completing import activity_of, consider, person_of
from lms.requirements.models import Activity, Assignment, Claim, Completion
from lms.requirements.plausibility import (
    Doubt,
    Reported,
    Session,
    doubts_about_reference,
    doubts_about_session,
    doubts_about_time,
)
from lms.requirements.reporting import (
    given_to,
    has_failed,
    is_taken_elsewhere,
    let_count,
    person_behind,
    reference_began,
    reported_part,
)

WEIGHED = {verb_key(verb) for verb in (v.PASSED, v.COMPLETED, v.SATISFIED, v.WAIVED)}
NEVER_BELIEVED = {verb_key(verb) for verb in (v.SATISFIED, v.WAIVED)}  # cmi5 9.3.7 and 9.3.9: for the LMS to say
TERMINATED = verb_key(v.TERMINATED)


class CannotBeAccepted(ValueError):
    """The claim cannot count, counts already, or is about whoever would accept it."""


def on_arrival(entries: Sequence[Entry], **_: Any) -> list[Entry]:
    """The listener of ``statements_arrived``."""
    return [entry for entry in entries if entry.is_claim and (entry.verb in WEIGHED or entry.verb == TERMINATED)]


def on_statement(statement: Statement, **_: Any) -> None:
    """The listener of ``statement_recorded``."""
    if statement.credential_id is None:
        return
    launch = Launch.objects.filter(credential=statement.credential_id).first()
    if statement.verb == TERMINATED:
        if launch is not None:
            Launch.objects.filter(pk=launch.pk, ended_at=None).update(ended_at=statement.stored)
    elif statement.verb in WEIGHED and statement.credential is not None and statement.credential.may_claim:
        weigh(statement, launch)


def weigh(statement: Statement, launch: Launch | None) -> Claim | None:
    """Keep the claim, with its doubts; what is believed completes the activity. None where it is about none of ours."""
    data = statement.data
    activity = activity_of(data)
    part = None if launch is not None else reported_part(data, activity, statement.credential)
    activity = part or activity
    if activity is None:
        return None
    person = person_of(data["actor"])
    if person is None and part is not None:
        person = person_behind(data["actor"], statement.registration)
    doubts = _doubts(statement, data, activity, person, launch)
    claim, _ = Claim.objects.get_or_create(
        statement=statement,
        defaults={
            "activity": activity,
            "person": person,
            "doubts": [doubt.value for doubt in doubts],
            "is_believed": not doubts,
        },
    )
    _complete(claim, statement)
    return claim


def can_count(claim: Claim) -> bool:
    """Accepting it could complete something: it is about one of our people in a registration of theirs, is for the reporter
    to say, and was not taken back."""
    statement = claim.statement
    return (
        claim.person is not None
        and not claim.is_believed
        and statement.verb not in NEVER_BELIEVED
        and not {Doubt.OTHER_REGISTRATION, Doubt.OTHER_ACTIVITY} & set(claim.doubts)
        and not Statement.objects.filter(voids=statement.statement_id).exists()
    )


def accept(*, claim: Claim, by: Any) -> Completion | None:
    """Let a doubted claim count; the completion, where nothing else is missing for it. Raises CannotBeAccepted."""
    with transaction.atomic():
        claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
        concerned = claim.person
        me = getattr(by, "person", None)
        if concerned is None or not can_count(claim) or (me and me in (concerned, concerned.merged_into)):
            raise CannotBeAccepted
        claim.is_believed, claim.accepted_by, claim.accepted_at = True, by, timezone.now()
        claim.save(update_fields=["is_believed", "accepted_by", "accepted_at"])
        log(concerned, "lms.claim.accept", user=by, data={"claim": claim.pk, "doubts": claim.doubts})
        return _complete(claim, claim.statement)


def _complete(claim: Claim, statement: Statement) -> Completion | None:
    if not claim.is_believed or claim.person is None:
        return None
    if is_taken_elsewhere(claim.activity):
        person = claim.person.merged_into or claim.person
        return let_count(person=person, part=claim.activity, statement=statement)
    return consider(
        uuid=claim.person.uuid, activity=claim.activity, statement=statement, source=Completion.Source.REPORTED
    )


def _doubts(
    statement: Statement, data: dict[str, Any], activity: Activity, person: Person | None, launch: Launch | None
) -> list[Doubt]:
    said = _reported(statement, data)
    found = [] if person is not None else [Doubt.FOREIGN_ACTOR]
    if statement.verb in NEVER_BELIEVED:
        found.append(Doubt.NOT_ITS_TO_SAY)
    if said.denied:
        found.append(Doubt.CONTRADICTS_ITSELF)
    if launch is not None:
        if activity.word != Activity.Word.LAUNCHED:
            found.append(Doubt.NOT_ITS_WORD)
        return [*found, *doubts_about_session(said, _session(launch), shortest=_shortest(activity))]
    if activity.word != Activity.Word.TRUSTED or statement.credential not in list(activity.trusted.all()):
        found.append(Doubt.NOT_ITS_WORD)
    if is_taken_elsewhere(activity):
        if has_failed(statement, activity) and Doubt.CONTRADICTS_ITSELF not in found:
            found.append(Doubt.CONTRADICTS_ITSELF)
        return [*found, *_doubts_from_elsewhere(said, person, activity)]
    given = Assignment.objects.filter(person=person).values_list("registration", flat=True)
    if said.registration is None or not given.filter(registration=said.registration).exists():
        found.append(Doubt.OTHER_REGISTRATION)
    return [*found, *doubts_about_time(said, began=None)]


def _doubts_from_elsewhere(said: Reported, person: Person | None, part: Activity) -> list[Doubt]:
    assignment = given_to(person, said.registration, part)
    if assignment is None:
        return [Doubt.OTHER_REGISTRATION, *doubts_about_time(said, began=None)]
    return doubts_about_reference(said, began=reference_began(assignment), shortest=_shortest(part))


def _shortest(activity: Activity) -> timedelta:
    return timedelta(minutes=activity.minutes) * conf.IMPLAUSIBLE_PERCENT / 100


def _session(launch: Launch) -> Session:
    first = Launch.objects.filter(registration=launch.registration, activity=launch.activity).order_by("began_at")
    return Session(
        activity=launch.activity,
        registration=launch.registration,
        session=launch.session,
        began=launch.began_at,
        first_began=first.values_list("began_at", flat=True)[0],
        ended=launch.ended_at,
        mastery=launch.mastery,
    )


def _reported(statement: Statement, data: dict[str, Any]) -> Reported:
    result = data.get("result", {})
    session = data.get("context", {}).get("extensions", {}).get(v.SESSION_ID, "")
    return Reported(
        activity=data["object"].get("id", ""),
        passed=statement.verb == verb_key(v.PASSED),
        at=statement.timestamp,
        stored=statement.stored,
        registration=statement.registration,
        session=session if isinstance(session, str) else "",
        duration=_length(result["duration"]) if "duration" in result else None,
        scaled=result.get("score", {}).get("scaled"),
        denied=result.get("success") is False or result.get("completion") is False,
    )


def _length(text: str) -> timedelta:
    """What is written well but cannot be so long, or is in parts that nobody can add up, is less than nothing: a doubt."""
    try:
        found: timedelta = parse_duration(text)
    except (ValueError, OverflowError):
        return timedelta(-1)
    return found
