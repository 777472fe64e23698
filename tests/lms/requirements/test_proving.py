"""A proof of something taken elsewhere counts, once, from its day, and tells on what it rests."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Credential, Statement
from lms.lrs.receiving import made
from lms.lrs.recording import entry, home_page, store
from lms.lrs.statements import Said, build
from lms.requirements.explaining import explain
from lms.requirements.models import Activity, Completion
from lms.requirements.proving import CannotProve, prove
from lms.requirements.standing import Standing
from tests.cast import Cast, make_requirement
from tests.lms.requirements.test_completing import say

pytestmark = pytest.mark.django_db
DIGEST = "ab" * 32


@pytest.fixture
def elsewhere(cast: Cast) -> Activity:
    """A course of another agency, which the requirement on SEA accepts for a year."""
    whole = Activity.objects.create(
        iri="https://example.org/external/sea", kind="external", name="SEA", move_on="Parts"
    )
    Activity.objects.create(
        iri=f"{whole.iri}/proof", kind="proof", name="SEA", move_on="Completed", part_of=whole, position=1
    )
    make_requirement("sea", whole, valid_months=12, renewal_window_days=30, due_days=30)
    cast.assign()
    return whole


def proven(cast: Cast, activity: Activity, on: date, **more: Any) -> Completion:
    return prove(person=cast.bruno, activity=activity, on=on, key=more.pop("key", uuid4()), evidence=DIGEST, **more)


def test_it_counts_from_the_day_that_stands_on_it(cast: Cast, elsewhere: Activity) -> None:
    on = timezone.localdate() - timedelta(days=40)
    done = proven(cast, elsewhere, on)
    owed = cast.assignment(cast.bruno, "sea")
    assert (done.completed_on, owed.completion, owed.proven_on) == (on, done, on)
    said = [json.loads(row.raw) for row in Statement.objects.order_by("pk")]
    waived, satisfied = said[-2:]
    assert waived["verb"]["id"] == "https://w3id.org/xapi/adl/verbs/waived"
    assert waived["result"] == {
        "success": True, "completion": True,
        "extensions": {"https://w3id.org/xapi/cmi5/result/extensions/reason": "Equivalent Outside Activity"},
    }  # fmt: skip
    assert "https://w3id.org/xapi/cmi5/context/categories/moveon" in str(waived["context"]["contextActivities"])
    assert satisfied["verb"]["id"] == "https://w3id.org/xapi/adl/verbs/satisfied"
    assert "result" not in satisfied
    assert satisfied["object"]["id"] == elsewhere.iri
    call_command("verify_ledger")


def test_the_same_proof_counts_once(cast: Cast, elsewhere: Activity) -> None:
    key, on = uuid4(), timezone.localdate()
    assert proven(cast, elsewhere, on, key=key) == proven(cast, elsewhere, on, key=key)
    assert Completion.objects.filter(person=cast.bruno, activity=elsewhere).count() == 1
    assert Statement.objects.filter(raw__contains="waived").count() == 1


def test_what_was_only_declared_stays_distinguishable(cast: Cast, elsewhere: Activity) -> None:
    today = timezone.localdate()
    assert proven(cast, elsewhere, today, declared=True).source == "declared"
    assert proven(cast, elsewhere, today).source == "proof"
    assert set(Completion.objects.filter(activity__part_of=elsewhere).values_list("source", flat=True)) == {
        "declared", "proof",
    }  # fmt: skip


def test_somebodys_word_alone_completes_no_obligation_and_a_checked_proof_does(
    cast: Cast, elsewhere: Activity
) -> None:
    today = timezone.localdate()
    proven(cast, elsewhere, today, declared=True)
    owed = cast.assignment(cast.bruno, "sea")
    assert owed.completion is None
    assert ["Declared only" in item.note for item in explain(owed, today=today).received] == [True]
    call_command("verify_ledger")
    done = proven(cast, elsewhere, today - timedelta(days=3))
    owed = cast.assignment(cast.bruno, "sea")
    assert owed.completion == done
    assert explain(owed, today=today).received[0].note == "Proof of something done elsewhere."


def test_a_day_to_come_proves_nothing(cast: Cast, elsewhere: Activity) -> None:
    with pytest.raises(CannotProve, match="future"):
        proven(cast, elsewhere, timezone.localdate(timezone=cast.bruno.zone) + timedelta(days=1))
    assert not Completion.objects.exists()


def test_an_old_proof_is_on_record_and_serves_nothing_that_is_open(cast: Cast, elsewhere: Activity) -> None:
    proven(cast, elsewhere, timezone.localdate() - timedelta(days=800))
    owed = cast.assignment(cast.bruno, "sea")
    assert owed.standing_on(timezone.localdate()) == Standing.OVERDUE
    assert Completion.objects.filter(activity=elsewhere).exists()


def test_a_whole_course_is_not_waived_and_nobody_else_waives(cast: Cast, elsewhere: Activity) -> None:
    part = elsewhere.parts.get()
    say(cast.bruno, v.WAIVED, elsewhere.iri, uuid4(), success=True, completion=True)
    ours = build(Said(actor=cast.bruno.uuid, verb=v.WAIVED, activity=part.iri, registration=uuid4(), session=uuid4(),
                      at=timezone.now(), success=True, completion=True), home_page=home_page())  # fmt: skip
    key = Credential.objects.create(name="A course", key="course", secret_hash="", scopes=["statements/write"])
    store([entry(made(ours), credential=key)])
    assert Statement.objects.filter(verb=verb_key(v.WAIVED)).count() == 2
    assert not Completion.objects.exists()


def test_what_has_no_one_part_for_the_proof_cannot_be_proven(cast: Cast, elsewhere: Activity) -> None:
    with pytest.raises(CannotProve, match="part"):
        prove(person=cast.bruno, activity=elsewhere.parts.get(), on=timezone.localdate(), key=uuid4(), evidence=DIGEST)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.integers(0, 4000),
    zone=st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "UTC"]),
)
def test_the_day_is_the_persons_wherever_they_work(cast: Cast, elsewhere: Activity, days: int, zone: str) -> None:
    cast.bruno.time_zone = zone
    cast.bruno.save()
    on = timezone.localdate(timezone=cast.bruno.zone) - timedelta(days=days)
    assert proven(cast, elsewhere, on).completed_on == on
