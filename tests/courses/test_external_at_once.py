"""Two at the same moment: handed in twice, decided by two, withdrawn while it is decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from courses.models import Proof, ProofDecision
from courses.players.external import deciding
from courses.players.external.deciding import CannotDecide
from courses.players.external.handing_in import CannotHandIn, withdraw
from lms.requirements.models import Completion
from tests.at_once import at_once
from tests.cast import Cast
from tests.courses.external import give_rights, hand, make_external


@pytest.fixture
def cast(transactional_db: None, settings: Any, tmp_path: Path) -> Cast:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    cast = Cast()
    give_rights(cast)
    return cast


def accept(proof: Proof, cast: Cast) -> str:
    try:
        deciding.accept(proof=proof, by=cast.dora, ticked=True, seen=proof.evidence())
    except CannotDecide as cannot:
        return cannot.reason
    return "accepted"


def test_handed_in_at_once_is_one_proof(cast: Cast) -> None:
    page = make_external(ways=("code",))

    def work() -> str:
        try:
            hand(page, cast.bruno, way="code", code="AB-1")
        except CannotHandIn as cannot:
            return cannot.reason
        return "handed in"

    assert sorted(at_once(work, work)) == ["handed in", "waiting"]
    assert Proof.objects.count() == 1


def test_accepted_at_once_counts_once(cast: Cast) -> None:
    proof = hand(make_external(), cast.bruno)
    assert sorted(at_once(*[lambda: accept(proof, cast)] * 3)) == ["accepted", "decided", "decided"]
    assert (ProofDecision.objects.count(), Completion.objects.count()) == (1, 2)


def test_withdrawn_while_it_is_accepted_is_one_of_both(cast: Cast) -> None:
    proof = hand(make_external(), cast.bruno)

    def take_back() -> str:
        withdraw(proof=proof, by=cast.bruno)
        return "done"

    first, _done = at_once(lambda: accept(proof, cast), take_back)
    proof.refresh_from_db()
    assert (first, proof.state) in (("accepted", "accepted"), ("decided", "withdrawn"))
    assert bool(proof.files.get().stored_as) is (proof.state == "accepted")
