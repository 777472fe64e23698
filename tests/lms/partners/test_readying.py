"""Declaring a partner ready: at the threshold, or by an exception that a second person grants."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from attestations.partners.signing import undertake
from lms.partners.inviting import ask_for_undertaking
from lms.partners.models import ReadyOverride
from lms.partners.overview import overview
from lms.partners.readying import CannotDeclare, ask, decide, declare, withdraw
from lms.partners.states import Readiness, State
from tests.cast import Cast
from tests.lms.partners.desk import Desk, declare_course, do_course, issue_undertaking

pytestmark = pytest.mark.django_db
SOON = timedelta(days=20)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """Signed, and two people named."""
    desk = Desk(cast)
    text = issue_undertaking()
    sent = ask_for_undertaking(agreement=desk.agreement, by=None)
    undertake(invitation=sent, text=text, ticked={0, 1}, typed_name="sira  SIGNATORY")
    desk.name("Ada", "Ben")
    return desk


def state_of(desk: Desk) -> tuple[State, Readiness]:
    desk.agreement.refresh_from_db()
    found = overview(desk.agreement, today=timezone.localdate())
    return found.state, found.readiness


def refused(act: object) -> str:
    with pytest.raises(CannotDeclare) as error:
        act()  # type: ignore[operator]
    return error.value.reason


def test_only_what_was_verified_opens_the_way_and_falling_below_is_told(desk: Desk) -> None:
    dora = desk.cast.dora
    ada, ben = (member.person for member in desk.agreement.members.order_by("pk"))
    do_course(ada, desk.activity)
    declare_course(ben, desk.activity)
    assert refused(lambda: declare(agreement=desk.agreement, by=dora)) == "below"
    desk.agreement.threshold = 50
    desk.agreement.save()
    declare(agreement=desk.agreement, by=dora)
    assert state_of(desk) == (State.TRAINING_VERIFIED, Readiness.READY)
    desk.name("Cleo")
    assert state_of(desk) == (State.TRAINING_OPEN, Readiness.BELOW)
    withdraw(agreement=desk.agreement, by=dora)
    assert state_of(desk)[1] == Readiness.NO


def test_an_exception_needs_a_second_person_and_ends(desk: Desk) -> None:
    dora, chen, today = desk.cast.dora, desk.cast.chen, timezone.localdate()
    asked = ask(agreement=desk.agreement, reason="emergency", ends_on=today + SOON, by=dora)
    assert refused(lambda: decide(override=asked, by=dora, approve=True)) == "own"
    assert refused(lambda: ask(agreement=desk.agreement, reason="language", ends_on=today, by=chen)) == "waiting"
    assert state_of(desk)[1] == Readiness.NO
    decide(override=asked, by=chen, approve=True)
    assert state_of(desk)[1] == Readiness.BY_OVERRIDE
    assert refused(lambda: decide(override=asked, by=chen, approve=False)) == "decided"
    assert overview(desk.agreement, today=today + SOON).readiness == Readiness.BY_OVERRIDE
    assert overview(desk.agreement, today=today + SOON + timedelta(days=1)).readiness == Readiness.BELOW


def test_an_exception_that_is_refused_changes_nothing(desk: Desk) -> None:
    asked = ask(agreement=desk.agreement, reason="scheduled", ends_on=timezone.localdate(), by=desk.cast.dora)
    decide(override=asked, by=desk.cast.chen, approve=False)
    assert state_of(desk)[1] == Readiness.NO
    assert refused(lambda: declare(agreement=desk.agreement, by=desk.cast.chen)) == "below"


@pytest.mark.parametrize("days", [-1, 91])
def test_an_exception_has_a_last_day_within_ninety_days(desk: Desk, days: int) -> None:
    day = timezone.localdate() + timedelta(days=days)
    assert refused(lambda: ask(agreement=desk.agreement, reason="language", ends_on=day, by=desk.cast.dora)) == "days"


def test_the_database_refuses_an_exception_by_one_person(desk: Desk) -> None:
    dora = desk.cast.dora
    asked = ask(agreement=desk.agreement, reason="emergency", ends_on=timezone.localdate(), by=dora)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadyOverride.objects.filter(pk=asked.pk).update(
            decision="approved", decided_by=dora, decided_at=timezone.now()
        )


def test_nothing_replaces_the_undertaking(cast: Cast) -> None:
    desk = Desk(cast)
    desk.name("Ada")
    assert refused(lambda: declare(agreement=desk.agreement, by=cast.dora)) == "undertaking"
    day = timezone.localdate()
    assert (
        refused(lambda: ask(agreement=desk.agreement, reason="emergency", ends_on=day, by=cast.dora)) == "undertaking"
    )
