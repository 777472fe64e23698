"""Tells people what was decided on their proof: in words, in their language, with the way back to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from courses.kinds import editions
from courses.models import ExternalPage, Proof, ProofDecision
from lms import notices
from lms.dates import day

KIND = "proof"


def tell(decision: ProofDecision) -> None:
    """In the transaction of the decision. Of two records of one person the one that is kept is told."""
    person = decision.proof.person.merged_into or decision.proof.person
    key = f"{decision.proof.key}:{decision.number}"
    notices.tell(kind=KIND, key=key, person=person, day=decision.at.astimezone(person.zone).date())


class DecisionsInWords:
    """What was decided last, as long as that is where the proof stands: not once another came, or it was taken back."""

    kind = KIND

    def words(self, asked: Sequence[notices.Asked], *, today: date) -> list[notices.Words | None]:
        """A query for the decisions and one for each language."""
        parts = [item.key.split(":") for item in asked]
        rows = ProofDecision.objects.filter(proof__key__in={key for key, _number in parts})
        told = rows.select_related("proof__activity").annotate(last=Max("proof__decisions__number"))
        found = {(str(row.proof.key), str(row.number)): row for row in told if _still_stands(row)}
        decisions = [found.get((key, number)) for key, number in parts]
        titles = {
            language: _titles(language, [row.proof for row in found.values()])
            for language in {item.person.language for item in asked}
        }
        return [
            _said(row, item.person.language, titles[item.person.language]) if row else None
            for item, row in zip(asked, decisions, strict=True)
        ]


def _still_stands(decision: ProofDecision) -> bool:
    return decision.number == decision.last and decision.proof.state == decision.outcome  # type: ignore[attr-defined]


def _titles(language: str, proofs: Sequence[Proof]) -> dict[int, str]:
    """By activity, as the course is called in that language."""
    with translation.override(language):
        pages = editions({proof.activity_id for proof in proofs}, ExternalPage)
    return {proof.activity_id: pages[proof.activity_id].title for proof in proofs if proof.activity_id in pages}


def _said(decision: ProofDecision, language: str, titles: dict[int, str]) -> notices.Words:
    proof = decision.proof
    with translation.override(language):
        text = _accepted(proof) if decision.outcome == ProofDecision.Outcome.ACCEPTED else _not_accepted(decision)
    return notices.Words(
        title=titles.get(proof.activity_id, proof.activity.name),
        text=text,
        path=reverse("courses:proof", args=[proof.key]),
    )


def _accepted(proof: Proof) -> str:
    if proof.declared_by_id is not None:
        return _(
            "The declaration that you have taken it is on record. It counts once your proof is handed in and checked."
        )
    return _("Your proof is accepted. It counts from %(day)s.") % {"day": day(proof.on)}


def _not_accepted(decision: ProofDecision) -> str:
    is_asked = decision.outcome == ProofDecision.Outcome.MORE_NEEDED
    said = _("Another is needed.") if is_asked else _("Your proof is not accepted.")
    if decision.proof.declared_by_id is not None and not is_asked:
        said = _("The declaration that you have taken it is not accepted.")  # their own, or of their focal point
    return f"{said} {decision.get_reason_display()}"
