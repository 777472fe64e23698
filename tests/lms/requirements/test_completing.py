"""From statements to the ledger, and from the ledger to standing."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Credential, Statement
from lms.lrs.receiving import made
from lms.lrs.recording import entry, home_page, record, store
from lms.lrs.statements import Said, build
from lms.people.models import Person
from lms.requirements.assigning import refresh
from lms.requirements.models import Activity, Assignment, Completion
from lms.requirements.standing import Standing
from tests.cast import TODAY, Cast, make_course, make_requirement, verbs_said

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def say(
    person: Person, verb: str, activity: str, registration: uuid.UUID, at: datetime = NOON, **more: object
) -> Statement:
    return record(
        Said(
            actor=person.uuid,
            verb=verb,
            activity=activity,
            registration=registration,
            session=uuid.uuid4(),
            at=at,
            **more,  # type: ignore[arg-type]
        )
    )


def satisfied(assignment: Assignment, at: datetime = NOON) -> Completion:
    activity = assignment.requirement.accepted.get().activity
    statement = say(assignment.person, v.SATISFIED, activity.iri, assignment.registration, at)
    return Completion.objects.get(statement=statement)


@pytest.fixture
def owed(cast: Cast) -> Assignment:
    page = make_course("sea")
    make_requirement("sea", page.activity, valid_months=12, renewal_window_days=30, due_days=30)
    cast.assign()
    return cast.assignment(cast.bruno, "sea")


def finish(assignment: Assignment, at: datetime = NOON) -> None:
    course = assignment.requirement.accepted.get().activity
    person, registration = assignment.person, assignment.registration
    say(person, v.COMPLETED, f"{course.iri}/content", registration, at, completion=True)
    say(person, v.PASSED, f"{course.iri}/content", registration, at, success=True)
    say(person, v.COMPLETED, f"{course.iri}/attestation", registration, at, completion=True)


def test_a_course_is_satisfied_when_its_last_part_is_complete(owed: Assignment) -> None:
    finish(owed)
    owed.refresh_from_db()
    assert owed.completed_on == date(2026, 11, 23)
    assert owed.valid_until == date(2027, 11, 22)
    assert owed.standing_on(TODAY) is Standing.COMPLETE
    assert verbs_said(registration=owed.registration) == ["completed", "passed", "completed", "satisfied"]
    assert Completion.objects.filter(person=owed.person).count() == 3


def test_passing_without_signing_does_not_complete(owed: Assignment) -> None:
    course = owed.requirement.accepted.get().activity
    say(owed.person, v.COMPLETED, f"{course.iri}/content", owed.registration, completion=True)
    say(owed.person, v.PASSED, f"{course.iri}/content", owed.registration, success=True)
    owed.refresh_from_db()
    assert owed.completion is None
    assert not Statement.objects.filter(verb=verb_key(v.SATISFIED)).exists()


def test_a_failed_check_never_completes(owed: Assignment) -> None:
    course = owed.requirement.accepted.get().activity
    say(owed.person, v.COMPLETED, f"{course.iri}/content", owed.registration, completion=True)
    say(owed.person, v.FAILED, f"{course.iri}/content", owed.registration, success=False)
    say(owed.person, v.COMPLETED, f"{course.iri}/attestation", owed.registration, completion=True)
    owed.refresh_from_db()
    assert owed.completion is None
    assert not Completion.objects.filter(activity=course).exists()


def test_verbs_of_two_registrations_do_not_add_up(owed: Assignment) -> None:
    course = owed.requirement.accepted.get().activity
    say(owed.person, v.COMPLETED, f"{course.iri}/content", owed.registration, completion=True)
    say(owed.person, v.PASSED, f"{course.iri}/content", uuid.uuid4(), success=True)
    assert not Completion.objects.exists()


def test_what_another_system_claims_is_kept_and_completes_nothing(owed: Assignment) -> None:
    credential, _ = Credential.issue(name="A partner's system", scopes=["statements/write"])
    course = owed.requirement.accepted.get().activity
    said = Said(
        actor=owed.person.uuid, verb=v.SATISFIED, activity=course.iri, registration=owed.registration,
        session=uuid.uuid4(), at=NOON,
    )  # fmt: skip
    store([entry(made(build(said, home_page=home_page())), credential=credential)])
    owed.refresh_from_db()
    assert Statement.objects.filter(credential=credential).count() == 1
    assert owed.completion is None


def test_saying_it_twice_is_saying_it_once(owed: Assignment) -> None:
    finish(owed)
    before = Statement.objects.count(), Completion.objects.count()
    finish(owed, NOON + timedelta(hours=1))
    assert (Statement.objects.count(), Completion.objects.count()) == before


def test_the_day_of_completion_is_the_day_at_the_duty_station(cast: Cast) -> None:
    page = make_course("sea")
    make_requirement("sea", page.activity)
    cast.assign()
    in_bangkok = cast.assignment(cast.eve, "sea")
    finish(in_bangkok, datetime(2026, 11, 23, 20, tzinfo=UTC))
    in_bangkok.refresh_from_db()
    assert in_bangkok.completion is not None
    assert in_bangkok.completion.completed_on == date(2026, 11, 24)


def test_renewal_opens_a_cycle_and_keeps_the_earlier_proof(owed: Assignment) -> None:
    finish(owed)
    window = date(2027, 10, 23)
    assert refresh(today=window).renewed == 1
    assert refresh(today=window).renewed == 0
    second = Assignment.objects.open().get(person=owed.person, requirement=owed.requirement)
    assert (second.cycle, second.due_on, second.registration != owed.registration) == (2, date(2027, 11, 22), True)
    assert second.standing_on(window) is Standing.EXPIRING
    assert second.standing_on(date(2027, 11, 23)) is Standing.EXPIRED
    finish(second, datetime(2027, 11, 1, 12, tzinfo=UTC))
    second.refresh_from_db()
    owed.refresh_from_db()
    assert second.standing_on(date(2027, 11, 23)) is Standing.COMPLETE
    assert owed.completed_on == date(2026, 11, 23)
    assert Completion.objects.filter(activity=owed.requirement.accepted.get().activity).count() == 2


def test_a_proof_from_before_the_rule_counts_while_it_is_valid(cast: Cast) -> None:
    page = make_course("sea")
    first = make_requirement("first", page.activity)
    cast.assign(date(2026, 2, 1))
    finish(cast.assignment(cast.eve, "first"), datetime(2026, 3, 1, tzinfo=UTC))
    make_requirement("second", page.activity, valid_months=12, applies_from=TODAY)
    cast.assign()
    assert first.accepted.get().valid_months is None
    assert cast.assignment(cast.eve, "second").standing_on(TODAY) is Standing.COMPLETE
    assert cast.assignment(cast.eve, "second").valid_until == date(2027, 2, 28)


def test_a_leaver_owes_nothing_and_a_returner_gets_a_new_cycle(owed: Assignment) -> None:
    person = owed.person
    Person.objects.filter(pk=person.pk).update(left_on=TODAY)
    assert refresh(today=TODAY).ended == 1
    assert not Assignment.objects.open().filter(person=person).exists()
    Person.objects.filter(pk=person.pk).update(left_on=None)
    refresh(today=TODAY + timedelta(days=10))
    again = Assignment.objects.open().get(person=person, requirement=owed.requirement)
    assert again.cycle == 2


def test_a_moved_start_date_moves_the_due_date(cast: Cast) -> None:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity, due_days=0)
    cast.assign()
    assert cast.assignment(cast.amina, "sea").due_on == date(2026, 12, 7)
    Person.objects.filter(pk=cast.amina.pk).update(joined_on=date(2027, 1, 11))
    assert refresh(today=TODAY).moved == 1
    assert cast.assignment(cast.amina, "sea").due_on == date(2027, 1, 11)


def test_refreshing_again_changes_nothing(owed: Assignment) -> None:
    again = refresh(today=TODAY)
    assert (again.opened, again.renewed, again.moved, again.ended) == (0, 0, 0, 0)
