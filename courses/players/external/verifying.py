"""Checks of the decisions on proofs, and of what rests on them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from courses.models import ImportedProof, Proof, ProofDecision
from lms.conf import conf
from lms.log.facts import log_facts
from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Statement
from lms.requirements.proving import registration_of
from lms.verification import Broken, chains, ledger_check


def decision_record(decision: ProofDecision) -> dict[str, Any]:
    """What the log commits to: its hash covers what was judged, by whom and why."""
    return {"proof": str(decision.proof.key), "number": decision.number, "hash": decision.hash}


def imported_record(proof: ImportedProof) -> dict[str, Any]:
    """What was imported, when, and by whom."""
    return {**proof.record(), "by": proof.imported_by_id, "at": proof.imported_at.isoformat()}


log_facts("imported proof", model=ImportedProof, record=imported_record, related=("person", "activity"))
log_facts("decision on a proof", model=ProofDecision, record=decision_record, related=("proof",))


@ledger_check("decisions on proofs")
def decisions() -> Iterator[Broken]:
    """Each proof's chain is whole, and what was decided last is about the proof as it stands, and its state."""
    rows = ProofDecision.objects.select_related(
        "proof__person", "proof__activity", "proof__declared_by", "by"
    ).prefetch_related("proof__files")
    in_order = rows.order_by("proof_id", "number").iterator(chunk_size=500)
    for told, broken in chains(in_order, of="proof_id", name="decision on a proof"):
        yield from broken
        last, proof = told[-1], told[-1].proof
        is_final = proof.state in (Proof.State.ACCEPTED, Proof.State.REJECTED)
        if is_final and (last.outcome != proof.state or last.evidence != proof.evidence()):
            yield Broken(f"proof {proof.pk}", "it is no longer what was decided on")
        if last.by_id in (proof.person_id, proof.declared_by_id, proof.handed_in_by_id):
            yield Broken(f"decision on a proof {last.pk}", "the person decided on their own proof")


@ledger_check("accepted proofs")
def accepted() -> Iterator[Broken]:
    """Each accepted proof has a decision that says so."""
    rows = Proof.objects.filter(state=Proof.State.ACCEPTED).exclude(decisions__outcome=Proof.State.ACCEPTED)
    for row in rows.order_by("pk").iterator(2000):
        yield Broken(f"proof {row.pk}", "nobody accepted it")


@ledger_check("imported proofs")
def imported() -> Iterator[Broken]:
    """Each is what its statement was made of."""
    rows = ImportedProof.objects.select_related("person", "activity").order_by("pk").iterator(chunk_size=500)
    while some := list(islice(rows, 500)):
        said = Statement.objects.filter(
            registration__in=[registration_of(row.key, row.person) for row in some], verb=verb_key(v.WAIVED)
        )
        evidence = {
            item.registration: item.data["context"]["extensions"].get(f"{conf.IRI_BASE}/ext/evidence-hash")
            for item in said
        }
        for row in some:
            if evidence.get(registration_of(row.key, row.person)) != row.digest():
                yield Broken(f"imported proof {row.pk}", "no statement says what it says")
