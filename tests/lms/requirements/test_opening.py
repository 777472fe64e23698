"""Opening and projecting very many at once: the same rows as one person at a time would give."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Max, Min

from lms.people.models import Person
from lms.requirements.assigning import Refreshed, refresh
from lms.requirements.models import Activity, Assignment, Requirement
from lms.requirements.periods import due_on
from lms.requirements.projecting import project_all, rebuilt
from tests.cast import TODAY, Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied

BEFORE = TODAY - timedelta(days=100)


@pytest.fixture
def crowd(cast: Cast) -> Cast:
    """People of many days of joining; some owed something before, some of them the rule itself until it let them go."""
    for code in ("sea", "ethics"):
        activity = Activity.objects.create(
            iri=f"https://example.org/{code}", kind="course", name=code, move_on="Parts"
        )
        make_requirement(code, activity, valid_months=12, due_days=30, applies_from=date(2026, 6, 1))
    for n in range(30):
        make_person(f"Q{n:03}", cast.elsewhere, joined_on=TODAY - timedelta(days=n * 17 - 60))
    known = list(Person.objects.filter(number__startswith="Q").order_by("pk").values_list("pk", flat=True))
    refresh(today=BEFORE, people=known[::2], requirement=Requirement.objects.get(code="ethics"))
    refresh(today=BEFORE, people=known[::3], requirement=Requirement.objects.get(code="sea"))
    Assignment.objects.filter(requirement__code="sea", person__in=known[::6]).update(
        ended_on=BEFORE + timedelta(days=9), ended_because="outside"
    )
    return cast


TERMS: list[dict[str, Any]] = [
    {"due_from": "joining", "due_days": 30}, {"due_from": "joining", "due_days": 400},
    {"due_from": "issuance", "due_days": 10}, {"due_from": "gate", "due_days": 3},
    {"due_from": "campaign", "campaign_on": TODAY + timedelta(days=5)},
    {"due_from": "campaign", "campaign_on": TODAY - timedelta(days=5), "due_days": 20},
    {"due_from": "joining", "due_days": 30, "working_days": True},
]  # fmt: skip


@pytest.mark.parametrize("code", ["sea", "new"])
@pytest.mark.parametrize("terms", TERMS[:-1], ids=lambda terms: f"{terms['due_from']}-{terms.get('due_days')}")
def test_everybody_gets_the_cycle_and_the_day_that_the_pure_rule_gives_them(
    crowd: Cast, terms: dict[str, Any], code: str
) -> None:
    if code == "new":
        activity = Activity.objects.create(iri="https://example.org/new", kind="course", name="new", move_on="Parts")
        make_requirement("new", activity, applies_from=date(2026, 6, 1))
    Requirement.objects.filter(code=code).update(**terms)
    rule = Requirement.objects.get(code=code)
    used_from = rule.assignments.aggregate(first=Min("opened_on"))["first"]
    wanted = {
        person.pk: _by_hand(rule, person, used_from)
        for person in Person.objects.exclude(assignments__in=rule.assignments.filter(ended_on=None))
    }
    done = refresh(today=TODAY, requirement=rule)
    assert done.opened == len(wanted) > 20
    opened = rule.assignments.filter(ended_on=None, opened_on=TODAY)
    assert {row.person_id: (row.cycle, row.due_on) for row in opened} == wanted
    assert len({row.registration for row in opened}) == len(wanted)
    assert refresh(today=TODAY, requirement=rule) == Refreshed()


def _by_hand(rule: Requirement, person: Person, used_from: date | None) -> tuple[int, date]:
    known_from = person.assignments.aggregate(first=Min("opened_on"))["first"]
    last = person.assignments.filter(requirement=rule).aggregate(last=Max("cycle"))["last"]
    scoped = all(day is not None and day < TODAY for day in (known_from, used_from))
    due = due_on(
        rule.deadline,
        joined_on=person.joined_on,
        applies_from=rule.applies_from,
        opened_on=TODAY,
        came_into_scope=scoped,
    )
    return (last or 0) + 1, due


def test_working_days_are_those_of_the_office_also_for_very_many(crowd: Cast) -> None:
    Requirement.objects.filter(code="sea").update(**TERMS[-1])
    rule = Requirement.objects.get(code="sea")
    assert refresh(today=TODAY, requirement=rule).opened > 20
    assert all(row.due_on.isoweekday() < 6 for row in rule.assignments.filter(opened_on=TODAY, ended_on=None))


def test_proofs_that_are_there_count_at_once_and_many_rows_change_in_one_command(
    crowd: Cast, django_assert_max_num_queries: Any
) -> None:
    crowd.assign(TODAY)
    for assignment in Assignment.objects.open().filter(requirement__code="ethics", person__number__startswith="Q"):
        satisfied(assignment, datetime(2026, 11, 22, 9, tzinfo=UTC))
    activity = Activity.objects.get(iri="https://example.org/ethics")
    rule = make_requirement("late", activity, valid_months=6, applies_from=date(2026, 6, 1))
    refresh(today=TODAY, requirement=rule)
    assert rule.assignments.filter(completed_on=date(2026, 11, 22), valid_until=date(2027, 5, 21)).count() == 30
    rule.accepted.update(valid_months=24)
    with django_assert_max_num_queries(10 if _is_postgresql() else 60):
        assert project_all(rule.assignments.all()) == 30
    assert all(
        getattr(row, name) == value
        for row, wanted in rebuilt(rule.assignments.all())
        for name, value in wanted.items()
    )
    assert rule.assignments.filter(valid_until=date(2028, 11, 21)).count() == 30
    assert project_all(rule.assignments.all()) == 0


def _is_postgresql() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"
