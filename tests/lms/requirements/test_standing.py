"""Standing: the plain function and the queryset expression are one rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.requirements.models import Activity, Assignment, Completion
from lms.requirements.standing import Facts, Standing, standing
from tests.cast import TODAY, Cast, make_requirement

days = st.dates(min_value=TODAY - timedelta(days=40), max_value=TODAY + timedelta(days=40))
maybe = st.none() | days
facts = st.builds(
    Facts,
    due_on=days,
    completed_on=maybe,
    valid_until=maybe,
    renew_from=maybe,
    waived_from=maybe,
    waived_until=maybe,
    carried_until=maybe,
)


@pytest.fixture
def assignment(cast: Cast) -> Assignment:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    return cast.assignment(cast.bruno, "sea")


@pytest.fixture
def completion(assignment: Assignment) -> Completion:
    from tests.lms.requirements.test_completing import satisfied

    return satisfied(assignment)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=facts, today=days)
def test_function_and_expression_agree_on_every_combination_of_dates(
    assignment: Assignment, completion: Completion, facts: Facts, today: date
) -> None:
    has_proof = completion.pk if facts.completed_on else None
    Assignment.objects.filter(pk=assignment.pk).update(**facts.__dict__, completion=has_proof)
    found = Assignment.objects.with_standing(today).get(pk=assignment.pk)
    assert found.standing == standing(facts, today).value
    assert found.standing_on(today) is standing(facts, today)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (Facts(due_on=TODAY), Standing.DUE),
        (Facts(due_on=TODAY - timedelta(days=1)), Standing.OVERDUE),
        (Facts(due_on=TODAY, completed_on=TODAY), Standing.COMPLETE),
        (Facts(due_on=TODAY, completed_on=TODAY + timedelta(days=1)), Standing.DUE),
        (Facts(due_on=TODAY, completed_on=TODAY, valid_until=TODAY, renew_from=TODAY), Standing.EXPIRING),
        (Facts(due_on=TODAY, completed_on=date(2025, 1, 1), valid_until=date(2026, 1, 1)), Standing.EXPIRED),
        (Facts(due_on=TODAY, carried_until=TODAY), Standing.EXPIRING),
        (Facts(due_on=TODAY, carried_until=TODAY - timedelta(days=1)), Standing.EXPIRED),
        (Facts(due_on=date(2026, 1, 1), waived_from=date(2026, 1, 1)), Standing.WAIVED),
        (
            Facts(due_on=date(2026, 1, 1), waived_from=date(2026, 1, 1), waived_until=date(2026, 2, 1)),
            Standing.OVERDUE,
        ),
        (Facts(due_on=TODAY, completed_on=TODAY, waived_from=TODAY), Standing.COMPLETE),
    ],
)
def test_each_word_means_what_the_glossary_says(told: Facts, word: Standing) -> None:
    assert standing(told, TODAY) is word


@given(facts=facts, today=days, later=days)
def test_what_happens_later_does_not_change_the_past(facts: Facts, today: date, later: date) -> None:
    """A completion after the day asked about leaves the answer for that day as it was."""
    if later <= today or facts.completed_on is not None:
        return
    after = Facts(**{**facts.__dict__, "completed_on": later})
    assert standing(after, today) is standing(facts, today)
