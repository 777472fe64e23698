"""Why somebody owes, why by that day, why it stands as it does, and what was received: in sentences that are true."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lms.lrs import vocabulary as v
from lms.people.models import Person
from lms.requirements.assigning import refresh
from lms.requirements.explaining import Explanation, explain
from lms.requirements.models import Activity, Assignment, Requirement
from tests.cast import TODAY, Cast, make_requirement
from tests.lms.lrs.client import Store
from tests.lms.requirements.test_claiming import course, said_by
from tests.lms.requirements.test_completing import satisfied

__all__ = ["course"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(cast: Cast) -> Requirement:
    activity = Activity.objects.create(
        iri="https://example.org/sea", kind="course", name="The SEA course", move_on="Parts"
    )
    return make_requirement("sea", activity, due_days=30)


def of(person: Person, today: date = TODAY) -> Explanation:
    return explain(Assignment.objects.explicable().open().get(person=person), today=today)


def test_the_date_is_explained_from_what_it_was_counted_from(cast: Cast, rule: Requirement) -> None:
    cast.assign()
    assert of(cast.amina).owed == [
        "The rule “Sea” covers: all personnel but partner staff.",
        "30 days from the day of joining, 7 December 2026: due by 6 January 2027.",
    ]
    Person.objects.filter(pk=cast.bruno.pk).update(joined_on=date(2020, 5, 1))
    refresh(today=TODAY)
    assert (
        of(cast.bruno).owed[1] == "30 days from 1 January 2026, since when the rule applies: due by 31 January 2026."
    )
    Assignment.objects.all().delete()
    Requirement.objects.update(due_from="issuance")
    refresh(today=TODAY)
    assert of(cast.bruno).owed[1] == "30 days from 23 November 2026, since when it is asked: due by 23 December 2026."


def test_the_people_whom_a_rule_covers_are_named(cast: Cast, rule: Requirement) -> None:
    rule.audience = [
        ("category", {"opposite": False, "categories": ["FTA", "SSA"]}),
        ("office", {"opposite": False, "office": "WCA-SN"}),
    ]
    rule.save()
    cast.assign()
    assert of(cast.bruno).owed[0] == ("The rule “Sea” covers: Fixed-term staff, Consultant; at Wca-Sn and below.")


def test_standing_is_explained_by_the_proof_and_its_end(cast: Cast, rule: Requirement) -> None:
    rule.accepted.update(valid_months=12)
    cast.assign()
    assert of(cast.bruno).standing == [
        "Nothing that counts was received yet. Every part must be complete in this cycle."
    ]
    completion = satisfied(cast.assignment(cast.bruno, "sea"))
    ends = date(completion.completed_on.year + 1, completion.completed_on.month, completion.completed_on.day)
    told = of(cast.bruno).standing
    assert told[0].startswith("“The SEA course” was completed on ")
    assert told[1] == f"It is valid until {(ends - timedelta(days=1)):%-d %B %Y}."
    renewed = ends - timedelta(days=30)
    refresh(today=renewed)
    assert of(cast.bruno, renewed).owed[1].startswith("The proof before this one ends on ")
    assert of(cast.bruno, renewed).standing[-1].startswith("What was completed before ")


def test_what_was_received_is_listed_with_why_it_does_not_count(cast: Cast, course: Activity) -> None:
    said_by(Store("statements/write", "claim"), cast, course)
    said_by(Store("statements/write"), cast, course)
    received = of(cast.bruno, timezone.localdate()).received
    assert [item.what for item in received] == ["completed", "passed", "completed", "passed"]
    assert [item.note.split(":")[0].split(" whose")[0] for item in received] == [
        "Reported by another system", "Reported by another system",
        "Reported by another system, and doubted", "Reported by another system, and doubted",
    ]  # fmt: skip
    assert {item.activity for item in received} == {course.name}


def test_the_learner_finds_it_from_my_learning_and_hr_from_the_person(
    cast: Cast, rule: Requirement, django_assert_max_num_queries: Any
) -> None:
    cast.assign()
    satisfied(cast.assignment(cast.bruno, "sea"))
    assignment = cast.assignment(cast.bruno, "sea")
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(cast.bruno.user)  # type: ignore[arg-type]
    with django_assert_max_num_queries(12):
        page = client.get(f"/learning/why/{assignment.pk}/").content.decode()
    assert "all parts complete" in page
    assert "was completed on" in page
    assert v.SATISFIED.rsplit("/", 1)[1] not in page.split("<main")[1], "no word of xAPI is shown to a learner"
