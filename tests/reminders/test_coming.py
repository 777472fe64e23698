"""The page of the days to come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lms.people.groups import ensure_groups
from lms.people.history_models import KnownOffice
from lms.people.models import Office, OfficeAccess, Person
from lms.requirements.models import Activity, Requirement
from reminders.coming import step_in_words
from reminders.laying import lay_standard_ladder
from tests.cast import Cast, make_person, make_requirement

URL = reverse("lms_coming_reminders")


@pytest.fixture
def desk(cast: Cast) -> Cast:
    """Bruno's task is due in three days, Eve's in eight; both joined long ago. Dora sees all, Chen the country office."""
    today = timezone.localdate()
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity, due_days=30)
    Person.objects.update(joined_on=today - timedelta(days=27))
    Person.objects.filter(pk=cast.eve.pk).update(joined_on=today - timedelta(days=22))
    cast.assign(today - timedelta(days=20))
    keep = (cast.bruno.pk, cast.eve.pk)
    Person.objects.exclude(pk__in=keep).update(email="", personal_email="")
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=today)
    groups = ensure_groups()
    for person, group, office in ((cast.dora, "HR", cast.headquarters), (cast.chen, "Heads of office", cast.country)):
        person.user.groups.add(groups[group])
        OfficeAccess.objects.create(user=person.user, office=office)
    return cast


def page(person: Person, **query: str) -> Any:
    client = Client()
    client.force_login(person.user)
    return client.get(URL, query)


def test_each_number_opens_its_list_with_whom_what_and_why(desk: Cast) -> None:
    response = page(desk.dora)
    numbers = {line["office"].code: [number for number, _ in line["cells"]] for line in response.context["lines"]}
    assert sum(numbers["HQ"]) == sum(numbers["WCA"]) + sum(numbers["APA"]) > 0
    line = next(line for line in response.context["lines"] if line["office"].code == "WCA")
    url = next(url for number, url in line["cells"] if number)
    client = Client()
    client.force_login(desk.dora.user)
    text = client.get(url).content.decode()
    assert "Bruno Late" in text
    assert "1 day before it is due, to the person" in text
    assert "Eve" not in text


def test_a_head_sees_the_own_office_and_nothing_of_others(desk: Cast) -> None:
    assert [line["office"].code for line in page(desk.chen).context["lines"]] == ["WCA-SN"]
    assert page(desk.chen, office="APA").status_code == 404
    exported = b"".join(page(desk.chen, export="csv").streaming_content).decode()
    assert "Bruno Late" in exported
    assert "Eve" not in exported


@pytest.mark.parametrize("day", ["2020-01-01", "no-day", "9999-99-99"])
def test_a_day_beyond_the_two_weeks_is_not_there(desk: Cast, day: str) -> None:
    assert page(desk.dora, day=day).status_code == 404


def test_very_many_people_are_reckoned_office_by_office(desk: Cast, settings: Any) -> None:
    settings.LMS_DRY_RUN_PEOPLE = 1
    text = page(desk.dora).content.decode()
    assert "Choose an office below" in text
    assert "office=APA" in text
    assert page(desk.dora, export="csv").status_code == 404


def test_queries_do_not_grow_with_the_people(desk: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        person = make_person(f"Q{number}", desk.country)
        Person.objects.filter(pk=person.pk).update(joined_on=timezone.localdate() - timedelta(days=27))
    desk.assign(timezone.localdate() - timedelta(days=20))
    client = Client()
    client.force_login(desk.dora.user)
    with django_assert_max_num_queries(60):
        client.get(URL)


@pytest.mark.parametrize(
    ("kind", "days", "said"),
    [
        ("due", -1, "1 day before it is due"), ("due", -30, "30 days before it is due"), ("due", 0, "on the due date"),
        ("due", 7, "7 days after it was due"), ("opening", 0, "on the day it is assigned"),
        ("opening", 3, "3 days after it is assigned"),
    ],
)  # fmt: skip
def test_a_step_is_said_in_words(kind: str, days: int, said: str) -> None:
    assert step_in_words(kind=kind, days=days) == said


def test_the_page_of_another_day_opens_no_office_that_was_the_viewers_then(desk: Cast) -> None:
    """Five days ago Eve's office stood below Chen's."""
    now = timezone.now()
    above = Office.objects.get(pk=desk.country.pk).path
    KnownOffice.objects.all().delete()
    for office in Office.objects.all():
        path = f"{above}0009" if office == desk.elsewhere else office.path
        KnownOffice.objects.create(
            office=office, path=path, depth=len(path) // Office.steplen, code=office.code, name=office.name,
            known_from=now - timedelta(days=20), known_until=now - timedelta(days=1),
        )  # fmt: skip
    day = (timezone.localdate() - timedelta(days=5)).isoformat()
    exported = b"".join(page(desk.chen, export="csv", as_at=day).streaming_content).decode()
    assert "Bruno" in exported
    assert "Eve" not in exported
