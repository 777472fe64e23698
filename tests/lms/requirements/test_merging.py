"""HR makes one person of two records: on a page of its own, of people whom it may see, once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from lms.people.groups import HEADS, HR, ensure_groups
from lms.people.models import OfficeAccess, Person
from lms.requirements.merging import CannotMerge, merge
from lms.requirements.models import Activity, Assignment
from lms.verification import run
from tests.cast import Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied

PAGE = "/admin/compliance/person/P00002/merge/"


@pytest.fixture
def twice(cast: Cast) -> Person:
    """Bruno stands in HR's system a second time; under that number he has an account and has completed the course."""
    groups = ensure_groups()
    for person, group, office in ((cast.dora, HR, cast.headquarters), (cast.chen, HEADS, cast.country)):
        person.user.groups.add(groups[group])  # type: ignore[union-attr]
        OfficeAccess.objects.create(user=person.user, office=office)
    activity = Activity.objects.create(iri="https://example.org/sea", kind="course", name="Sea", move_on="Parts")
    make_requirement("sea", activity)
    other = make_person("P10002", cast.country, user=True, name="Bruno L.", joined_on=cast.bruno.joined_on)
    make_person("P10003", cast.country, name="Reports to him", supervisor=other)
    cast.assign()
    satisfied(Assignment.objects.get(person=other))
    return other


def signed_in(person: Person) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(person.user)  # type: ignore[arg-type]
    return client


def test_hr_merges_two_records_and_the_feed_no_longer_takes_the_one_given_up(cast: Cast, twice: Person) -> None:
    dora = signed_in(cast.dora)
    unsure = dora.post(PAGE, {"number": "P10002"}).content.decode()
    assert "This field is required" in unsure
    for _ in range(2):  # a double click merges once
        told = dora.post(PAGE, {"number": "P10002", "sure": "on"}, follow=True).content.decode()
    assert "merged into another record before" in told
    twice.refresh_from_db()
    assert twice.merged_into == cast.bruno
    owed = cast.assignment(cast.bruno, "sea")
    assert owed.completion is not None
    assert owed.completion.person == twice, "the ledger is as it was"
    assert Person.objects.get(number="P10003").supervisor == cast.bruno
    assert not twice.user.is_active  # type: ignore[union-attr]  # Bruno has one already
    assert "This record was merged into" in dora.get("/admin/compliance/person/P10002/").content.decode()
    assert [str(item) for _, found in run() for item in found] == []


@pytest.mark.parametrize("number", ["NOPE", "P00002", "", "P00005'--", "\x00"])
def test_a_record_that_is_not_there_is_refused_in_words(cast: Cast, twice: Person, number: str) -> None:
    answer = signed_in(cast.dora).post(PAGE, {"number": number, "sure": "on"})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Person.objects.exclude(merged_into=None).exists()


def test_nobody_but_hr_merges_and_hr_only_whom_it_may_see(cast: Cast, twice: Person) -> None:
    assert signed_in(cast.chen).post(PAGE, {"number": "P10002", "sure": "on"}).headers["Location"] == "/admin/"
    OfficeAccess.objects.filter(user=cast.dora.user).update(office=cast.country)
    away = signed_in(cast.dora).post(PAGE, {"number": "P00005", "sure": "on"})
    assert "no such record among those that you may see" in away.content.decode()
    assert not Person.objects.exclude(merged_into=None).exists()


def test_the_account_goes_along_where_the_kept_record_has_none(cast: Cast, twice: Person) -> None:
    kept = make_person("P20002", cast.country, joined_on=cast.bruno.joined_on)
    user = twice.user
    merge(kept=kept, merged=twice, today=timezone.localdate())
    kept.refresh_from_db()
    assert kept.user == user
    assert kept.user.is_active  # type: ignore[union-attr]
    with pytest.raises(CannotMerge):
        merge(kept=twice, merged=cast.eve)
    with pytest.raises(CannotMerge):
        merge(kept=kept, merged=kept)
