"""Decides on proofs: accepts, refuses, asks for another. Nobody on what is about them, or was handed in by them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from courses.models import Proof, ProofDecision, Refusal
from courses.players.external.handing_in import IN_A_FILE
from courses.players.external.kinds import rule_of
from courses.players.external.storing_files import may_open
from courses.players.external.telling import tell
from courses.players.external.ways import WAYS
from lms.hash_chain import START, link
from lms.people.models import Office, Person
from lms.requirements.models import Completion
from lms.requirements.proving import CannotProve, prove

DECIDE, CHECK = "lms_courses.decide_proof", "lms_courses.check_proof"
DECLARATION = gettext_noop(
    "I compared this certificate with the course requirement and recorded my decision; I have no personal interest in it."
)


class CannotDecide(Exception):
    """``reason``: own, not_yours, unticked, decided (it does not wait), changed (since it was looked at), not_scanned,
    no_file, code (no reason that there is), cannot_count (the ledger refuses it)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def accept(*, proof: Proof, by: Person, ticked: bool, seen: str, now: datetime | None = None) -> Completion:
    """It counts, from the day on it; a declaration is on record as one, and completes nothing.

    ``seen``: the evidence of what was looked at. Raises CannotDecide.
    """
    with transaction.atomic():
        found, decision = _decide(proof, by, ProofDecision.Outcome.ACCEPTED, "", ticked, seen, now)
        try:
            return prove(
                person=found.person.merged_into or found.person,
                activity=found.activity,
                on=found.on,
                key=found.key,
                evidence=decision.evidence,
                declared=WAYS[found.way].is_declared,
            )
        except CannotProve as problem:
            raise CannotDecide("cannot_count") from problem


def reject(
    *, proof: Proof, by: Person, reason: str, ticked: bool, seen: str, now: datetime | None = None
) -> ProofDecision:
    """It does not count, for a coded reason that the person reads. Raises CannotDecide."""
    with transaction.atomic():
        return _decide(proof, by, ProofDecision.Outcome.REJECTED, reason, ticked, seen, now)[1]


def ask_for_another(
    *, proof: Proof, by: Person, reason: str, ticked: bool, seen: str, now: datetime | None = None
) -> ProofDecision:
    """The person is asked for another file, code or date. Raises CannotDecide."""
    with transaction.atomic():
        return _decide(proof, by, ProofDecision.Outcome.MORE_NEEDED, reason, ticked, seen, now)[1]


def may_decide(user: Any, proof: Proof) -> bool:
    """Holds the permission for all courses, or for those that name one of their groups; and may see the person's office."""
    person = proof.person.merged_into or proof.person
    rule = rule_of(proof.activity)
    group = rule.reviewers_id if rule else None
    in_group = group and user.has_perm(CHECK) and user.groups.filter(pk=group).exists()
    return bool(
        user.is_active
        and (user.has_perm(DECIDE) or in_group)
        and Office.objects.visible_to(user).filter(pk=person.office_id).exists()
    )


def is_interested(proof: Proof, by: Person) -> bool:
    """It is about them, or they handed it in or declared it; of people, not of records."""
    own = by.merged_into_id or by.pk
    people = (proof.person, proof.handed_in_by, proof.declared_by)
    return any(person is not None and own in (person.pk, person.merged_into_id) for person in people)


def _decide(
    proof: Proof, by: Person, outcome: str, reason: str, ticked: bool, seen: str, now: datetime | None
) -> tuple[Proof, ProofDecision]:
    now = now or timezone.now()
    # The person first, as whoever hands in does, so that the two wait for each other and not for ever.
    Person.objects.select_for_update(of=("self",)).get(pk=proof.person_id)
    Proof.objects.select_for_update(of=("self",)).get(pk=proof.pk)
    related = ("person__merged_into", "person__office", "activity", "handed_in_by", "declared_by")
    found: Proof = Proof.objects.select_related(*related).get(pk=proof.pk)
    _guard(found, by, outcome, reason, ticked, seen)
    last = found.decisions.order_by("-number").first()
    decision = ProofDecision(
        proof=found,
        number=last.number + 1 if last else 1,
        outcome=outcome,
        reason=reason,
        by=by,
        printed_name=by.name,
        at=now,
        declaration=_(DECLARATION),
        language=get_language() or "en",
        evidence=found.evidence(),
        checks=[[item.name, item.outcome, item.said, item.detail] for item in found.checks.all()],
        previous_hash=last.hash if last else START,
    )
    decision.hash = link(decision.previous_hash, decision.record())
    decision.save(force_insert=True)
    found.state = Proof.State(outcome)
    found.save(update_fields=["state"])
    log(found.person, f"lms.proof.{outcome}", user=by.user, data={"proof": str(found.key)})
    tell(decision)
    return found, decision


def _guard(proof: Proof, by: Person, outcome: str, reason: str, ticked: bool, seen: str) -> None:
    if is_interested(proof, by):
        raise CannotDecide("own")
    if by.user is None or not may_decide(by.user, proof):
        raise CannotDecide("not_yours")
    if proof.state != Proof.State.WAITING:
        raise CannotDecide("decided")
    if proof.evidence() != seen:
        raise CannotDecide("changed")
    if not ticked:
        raise CannotDecide("unticked")
    if outcome == ProofDecision.Outcome.ACCEPTED:
        _guard_acceptable(proof)
    elif reason not in Refusal.values:
        raise CannotDecide("code")


def _guard_acceptable(proof: Proof) -> None:
    """Nobody accepts a file that nobody can have opened."""
    files = list(proof.files.all())
    if proof.way not in IN_A_FILE:
        return
    if not files or not files[-1].stored_as:
        raise CannotDecide("no_file")
    if not may_open(files[-1]):
        raise CannotDecide("not_scanned")
