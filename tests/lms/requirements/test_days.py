"""Days: which proof counts for which cycle, east and west, on the day of a change and after one."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.compliance.figures import listed
from lms.gate.decision import decide
from lms.people.models import Person
from lms.requirements.assigning import refresh
from lms.requirements.models import AcceptedActivity, Assignment, Completion
from lms.requirements.periods import Deadline, Proof, Validity, choose, due_on
from lms.requirements.standing import Standing
from lms.verification import run
from tests.cast import TODAY, Cast, make_course, make_office, make_person, make_requirement
from tests.lms.requirements.test_completing import finish

OWN = uuid.UUID(int=1)
MANAGERS = [{"type": "manager", "value": {"opposite": False}}]
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def proof(day: date, *, months: int | None = 12, registration: uuid.UUID = OWN, number: int = 1) -> Proof:
    return Proof(number, day, day, registration, Validity(months=months))


@given(day=days, opened=days, ended=st.none() | days, counts=st.none() | days)
def test_a_proof_given_in_the_cycles_own_registration_always_counts_from_its_day(
    day: date, opened: date, ended: date | None, counts: date | None
) -> None:
    found = choose([proof(max(day, opened))], registration=OWN, opened_on=opened, counts_from=counts,
                   carried_until=None, ended_on=ended)  # fmt: skip
    assert found is not None


@given(when=st.lists(st.tuples(days, st.sampled_from([6, 12, 24, None])), min_size=1, max_size=5), opened=days)
def test_of_the_proofs_at_hand_the_one_that_lasts_longest_is_chosen(
    when: list[tuple[date, int | None]], opened: date
) -> None:
    proofs = [proof(day, months=months, number=n, registration=uuid.uuid4()) for n, (day, months) in enumerate(when)]
    found = choose(proofs, registration=OWN, opened_on=opened, counts_from=None, carried_until=None, ended_on=None)
    at_hand = [item.until for item in proofs if item.counts_on < opened <= item.until]
    if at_hand:
        assert found is not None
        assert found.until == max(at_hand)


def test_a_time_that_ran_out_before_somebody_came_under_the_rule_begins_then() -> None:
    dates = {"joined_on": date(2020, 3, 1), "applies_from": date(2026, 1, 1), "opened_on": date(2026, 11, 23)}
    assert due_on(Deadline("joining", 90), **dates) == date(2026, 4, 1)
    assert due_on(Deadline("joining", 90), **dates, came_into_scope=True) == date(2027, 2, 21)


@pytest.fixture
def course(cast: Cast) -> Cast:
    page = make_course("sea")
    make_requirement("sea", page.activity, valid_months=12, renewal_window_days=60, due_days=30, gate="onboarding")
    return cast


def what_is_broken() -> list[str]:
    return [str(item) for _, found in run() for item in found]


def test_who_finishes_where_it_is_already_tomorrow_is_cleared_and_counted_at_once(course: Cast) -> None:
    auckland = make_person("P00010", make_office("AKL", course.headquarters, time_zone="Pacific/Auckland"))
    course.assign()
    owed = course.assignment(auckland, "sea")
    at = datetime(2026, 11, 23, 20, tzinfo=UTC)
    finish(owed, at)
    owed.refresh_from_db()
    assert owed.completion is not None
    assert owed.completion.completed_on == date(2026, 11, 24)
    assert owed.valid_until == date(2027, 11, 23)
    assert owed.standing_on(at.date()) is Standing.COMPLETE
    assert decide(number="P00010", gate="onboarding", now=at).decision == "allow"
    assert listed(at.date()).get(pk=owed.pk).bucket == "complete"


def test_a_renewal_finished_west_of_utc_is_not_lost(course: Cast) -> None:
    panama = make_person("P00011", make_office("PTY", course.headquarters, time_zone="America/Panama"))
    course.assign(date(2026, 1, 5))
    finish(course.assignment(panama, "sea"), datetime(2026, 1, 20, 12, tzinfo=UTC))
    refresh(today=date(2026, 11, 23))
    second = course.assignment(panama, "sea")
    assert (second.cycle, second.counts_from) == (2, date(2026, 11, 23))
    finish(second, datetime(2026, 11, 23, 2, tzinfo=UTC))
    second.refresh_from_db()
    assert second.completion is not None
    assert second.completion.completed_on == date(2026, 11, 22)
    assert second.standing_on(date(2027, 6, 1)) is Standing.COMPLETE


def test_who_moves_under_a_rule_gets_the_full_time(course: Cast) -> None:
    page = make_course("managers", signed=False)
    make_requirement("managers", page.activity, due_days=90, audience=MANAGERS)
    Person.objects.filter(pk=course.chen.pk).update(is_manager=True)
    course.assign(date(2026, 2, 1))
    Person.objects.filter(pk=course.bruno.pk).update(is_manager=True, joined_on=date(2020, 1, 1))
    course.assign()
    promoted = course.assignment(course.bruno, "managers")
    assert promoted.due_on == TODAY + timedelta(days=90)
    course.assign(TODAY + timedelta(days=7))
    promoted.refresh_from_db()
    assert promoted.due_on == TODAY + timedelta(days=90), "and keeps it"


def test_the_ledger_stays_whole_when_somebody_leaves_on_the_day_of_finishing(course: Cast) -> None:
    course.assign()
    owed = course.assignment(course.bruno, "sea")
    finish(owed, datetime(2026, 11, 23, 8, tzinfo=UTC))
    Person.objects.filter(pk=course.bruno.pk).update(left_on=TODAY)
    refresh(today=TODAY)
    owed.refresh_from_db()
    assert (owed.ended_because, owed.completion is not None) == ("left", True)
    assert what_is_broken() == []


def test_a_validity_as_short_as_its_window_renews_on_the_next_day_and_not_for_ever(cast: Cast) -> None:
    page = make_course("sea")
    make_requirement("sea", page.activity, valid_months=2, renewal_window_days=60)
    cast.assign()
    finish(cast.assignment(cast.bruno, "sea"), datetime(2026, 11, 23, 8, tzinfo=UTC))
    for day in range(4):
        refresh(today=TODAY + timedelta(days=day))
    cycles = Assignment.objects.filter(person=cast.bruno).order_by("cycle")
    assert [(item.cycle, item.completion is not None) for item in cycles] == [(1, True), (2, False)]
    assert what_is_broken() == []


def test_a_leaver_who_is_reported_late_left_on_the_day_of_leaving(course: Cast) -> None:
    course.assign(date(2026, 9, 1))
    owed = course.assignment(course.eve, "sea")
    Person.objects.filter(pk=course.eve.pk).update(left_on=date(2026, 10, 1))
    refresh(today=TODAY)
    owed.refresh_from_db()
    assert owed.ended_on == date(2026, 10, 1)
    assert listed(date(2026, 11, 1)).get(person=course.eve).bucket == "left"


def test_a_slip_of_the_feed_leaves_nobody_counted_twice(course: Cast) -> None:
    course.assign(date(2026, 9, 1))
    Person.objects.filter(pk=course.eve.pk).update(left_on=TODAY - timedelta(days=1))
    refresh(today=TODAY - timedelta(days=1))
    Person.objects.filter(pk=course.eve.pk).update(left_on=None)
    refresh(today=TODAY)
    assert [item.bucket for item in listed(TODAY).filter(person=course.eve)] == ["within_deadline"]


def test_a_longer_proof_from_elsewhere_is_not_asked_for_again(cast: Cast) -> None:
    short, long = make_course("short", signed=False), make_course("long", signed=False)
    requirement = make_requirement("sea", short.activity, valid_months=12)
    AcceptedActivity.objects.create(requirement=requirement, activity=long.activity, valid_months=24)
    cast.assign(date(2026, 1, 5))
    first = cast.assignment(cast.dora, "sea")
    complete_as(first, short.activity.iri, first.registration, datetime(2026, 1, 10, 9, tzinfo=UTC))
    complete_as(first, long.activity.iri, uuid.uuid4(), datetime(2026, 9, 1, 9, tzinfo=UTC))
    refresh(today=date(2026, 12, 1))
    second = cast.assignment(cast.dora, "sea")
    assert (second.cycle, second.valid_until) == (2, date(2028, 8, 31))
    assert second.standing_on(date(2027, 6, 1)) is Standing.COMPLETE
    assert [item.certificate.valid_until for item in Completion.objects.filter(certificate__isnull=False)] == [
        date(2027, 1, 9), date(2028, 8, 31),
    ]  # fmt: skip


def complete_as(owed: Assignment, iri: str, registration: uuid.UUID, at: datetime) -> None:
    from lms.lrs import vocabulary as v
    from tests.lms.requirements.test_completing import say

    say(owed.person, v.COMPLETED, f"{iri}/content", registration, at, completion=True)
    say(owed.person, v.PASSED, f"{iri}/content", registration, at, success=True)
