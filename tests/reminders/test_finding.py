"""What the database finds due is what the plain rules say: of the ladder, of standing, of whom a rung speaks to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.people.models import Headship, Holiday, Leave, OfficeAccess, Person
from lms.requirements.models import Activity, Assignment, Requirement
from reminders.answering import HR_PERMISSION
from reminders.finding import Found, due
from reminders.ladder import DAY, rung_due
from reminders.models import Ladder, LadderRung, Reminder
from reminders.places import Place, Places
from reminders.recipients import Recipients
from tests.cast import TODAY, Cast, make_person, make_requirement

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
offsets = st.integers(-5, 5)
near = offsets.map(lambda days: TODAY + days * DAY)
rungs = st.lists(
    st.tuples(st.integers(-4, 4), st.sampled_from(LadderRung.CountedFrom.values),
              st.sampled_from(["person", "person", *LadderRung.Audience.values]), st.booleans(), near),
    min_size=2, max_size=10, unique_by=lambda rung: rung[:3],
)  # fmt: skip
owed = st.fixed_dictionaries({
    "opened_on": near, "due_on": near, "ended_on": st.none(), "carried_until": st.none() | near,
    "waived_from": st.none() | near, "waived_until": st.none() | near,
})  # fmt: skip
moments = st.integers(-24, 5 * 24).map(lambda hours: NOON + timedelta(hours=hours))


@pytest.fixture
def crew(cast: Cast) -> Cast:
    """The cast, with heads at two levels, an HR officer, people of other zones and weekends, and one who is away."""
    cast.zara = make_person(
        "P00006", cast.elsewhere, name="Zara Zoned", time_zone="Pacific/Auckland", supervisor=cast.eve
    )
    cast.elsewhere.weekend = "fri-sat"
    cast.elsewhere.save()
    Holiday.objects.create(office=cast.headquarters, day=TODAY + 3 * DAY, name="Founders’ day")
    for office, person in ((cast.country, cast.chen), (cast.headquarters, cast.zara)):
        Headship.objects.create(office=office, person=person, starts_on=TODAY - 100 * DAY)
    from django.contrib.auth.models import Permission

    cast.dora.user.user_permissions.add(Permission.objects.get(codename=HR_PERMISSION))
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.region)
    Leave.objects.create(person=cast.eve, first_day=TODAY + DAY, last_day=TODAY + 5 * DAY)
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    for code in ("sea", "respect", "ethics"):
        make_requirement(code, activity)
    return cast


def expected(now: datetime) -> set[Found]:
    """The same by hand: one obligation after the other, one person after the other."""
    ladder, places = Ladder.objects.get(), Places()
    assignments = list(Assignment.objects.select_related("person__office"))
    recipients, everybody = Recipients(assignments, now=now), list(Person.objects.select_related("office"))
    written = list(Reminder.objects.exclude(state="cancelled"))
    found = set()
    for item in assignments:
        place = Place.of(item.person)
        reached = places.reach(place.office, places.today(place, now))
        if reached is None or recipients.not_about(item):
            continue
        days = {"due_on": item.due_on, "opened_on": item.opened_on}
        latest = rung_due(
            [rung.rule for rung in ladder.rungs.all()], **days, starts_on=ladder.starts_on, reached=reached
        )
        for audience, rung in latest.items():
            anchor = rung.anchor(**days)
            if any(
                (row.assignment_id, row.audience, row.anchor) == (item.pk, audience, anchor) and row.days >= rung.days
                for row in written
            ):
                continue
            found |= {
                Found(item.pk, audience, rung.days, anchor, person.pk)
                for person in everybody
                if recipients.speaks_to(item, audience, person)
            }
    return found


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=rungs, facts=st.lists(owed, min_size=18, max_size=18), now=moments,
    starts_on=near.map(lambda day: day - 5 * DAY), left=st.none() | near,
    sent=st.lists(st.tuples(st.integers(0, 17), st.integers(0, 9), st.booleans()), max_size=12),
)  # fmt: skip
def test_the_statement_and_the_rules_find_the_same(
    crew: Cast,
    settings: Any,
    steps: list[tuple[int, str, str, bool, date]],
    facts: list[dict[str, Any]],
    now: datetime,
    starts_on: date,
    left: date | None,
    sent: list[tuple[int, int, bool]],
) -> None:
    settings.LMS_WORKING_DAYS_ONLY = True
    for model in (Reminder, Ladder, Assignment):
        model.objects.all().delete()
    Person.objects.filter(pk=crew.bruno.pk).update(left_on=left and max(left, crew.bruno.joined_on))
    requirements = list(Requirement.objects.all())
    places = [(person, requirement) for person in Person.objects.order_by("pk") for requirement in requirements]
    owing = [
        Assignment(person=person, requirement=requirement, **said)
        for (person, requirement), said in zip(places, facts, strict=True)
    ]
    Assignment.objects.bulk_create(owing)
    ladder = Ladder.objects.create(name="L", starts_on=starts_on)
    ladder.requirements.set(requirements)
    ladder.save()
    LadderRung.objects.bulk_create(
        LadderRung(ladder=ladder, days=days, counted_from=kind, audience=audience, added_on=added,
                   reaches="new" if only_new else "everything")
        for days, kind, audience, only_new, added in steps
    )  # fmt: skip
    for number, step, cancelled in sent:
        days, kind, audience, _, _ = steps[step % len(steps)]
        item = owing[number]
        Reminder.objects.bulk_create(
            [Reminder(assignment=item, audience=audience, days=days, recipient=item.person, planned_at=now,
                      anchor=item.due_on if kind == "due" else item.opened_on,
                      state="cancelled" if cancelled else "sent")],
            ignore_conflicts=True,
        )  # fmt: skip
    found = list(due(now))
    assert set(found) == expected(now)
    assert len(found) == len(set(found))


def test_what_comes_in_the_days_ahead_is_what_sweeps_of_those_days_find(crew: Cast, settings: Any) -> None:
    """Where nothing changes meanwhile, day after day."""
    from reminders import scheduling
    from reminders.laying import lay_standard_ladder

    settings.LMS_WORKING_DAYS_ONLY = True
    crew.assign()
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=TODAY)
    scheduling.sweep(NOON)
    told = {
        ahead: {(item.assignment, item.audience, item.days) for item in due(NOON, ahead=ahead)}
        for ahead in range(1, 15)
    }
    assert sum(map(len, told.values())) > 4
    for ahead, said in told.items():
        before = set(Reminder.objects.values_list("pk", flat=True))
        scheduling.sweep(NOON + ahead * DAY)
        # Eve is away in these days, and on her return is told what came meanwhile.
        new = Reminder.objects.exclude(pk__in=before).exclude(assignment__person=crew.eve)
        hers = set(crew.eve.assignments.values_list("pk", flat=True))
        assert set(new.values_list("assignment", "audience", "days")) == {row for row in said if row[0] not in hers}, (
            ahead
        )


def test_a_clock_that_is_set_back_brings_back_no_earlier_rung(crew: Cast) -> None:
    from reminders import scheduling
    from reminders.laying import lay_standard_ladder

    crew.assign()
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=TODAY)
    assert scheduling.sweep(NOON + 40 * DAY) > 0
    Reminder.objects.update(state="sent")
    told = set(Reminder.objects.values_list("assignment", "audience"))
    assert not told & {(item.assignment, item.audience) for item in due(NOON + 20 * DAY)}
