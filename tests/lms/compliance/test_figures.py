"""Figures: recomputed from the raw facts by a naive implementation of their definitions."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lms.compliance.counting import rolled_up
from lms.compliance.figures import Figures
from lms.people.models import Leave, Office, Person
from lms.requirements.assigning import refresh
from lms.requirements.models import Activity, Assignment, Completion, Waiver
from lms.requirements.waiving import waive
from tests.cast import TODAY, Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied


@pytest.fixture
def crowd(cast: Cast) -> Cast:
    """Sixty people with everything that can happen to them, made from one seed."""
    rng = random.Random(20261123)
    for code, months in (("sea", 12), ("ethics", None)):
        activity = Activity.objects.create(
            iri=f"https://example.org/{code}", kind="course", name=code, move_on="Parts"
        )
        make_requirement(code, activity, valid_months=months, due_days=30, applies_from=date(2025, 1, 1))
    offices = [cast.headquarters, cast.region, cast.country, cast.elsewhere]
    people = [
        make_person(f"Q{n:05}", rng.choice(offices), joined_on=date(2025, 1, 1) + timedelta(days=rng.randrange(700)))
        for n in range(60)
    ]
    for person in people:
        refresh(today=min(person.joined_on, TODAY), people=[person.pk])
    for assignment in Assignment.objects.open().filter(person__in=people).order_by("pk"):
        dice = rng.random()
        day = assignment.opened_on + timedelta(days=rng.randrange(1, 60))
        if dice < 0.6 and day <= TODAY:
            satisfied(assignment, datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        elif dice < 0.7:
            waive(
                assignment=assignment, reason="security", requested_by=cast.chen, approved_by=cast.dora,
                starts_on=assignment.opened_on,
                ends_on=TODAY + timedelta(days=rng.randrange(-50, 50)) if assignment.opened_on < date(2026, 9, 1) else None,
            )  # fmt: skip
    for person in rng.sample(people, 8):
        Leave.objects.create(
            person=person, first_day=TODAY - timedelta(days=20), last_day=TODAY + timedelta(days=rng.randrange(0, 60))
        )
    gone = rng.sample([person for person in people if person.joined_on < date(2026, 9, 1)], 6)
    for person in gone:
        Person.objects.filter(pk=person.pk).update(left_on=TODAY - timedelta(days=rng.randrange(1, 60)))
    cast.assign(TODAY)
    return cast


def naive(office: Office, code: str, as_at: date) -> Counter[str]:
    """The definitions of docs/figures.md, one person at a time, from ledger, waivers, leave and dates alone."""
    found: Counter[str] = Counter()
    for person in Person.objects.filter(office__path__startswith=office.path):
        mine = Assignment.objects.filter(person=person, requirement__code=code)
        current = [
            item for item in mine if item.opened_on <= as_at and (item.ended_on is None or item.ended_on > as_at)
        ]
        ended = [
            item
            for item in mine
            if item.ended_because == "left" and item.ended_on and as_at - timedelta(days=365) < item.ended_on <= as_at
        ]
        found["left"] += len(ended)
        for assignment in current:
            long_leave = any(
                leave.first_day <= as_at <= leave.last_day and (leave.last_day - leave.first_day).days + 1 > 30
                for leave in person.leaves.all()
            )
            found["on_leave" if long_leave else _bucket(assignment, as_at)] += 1
            found["in_scope"] += not long_leave
    return found


def _bucket(assignment: Assignment, as_at: date) -> str:
    months = assignment.requirement.accepted.get().valid_months
    proven = False
    for entry in Completion.objects.filter(
        person=assignment.person, activity__in=assignment.requirement.accepted.values("activity")
    ):
        end = None if months is None else date(entry.completed_on.year + 1, entry.completed_on.month, 1)
        if end is not None:
            end = min(end.replace(day=1) + timedelta(days=entry.completed_on.day - 1), date(2100, 1, 1))
        proven |= entry.completed_on <= as_at and (end is None or as_at < end)
    if proven:
        return "complete"
    for waiver in Waiver.objects.filter(assignment=assignment):
        if waiver.starts_on <= as_at and (waiver.ends_on is None or waiver.ends_on >= as_at):
            return "waived"
    return "within_deadline" if assignment.due_on >= as_at else "overdue"


@pytest.mark.parametrize("days_ago", [0, 45, 200])
def test_every_figure_is_what_the_raw_facts_give(crowd: Cast, days_ago: int) -> None:
    as_at = TODAY - timedelta(days=days_ago)
    offices = list(Office.objects.all())
    rows = rolled_up(roots=offices, offices=offices, as_at=as_at)
    assert rows
    seen: set[str] = set()
    for row in rows:
        told: dict[str, Any] = {name: getattr(row.figures, name) for name in Figures.__dataclass_fields__}
        expected = naive(row.office, row.requirement.code, as_at)
        assert told == {name: expected[name] for name in told}, (row.office.code, row.requirement.code)
        seen |= {name for name, value in told.items() if value}
    if not days_ago:
        assert seen == set(Figures.__dataclass_fields__)


def test_in_scope_is_the_sum_of_its_parts_and_percentages_name_their_denominator(crowd: Cast) -> None:
    offices = list(Office.objects.all())
    for row in rolled_up(roots=offices, offices=offices, as_at=TODAY):
        figures = row.figures
        assert figures.in_scope == figures.complete + figures.within_deadline + figures.overdue + figures.waived
        if figures.in_scope:
            done = figures.complete + figures.waived
            assert figures.percent_of_everyone == round(100 * done / figures.in_scope, 1)


def test_the_report_takes_one_query_for_the_figures_whatever_the_size(
    crowd: Cast, django_assert_num_queries: Any
) -> None:
    offices = list(Office.objects.all())
    with django_assert_num_queries(2):
        rolled_up(roots=offices, offices=offices, as_at=TODAY)
