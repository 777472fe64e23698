"""Takes a score: said as a statement in the record store, with the tool's own credential, and weighed there like any other.

The tool's clock says when. What it said is stored first, whatever it is; only a final score that reaches the page's mark is
``passed``, and that is a claim until ``lms.requirements.claiming`` believes it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from courses.models import Tool
from courses.players.external.kinds import owed_registration, rule_of
from courses.players.external.lti.launching import launched
from courses.players.external.lti.scores import Score
from lms.conf import conf
from lms.lrs import vocabulary as v
from lms.lrs.models import Statement
from lms.lrs.receiving import read
from lms.lrs.recording import StatementConflict, actor_of, entries_of, home_page, store
from lms.lrs.statements import NAMESPACE
from lms.people.models import Person
from lms.requirements.models import Activity
from lms.requirements.plausibility import CLOCKS_DIFFER

EXTENSION = "lti-score"


def take(*, tool: Tool, score: Score, now: datetime) -> None:
    """The same score again is the one that is there. Who does not exist, or was never sent there, makes no difference to
    what is answered: it is stored, and doubted."""
    identity = _identity(tool, score)
    with transaction.atomic():
        person = _locked(score.user)
        if Statement.objects.filter(statement_id=identity).exists():
            return
        registration, began = _place(tool, person, score.at)
        data = _said(tool, score, identity, registration, began, is_outdated=_is_outdated(tool, score, now))
        (received,) = read(json.dumps(data).encode())
        try:
            store(entries_of([received], credential=tool.credential, version="1.0.3", now=now))
        except StatementConflict:  # the same at the same moment, of nobody whose row could be locked
            return


def _identity(tool: Tool, score: Score) -> UUID:
    told = (score.user, score.at.isoformat(), score.activity, score.grading, score.given, score.most)
    return uuid5(NAMESPACE, "\n".join(["lti score", str(tool.line_item), *map(str, told)]))


def _locked(user: UUID) -> Person | None:
    """Scores of one person one after the other, as their completions are."""
    person = Person.objects.select_related("merged_into").filter(uuid=user).first()
    if person is None:
        return None
    kept = person.merged_into or person
    return Person.objects.select_for_update().get(pk=kept.pk)


def _place(tool: Tool, person: Person | None, at: datetime) -> tuple[UUID | None, datetime | None]:
    """For which obligation: the one for which they were sent there last, since a tool may repeat old scores with a new
    time; if they never were, the one that is open. Neither: for none, and it cannot count."""
    if person is None:
        return None, None
    found = launched(tool=tool, person=person, before=at + CLOCKS_DIFFER)
    if found is not None:
        return found
    return owed_registration(person=person, activity=tool.activity), None


def _is_outdated(tool: Tool, score: Score, now: datetime) -> bool:
    """A later one of this person came before it (AGS 2.0, on the timestamp of a score): then it says how things stood, not
    how they stand. What claims to be of the future does not shut out what follows."""
    later = Statement.objects.filter(
        credential=tool.credential_id, actor=actor_of(score.user), timestamp__gt=score.at,
        timestamp__lte=now + CLOCKS_DIFFER,
    )  # fmt: skip
    return later.exists()


def _said(
    tool: Tool, score: Score, identity: UUID, registration: UUID | None, began: datetime | None, *, is_outdated: bool
) -> dict[str, Any]:
    rule = rule_of(tool.activity)
    mastery = rule.mastery if rule else 100
    part = Activity.objects.get(part_of=tool.activity, kind="proof")
    verb = _verb(score, mastery, is_outdated=is_outdated)
    result: dict[str, Any] = {"extensions": {f"{conf.IRI_BASE}/ext/{EXTENSION}": _as_told(score)}}
    if verb != v.PROGRESSED:
        result |= {"success": verb == v.PASSED, "completion": True}
    if score.scaled is not None:
        result["score"] = {"scaled": round(score.scaled, 6)}
    if began is not None:
        result["duration"] = _duration(max(score.at - began, timedelta(0)))
    context: dict[str, Any] = {"extensions": {v.MASTERY_SCORE: mastery / 100}}
    if registration is not None:
        context["registration"] = str(registration)
    return {
        "id": str(identity),
        "actor": {"objectType": "Agent", "account": {"homePage": home_page(), "name": str(score.user)}},
        "verb": {"id": verb, "display": {"en": v.DISPLAY[verb]}},
        "object": {"objectType": "Activity", "id": part.iri},
        "result": result,
        "context": context,
        "timestamp": score.at.isoformat(),
    }


def _verb(score: Score, mastery: int, *, is_outdated: bool) -> str:
    if not score.is_final:
        return v.PROGRESSED
    if not score.reaches(mastery):
        return v.FAILED
    return v.PROGRESSED if is_outdated else v.PASSED


def _as_told(score: Score) -> dict[str, Any]:
    told = {
        "activityProgress": score.activity, "gradingProgress": score.grading, "scoreGiven": score.given,
        "scoreMaximum": score.most,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _duration(length: timedelta) -> str:
    """Since the first launch: nobody can have taken longer, and who was much quicker is doubted."""
    return f"PT{int(length.total_seconds())}S"
