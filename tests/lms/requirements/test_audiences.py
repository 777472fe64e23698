"""Whom a rule covers: the plain function and the database's condition give the same people, whatever the formula."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.people.models import Category, Office, Organisation, Person
from lms.requirements.audiences import Facts, covers
from lms.requirements.models import Requirement
from lms.requirements.querysets import audience
from lms.requirements.wording import audience_in_words
from tests.cast import TODAY, Cast, make_person

flags = st.booleans()
days = st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 31)).map(date.isoformat)


def block(kind: str, **values: Any) -> Any:
    return st.fixed_dictionaries(
        {"type": st.just(kind), "value": st.fixed_dictionaries({"opposite": flags, **values})}
    )


one = st.one_of(
    block("category", categories=st.lists(st.sampled_from(Category.values), min_size=1, max_size=3)),
    block("office", office=st.sampled_from(["HQ", "WCA", "WCA-SN", "APA", "GONE"])),
    block("manager"),
    block("joined", first=days, last=days),
    block("not_yet_joined"),
    block("contract", days=st.integers(1, 800)),
    block("organisation", code=st.sampled_from(["", "PP1", "PP2", "GONE"])),
)
formulas = st.lists(
    one | st.fixed_dictionaries({"type": st.just("any_of"), "value": st.lists(one, min_size=1, max_size=3)}),
    max_size=3,
)


@pytest.fixture
def crowd(cast: Cast) -> Cast:
    partner = Organisation.objects.create(code="PP1", name="Blue Kettle")
    Organisation.objects.create(code="PP2", name="Green Lamp")
    offices = [cast.headquarters, cast.region, cast.country, cast.elsewhere]
    for n, category in enumerate(Category):
        make_person(
            f"C{n}", offices[n % 4], category=category, is_manager=n % 3 == 0,
            joined_on=TODAY + timedelta(days=40 * (n - 5)),
            contract_ends_on=None if n % 2 else TODAY + timedelta(days=100 * n),
            organisation=partner if category == Category.PARTNER else None,
        )  # fmt: skip
    make_person("C90", cast.country, left_on=TODAY)
    return cast


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(stored=formulas)
def test_both_ways_cover_the_same_people(crowd: Cast, stored: list[dict[str, Any]]) -> None:
    rule = Requirement()
    rule.audience = rule.audience.stream_block.to_python(stored)
    paths = dict(Office.objects.values_list("code", "path"))
    expected = {
        person.number
        for person in Person.objects.select_related("office", "organisation")
        if not person.has_left(TODAY)
        and covers(
            rule.clauses,
            Facts(
                person.category, person.office.path, person.is_manager, person.joined_on, person.contract_ends_on,
                person.organisation.code if person.organisation else "",
            ),
            today=TODAY, paths=paths,
        )
    }  # fmt: skip
    assert set(audience(rule, TODAY).values_list("number", flat=True)) == expected
    assert audience_in_words(rule.clauses).count("; ") == max(0, len(stored) - 1)


@pytest.mark.django_db
def test_an_audience_is_said_in_words(crowd: Cast) -> None:
    rule = Requirement()
    assert audience_in_words(rule.clauses) == "all personnel but partner staff"
    rule.audience = [
        ("office", {"opposite": False, "office": "WCA"}),
        ("any_of", [("manager", {"opposite": False}), ("category", {"opposite": True, "categories": ["INT", "UNV"]})]),
        ("joined", {"opposite": False, "first": date(2026, 7, 1), "last": None}),
    ]
    assert audience_in_words(rule.clauses) == (
        "at Wca and below; at least one of: who manage others or not: Intern or fellow, Volunteer; "
        "who joined on or after 1 July 2026"
    )


@pytest.mark.django_db
def test_partner_staff_are_covered_only_by_a_rule_that_names_them(crowd: Cast) -> None:
    rule = Requirement()
    assert not audience(rule, TODAY).filter(category=Category.PARTNER).exists()
    rule.audience = [("category", {"opposite": True, "categories": ["FTA"]})]
    assert not audience(rule, TODAY).filter(category=Category.PARTNER).exists()
    rule.audience = [("organisation", {"opposite": False, "code": ""})]
    assert set(audience(rule, TODAY).values_list("category", flat=True)) == {"PARTNER"}
