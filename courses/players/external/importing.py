"""Imports a list of who completed a course elsewhere. Every line is answered for; each counts whole, or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from courses.models import ImportedProof
from courses.players.external.deciding import DECIDE
from courses.players.external.feed import Row, read
from courses.players.external.finding_people import People
from courses.players.external.kinds import rule_of
from courses.players.external.rules import entries, version_is_accepted
from lms.lrs.statements import NAMESPACE
from lms.people.models import Person, person_of
from lms.requirements.models import Activity, Completion
from lms.requirements.proving import CannotProve, prove

ACCEPTED, KNOWN, REFUSED, LEFT = "accepted", "known", "refused", "left"


class CannotImport(Exception):
    """``reason``: not_yours (without the permission), part (the course cannot be proven)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Outcome:
    """What became of one line: accepted, known (it counts already), refused for a ``reason``, or left for the next time."""

    line: int
    whom: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class Imported:
    outcomes: list[Outcome]

    @property
    def numbers(self) -> Counter[str]:
        return Counter(item.state for item in self.outcomes)

    @property
    def refused(self) -> list[Outcome]:
        return [item for item in self.outcomes if item.state == REFUSED]


def import_proofs(
    *,
    activity: Activity,
    data: bytes,
    by: Any = None,
    dry_run: bool = False,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Imported:
    """``by``: the user, of whose offices people are found, and never themselves; None on the command line.

    ``may_go_on`` is asked before each line; those that are left come with the same file the next time. Raises NotAList and
    CannotImport.
    """
    if by is not None and not by.has_perm(DECIDE):
        raise CannotImport("not_yours")
    if activity.kind != "external" or activity.parts.count() != 1:
        raise CannotImport("part")
    rows = read(data)
    line = _Line(activity, rows, by, hashlib.sha256(data).hexdigest(), dry_run)
    outcomes, going_on = [], True
    for row in rows:
        going_on = going_on and may_go_on()
        state, _, reason = (line.take(row) if going_on else LEFT).partition(" ")
        outcomes.append(Outcome(row.line, row.whom, state, reason))
    return Imported(outcomes)


def key_of(activity: Activity, person: Person, row: Row) -> UUID:
    return uuid5(NAMESPACE, f"imported {activity.iri} {person.uuid} {row.completed_on.isoformat()}")


class _Line:
    """Takes one line after the other; what all of them need is read once."""

    def __init__(self, activity: Activity, rows: list[Row], by: Any, list_sha256: str, dry_run: bool) -> None:
        self.activity, self.by, self.list_sha256, self.dry_run = activity, by, list_sha256, dry_run
        self.now: datetime = timezone.now()
        self.people = People(rows, by, activity)
        rule = rule_of(activity)
        self.versions = entries(rule.accepted_versions) if rule else []
        me = person_of(by) if by is not None else None
        self.me = (me.merged_into_id or me.pk) if me is not None else None
        self.known = _known(activity, self.people.found())

    def take(self, row: Row) -> str:
        """A state, with its reason where it is refused."""
        person = None if row.problem else self.people.of(row)
        problem = row.problem or ("not_found" if person is None else self._problem(person, row))
        if problem or person is None:
            return f"{REFUSED} {problem}"
        if (person.pk, row.completed_on) in self.known:
            return KNOWN
        if not self.dry_run:
            try:
                state = self._proven(person, row)
            except CannotProve as cannot:
                return f"{REFUSED} {cannot.reason}"
        else:
            state = ACCEPTED
        self.known.add((person.pk, row.completed_on))
        return state

    def _problem(self, person: Person, row: Row) -> str:
        if person.pk == self.me:
            return "own"
        if row.completed_on > self.now.astimezone(person.zone).date():
            return "future"
        accepted = version_is_accepted(row.course_version, self.versions)
        return "" if accepted else "no_version" if accepted is None else "other_version"

    def _proven(self, person: Person, row: Row) -> str:
        with transaction.atomic():
            Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
            key = key_of(self.activity, person, row)
            if ImportedProof.objects.filter(key=key).exists():  # by the same list, sent twice at once
                return KNOWN
            kept = ImportedProof.objects.create(
                key=key,
                person=person,
                activity=self.activity,
                completed_on=row.completed_on,
                course_version=row.course_version,
                evidence=row.evidence,
                list_sha256=self.list_sha256,
                line=row.line,
                imported_by=self.by,
                imported_at=self.now,
            )
            prove(person=person, activity=self.activity, on=row.completed_on, key=key, evidence=kept.digest())
            log(person, "lms.proof.import", user=self.by, data={"proof": str(key), "course": self.activity.iri})
        return ACCEPTED


def _known(activity: Activity, people: Iterable[Person]) -> set[tuple[int, Any]]:
    """Whose completion of which day counts already, however it came."""
    kept = {person.pk: person.pk for person in people}
    kept |= dict(Person.objects.filter(merged_into__in=list(kept)).values_list("pk", "merged_into"))
    done = Completion.objects.filter(activity=activity, person__in=list(kept)).exclude(
        source=Completion.Source.DECLARED
    )
    return {(kept[person], day) for person, day in done.values_list("person", "completed_on")}
