"""Groups are offices: to add somebody is to move them."""

from __future__ import annotations

from typing import Any

import pytest

from lms.people.models import Office, Person
from lms.requirements.models import Activity, Assignment
from tests.cast import Cast, make_person, make_requirement
from tests.lms.people.scim.provider import Provider, identity


@pytest.fixture
def provider(cast: Cast) -> Provider:
    return Provider()


def office_of(person: Person) -> str:
    return Person.objects.select_related("office").get(pk=person.pk).office.code


def test_a_group_is_found_by_its_code_without_its_members(provider: Provider, cast: Cast) -> None:
    found = provider.get('Groups?excludedAttributes=members&filter=displayName eq "wca-sn"').json()["Resources"]
    assert [(group["id"], "members" in group) for group in found] == [(f"office~{cast.country.pk}", False)]
    whole = provider.get(f"Groups/office~{cast.country.pk}").json()
    assert {member["value"] for member in whole["members"]} == {
        identity(person) for person in (cast.amina, cast.bruno, cast.chen)
    }
    mine = provider.get(f'Groups?filter=members.value eq "{identity(cast.eve)}"').json()["Resources"]
    assert [group["displayName"] for group in mine] == ["APA"]


def test_who_is_added_moves_and_owes_what_the_new_office_asks(provider: Provider, cast: Cast) -> None:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("local", activity, audience=[("office", {"office": "APA", "opposite": False})])
    cast.assign()
    add = {"op": "Add", "path": "members", "value": [{"value": identity(cast.bruno)}, {"value": identity(cast.eve)}]}
    assert provider.patch_group(cast.elsewhere, add).status_code == 204
    assert office_of(cast.bruno) == "APA"
    assert Assignment.objects.open().filter(person=cast.bruno, requirement__code="local").exists()
    assert provider.patch_group(cast.elsewhere, add).status_code == 204, "safe to repeat"


@pytest.mark.parametrize("form", ["value", "filter"])
def test_who_is_only_taken_out_goes_where_the_site_says(
    provider: Provider, cast: Cast, form: str, settings: Any
) -> None:
    out = {"op": "Remove", "path": "members", "value": [{"value": identity(cast.bruno)}]}
    if form == "filter":
        out = {"op": "remove", "path": f'members[value eq "{identity(cast.bruno)}"]'}
    refused = provider.patch_group(cast.country, out)
    assert (refused.status_code, refused.json()["scimType"]) == (400, "mutability")
    assert office_of(cast.bruno) == "WCA-SN"
    settings.LMS_SCIM_OFFICE = "HQ"
    assert provider.patch_group(cast.country, out).status_code == 204
    assert office_of(cast.bruno) == "HQ"
    assert provider.patch_group(cast.country, out).status_code == 204, "out already"


def test_a_group_that_was_emptied_by_mistake_does_not_empty_an_office(
    provider: Provider, cast: Cast, settings: Any
) -> None:
    settings.LMS_SCIM_OFFICE = "HQ"
    for number in range(10):
        make_person(f"N{number}", cast.country)
    for answer in (
        provider.patch_group(cast.country, {"op": "replace", "path": "members", "value": []}),
        provider.call("PUT", f"Groups/office~{cast.country.pk}", {"displayName": "WCA-SN", "members": []}),
    ):
        assert answer.status_code == 400
        assert "13 of 15 people would leave this office" in answer.json()["detail"]
    assert Person.objects.filter(office=cast.country).count() == 13


def test_okta_pushes_its_name_along_with_the_members(provider: Provider, cast: Cast) -> None:
    push = {"op": "replace", "value": {"id": f"office~{cast.country.pk}", "displayName": "WCA-SN"}}
    assert provider.patch_group(cast.country, push).status_code == 204
    add = {"op": "add", "path": "members", "value": [{"value": identity(cast.eve), "display": "eve@example.org"}]}
    assert provider.patch_group(cast.country, add).status_code == 204
    assert office_of(cast.eve) == "WCA-SN"
    rename = {"op": "replace", "path": "displayName", "value": "Another"}
    assert provider.patch_group(cast.country, rename).status_code == 400
    body = {"displayName": "WCA-SN"}
    assert provider.call("PUT", f"Groups/office~{cast.country.pk}", body).status_code == 204, "says no members"


def test_offices_are_made_and_unmade_by_hr_only(provider: Provider, cast: Cast) -> None:
    assert provider.call("POST", "Groups", {"displayName": "NEW"}).status_code == 405
    assert provider.call("DELETE", f"Groups/office~{cast.country.pk}").status_code == 405
    assert Office.objects.count() == 4


@pytest.mark.parametrize("value", ["person~999999", "office~1", "P00002", "", None])
def test_a_member_who_is_nobody_is_told(provider: Provider, cast: Cast, value: Any) -> None:
    answer = provider.patch_group(cast.country, {"op": "add", "path": "members", "value": [{"value": value}]})
    assert answer.status_code == 400
