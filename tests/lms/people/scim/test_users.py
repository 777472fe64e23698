"""Users: what Entra ID and Okta send, in our own words, and what becomes of the people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from lms.people.models import Headship, Person
from lms.people.scim.models import ProviderAccount
from lms.requirements.models import Activity, Assignment
from tests.cast import TODAY, Cast, make_person, make_requirement
from tests.lms.people.scim.provider import CORE, EMPLOYMENT, ENTERPRISE, Provider, identity, joiner
from tests.lms.requirements.test_completing import satisfied


@pytest.fixture
def provider(cast: Cast) -> Provider:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    return Provider()


def arrived(provider: Provider, **said: Any) -> Person:
    answer = provider.post(joiner(**said))
    assert answer.status_code == 201, answer.content
    return Person.objects.get(pk=answer.json()["id"].removeprefix("person~"))


def test_a_joiner_is_there_and_owes_at_once(provider: Provider, cast: Cast) -> None:
    answer = provider.post(joiner())
    person = Person.objects.get(number="P10001")
    assert (person.name, person.office, person.language) == ("Fatou Diop", cast.country, "fr")
    assert (person.joined_on, person.category) == (date(2026, 12, 7), "FTA")
    assert Assignment.objects.open().filter(person=person).count() == 1
    assert answer.headers["Location"] == answer.json()["meta"]["location"]
    assert answer.headers["Location"].endswith(f"/scim/v2/Users/{identity(person)}")
    assert answer.headers["ETag"] == answer.json()["meta"]["version"]
    assert str(person.uuid) not in answer.content.decode(), "statements name the person by it"
    entry = ModelLogEntry.objects.get(action="lms.person.provision")
    assert entry.data == {"created": True, "by": "Directory"}


def test_the_sites_defaults_stand_in_for_what_a_provider_does_not_know(provider: Provider, settings: Any) -> None:
    plain = {"schemas": [CORE, ENTERPRISE], "userName": "f@example.org", "name": {"givenName": "F", "familyName": "D"},
             ENTERPRISE: {"employeeNumber": "P10001"}}  # fmt: skip
    refused = provider.post(plain)
    assert (refused.status_code, "department" in refused.json()["detail"]) == (400, True)
    settings.LMS_SCIM_OFFICE, settings.LMS_SCIM_CATEGORY = "HQ", "SC"
    assert provider.post(plain).status_code == 201
    person = Person.objects.get(number="P10001")
    assert (person.name, person.office.code, person.category) == ("F D", "HQ", "SC")
    assert person.joined_on == timezone.localdate()


def test_entra_id_looks_somebody_up_by_any_of_the_names(provider: Provider, cast: Cast) -> None:
    person = arrived(provider)
    for query in ('userName eq "FATOU.diop@example.org"', 'externalId eq "ext-1"', f'id eq "{identity(person)}"',
                  f'{ENTERPRISE}:employeeNumber eq "P10001" and active eq true',
                  'emails eq "fatou.diop@example.org"'):  # fmt: skip
        assert [user["id"] for user in provider.found(query)] == [identity(person)]
    assert [user["id"] for user in provider.found('userName eq "p00002@example.org"')] == [identity(cast.bruno)]
    assert [user["id"] for user in provider.found('userName eq "P00001"')] == [identity(cast.amina)]
    assert provider.found('userName eq "nobody@example.org"') == []
    for query in ('externalId eq ""', 'userName eq ""', 'emails eq ""'):
        assert provider.found(query) == [], "Amina has no address"


def test_entra_id_changes_attributes_with_capital_operations(provider: Provider, cast: Cast) -> None:
    person = arrived(provider)
    answer = provider.patch(
        person,
        {"op": "Replace", "path": "displayName", "value": "Fatou Ndiaye"},
        {"op": "Replace", "path": "name.familyName", "value": "Ndiaye"},
        {"op": "Add", "path": 'emails[type eq "home"].value', "value": "fatou@example.net"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "fatou.ndiaye@example.org"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": identity(cast.chen)},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "APA"},
        {"op": "Replace", "path": f"{EMPLOYMENT}:isManager", "value": "True"},
        {"op": "Replace", "path": f"{EMPLOYMENT}:joinedOn", "value": "2026-12-14T00:00:00Z"},
        {"op": "Add", "path": "title", "value": "Officer"},
        {"op": "Add", "path": 'addresses[type eq "work"].locality', "value": "Dakar"},
    )
    assert answer.status_code == 200, answer.content
    person.refresh_from_db()
    assert (person.name, person.email, person.personal_email) == (
        "Fatou Ndiaye", "fatou.ndiaye@example.org", "fatou@example.net"
    )  # fmt: skip
    assert (person.office, person.supervisor, person.is_manager) == (cast.elsewhere, cast.chen, True)
    assert person.joined_on == date(2026, 12, 14)
    told = answer.json()
    assert told["name"] == {"formatted": "Fatou Ndiaye", "givenName": "Fatou", "familyName": "Ndiaye"}
    assert told[ENTERPRISE]["manager"]["value"] == identity(cast.chen)


@pytest.mark.parametrize("off", [
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "replace", "path": "active", "value": False},
    {"op": "replace", "value": {"active": False}},
    {"op": "Replace", "value": {"active": "false"}},
])  # fmt: skip
def test_switched_off_is_a_leaver_and_keeps_all_proof(provider: Provider, cast: Cast, off: dict[str, Any]) -> None:
    satisfied(cast.assignment(cast.eve, "sea"))
    client = Client()
    client.force_login(cast.eve.user)  # type: ignore[arg-type]
    assert client.get("/learning/").status_code == 200
    assert provider.patch(cast.eve, off).json()["active"] is False
    cast.eve.refresh_from_db()
    assert cast.eve.left_on == timezone.localdate()
    assert not Assignment.objects.open().filter(person=cast.eve).exists()
    assert Assignment.objects.get(person=cast.eve).completed_on is not None
    assert client.get("/learning/").status_code == 302, "the session has ended"
    on = provider.patch(cast.eve, {"op": "Replace", "path": "active", "value": "True"})
    assert on.json()["active"] is True
    cast.eve.refresh_from_db()
    assert cast.eve.left_on is None
    assert Assignment.objects.open().get(person=cast.eve).completed_on is not None, "valid proof counts again"


def test_a_provider_that_sends_everybody_away_is_stopped(provider: Provider, cast: Cast) -> None:
    people = [make_person(f"N{number}", cast.country) for number in range(20)]
    off = {"op": "Replace", "path": "active", "value": "False"}
    answers = [provider.patch(person, off) for person in people[:6]] + [provider.delete(people[6])]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 403, 403, 403]
    assert "5 of 25 people would have left today (20 %; up to 5 % pass)" in answers[-1].json()["detail"]
    assert Person.objects.exclude(left_on=None).count() == 4
    rename = {"op": "Replace", "path": "displayName", "value": "Another"}
    assert provider.patch(people[0], rename).status_code == 200, "who has left may still be corrected"


def test_a_token_cannot_have_an_administrators_mail_sent_elsewhere(provider: Provider, cast: Cast) -> None:
    assert cast.dora.user is not None
    cast.dora.user.is_superuser = True
    cast.dora.user.save()
    for kind in ("work", "home"):
        path = f'emails[type eq "{kind}"].value'
        assert provider.patch(cast.dora, {"op": "Add", "path": path, "value": "mine@example.com"}).status_code == 403
    assert provider.patch(cast.dora, {"op": "Remove", "path": "emails"}).status_code == 403
    assert provider.patch(cast.dora, {"op": "Add", "path": "displayName", "value": "Dora D"}).status_code == 200
    cast.dora.refresh_from_db()
    assert (cast.dora.email, cast.dora.personal_email) == ("p00004@example.org", "")


def test_who_is_switched_off_before_the_first_day_never_comes(provider: Provider) -> None:
    ahead = timezone.localdate() + timedelta(days=20)
    person = arrived(provider, **{EMPLOYMENT: {"category": "FTA", "joinedOn": ahead.isoformat()}})
    off = {"op": "Replace", "path": "active", "value": "False"}
    assert provider.patch(person, off).json()["active"] is False
    later = {"op": "Replace", "path": f"{EMPLOYMENT}:joinedOn", "value": (ahead + timedelta(days=9)).isoformat()}
    assert provider.patch(person, later).json()["active"] is False
    assert [user["id"] for user in provider.found("active eq false")] == [identity(person)]


def test_a_last_day_that_hr_has_said_stays(provider: Provider, cast: Cast) -> None:
    ahead = timezone.localdate() + timedelta(days=20)
    Person.objects.filter(pk=cast.eve.pk).update(left_on=ahead)
    assert provider.patch(cast.eve, {"op": "replace", "path": "displayName", "value": "Eve E"}).json()["active"]
    cast.eve.refresh_from_db()
    assert (cast.eve.left_on, cast.eve.name) == (ahead, "Eve E")


def test_deleted_is_out_of_sight_and_out_of_nothing_else(provider: Provider, cast: Cast) -> None:
    person = arrived(provider)
    assert provider.delete(person).status_code == 204
    assert provider.get(f"Users/{identity(person)}").status_code == 404
    assert provider.delete(person).status_code == 404
    assert provider.found('userName eq "fatou.diop@example.org"') == []
    person.refresh_from_db()
    assert person.left_on is not None
    Person.objects.filter(pk=person.pk).update(left_on=None)
    assert provider.get(f"Users/{identity(person)}").json()["active"] is True, "HR's feed has brought them back"
    assert provider.delete(person).status_code == 204
    again = provider.post(joiner())
    assert (again.status_code, again.json()["id"]) == (201, identity(person))
    person.refresh_from_db()
    assert (person.left_on, ProviderAccount.objects.get().deleted_at) == (None, None)


def test_okta_replaces_the_whole_profile_and_wipes_nothing_that_it_does_not_know(
    provider: Provider, cast: Cast
) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(contract_ends_on=date(2027, 6, 1), personal_email="b@example.net")
    body = {
        "schemas": [CORE, ENTERPRISE],
        "id": identity(cast.bruno),
        "userName": "bruno@example.org",
        "name": {"givenName": "Bruno", "familyName": "Tard"},
        "emails": [{"primary": True, "value": "bruno@example.org", "type": "work"}],
        "phoneNumbers": [{"value": "+1", "type": "work"}],
        "displayName": "Bruno Tard",
        "locale": "fr-FR",
        "active": True,
        "groups": [],
        "password": "never asked for",
        ENTERPRISE: {"employeeNumber": "P00002", "manager": {"value": "P00004", "displayName": "Dora"}},
    }
    assert provider.put(cast.bruno, body).status_code == 200
    cast.bruno.refresh_from_db()
    assert (cast.bruno.name, cast.bruno.email) == ("Bruno Tard", "bruno@example.org")
    assert cast.bruno.user is not None
    cast.bruno.user.refresh_from_db()
    assert cast.bruno.user.email == "bruno@example.org", "mail follows"
    assert (cast.bruno.contract_ends_on, cast.bruno.supervisor) == (date(2027, 6, 1), cast.dora)
    assert (cast.bruno.office, cast.bruno.language, cast.bruno.joined_on) == (
        cast.country, "fr", date(2026, 10, 24)
    )  # fmt: skip


def test_a_new_number_keeps_one_history(provider: Provider, cast: Cast) -> None:
    satisfied(cast.assignment(cast.bruno, "sea"))
    answer = provider.patch(cast.bruno, {"op": "Replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "Q2"})
    assert answer.json()["id"] == identity(cast.bruno)
    cast.bruno.refresh_from_db()
    assert (cast.bruno.number, cast.assignment(cast.bruno, "sea").completed_on is not None) == ("Q2", True)


def test_nobody_is_made_one_with_somebody_else(provider: Provider, cast: Cast) -> None:
    make_person("P10001", cast.elsewhere, email="other@example.org")
    number = provider.post(joiner(userName="new@example.org"))
    assert (number.status_code, number.json()["scimType"]) == (409, "uniqueness")
    address = provider.post(joiner(userName="P00002@example.org", **{ENTERPRISE: {"employeeNumber": "Z1",
                                                                                 "department": "HQ"}}))  # fmt: skip
    assert (address.status_code, address.json()["scimType"]) == (409, "uniqueness")
    moved = provider.patch(cast.bruno, {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "P10001"})
    assert moved.status_code == 409
    renamed = provider.patch(cast.bruno, {"op": "replace", "path": "userName", "value": "p00003@example.org"})
    assert renamed.status_code == 409
    assert not ProviderAccount.objects.exists()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (f"{ENTERPRISE}:department", "NOWHERE", "department: office 'NOWHERE' is not known"),
        (f"{EMPLOYMENT}:category", "KING", "category: category 'KING' is not one of"),
        (f"{EMPLOYMENT}:joinedOn", "2026-02-30", "joinedOn: joined_on '2026-02-30' is no day of the calendar"),
        (f"{EMPLOYMENT}:joinedon", "soon", "joinedOn: joined_on 'soon' is not a date"),
        (f"{EMPLOYMENT}:joined", "2026-12-01", "is not an attribute of this schema"),
        ("displayName", "=HYPERLINK(1)", "displayName: name begins with '='"),
        ("displayName", "a\u0000b", "displayName: name holds a control character"),
        ("timezone", "Mars/Base", "timezone: time zone 'Mars/Base' is not known"),
        ('emails[type eq "work"].value', "nowhere", "emails: email 'nowhere' is no address"),
        (f"{ENTERPRISE}:manager", "P00002", "manager: the person is their own supervisor"),
        ("userName", "x" * 300, "userName is longer than 254"),
        ("userName", "İ" * 200, "userName is longer than 254"),
        ("displayName", None, "required attribute"),
    ],
)
def test_the_rules_of_the_feed_hold_and_are_told(
    provider: Provider, cast: Cast, path: str, value: Any, said: str
) -> None:
    before = Person.objects.filter(pk=cast.bruno.pk).values().get()
    answer = provider.patch(cast.bruno, {"op": "replace", "path": path, "value": value})
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert Person.objects.filter(pk=cast.bruno.pk).values().get() == before


def test_a_misspelt_attribute_of_our_own_is_told_in_every_form(provider: Provider, cast: Cast) -> None:
    wrong = {"op": "replace", "value": {EMPLOYMENT: {"isBoss": True}}}
    assert "isBoss" in provider.patch(cast.bruno, wrong).json()["detail"]
    assert "isBoss" in provider.post(joiner(**{EMPLOYMENT: {"category": "FTA", "isBoss": True}})).json()["detail"]
    whole = {"op": "replace", "path": EMPLOYMENT, "value": {"isBoss": True}}
    assert provider.patch(cast.bruno, whole).status_code == 400


def test_a_manager_who_is_not_known_costs_nobody_their_place(provider: Provider, cast: Cast) -> None:
    person = arrived(provider, **{ENTERPRISE: {"employeeNumber": "P10001", "department": "HQ", "manager": "nobody"}})
    assert person.supervisor is None
    circle = {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": {"value": identity(cast.bruno)}}
    assert provider.patch(cast.chen, circle).status_code == 200
    cast.chen.refresh_from_db()
    assert cast.chen.supervisor is None, "Bruno's manager is Chen"
    gone = provider.patch(cast.bruno, {"op": "Remove", "path": f"{ENTERPRISE}:manager"})
    assert "manager" not in gone.json()[ENTERPRISE]


@pytest.mark.parametrize(("said", "kept"), [("fr-CA", "fr"), ("zh-CN", "zh-hans"), ("de-DE", "en"), ("ar", "ar")])
def test_a_language_is_taken_as_the_site_has_it(provider: Provider, said: str, kept: str) -> None:
    assert arrived(provider, preferredLanguage=said).language == kept


def test_a_head_who_moves_no_longer_heads(provider: Provider, cast: Cast) -> None:
    Headship.objects.create(office=cast.country, person=cast.chen, starts_on=TODAY)
    provider.patch(cast.chen, {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "APA"})
    assert not Headship.objects.filter(person=cast.chen, ends_on=None).exists()


def test_versions_guard_against_overwriting(provider: Provider, cast: Cast) -> None:
    version = provider.get(f"Users/{identity(cast.bruno)}").headers["ETag"]
    assert provider.get(f"Users/{identity(cast.bruno)}", If_None_Match=version).status_code == 304
    rename = {"op": "replace", "path": "displayName", "value": "Bruno B"}
    assert provider.patch(cast.bruno, rename, If_Match=version).status_code == 200
    for stale in (provider.patch(cast.bruno, rename, If_Match=version), provider.delete(cast.bruno, If_Match=version)):
        assert stale.status_code == 412
    assert provider.patch(cast.bruno, rename, If_Match="*").status_code == 200


def test_pages_and_chosen_attributes(provider: Provider, cast: Cast) -> None:
    first = provider.get("Users?startIndex=1&count=2").json()
    second = provider.get("Users?startIndex=3&count=2").json()
    assert (first["totalResults"], first["itemsPerPage"], second["startIndex"]) == (5, 2, 3)
    assert not {user["id"] for user in first["Resources"]} & {user["id"] for user in second["Resources"]}
    assert provider.get("Users?count=0").json()["totalResults"] == 5
    assert provider.get(f"Users?startIndex={10**40}").json()["Resources"] == []
    short = provider.get("Users?attributes=userName").json()["Resources"][0]
    assert set(short) == {"schemas", "id", "userName"}
    assert "emails" not in provider.get("Users?excludedAttributes=emails").json()["Resources"][0]


def test_the_list_costs_the_same_however_many_there_are(
    provider: Provider, cast: Cast, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        make_person(f"N{number}", cast.country, supervisor=cast.chen)
    arrived(provider)
    with django_assert_num_queries(3):
        assert provider.get("Users").json()["itemsPerPage"] == 36
    with django_assert_num_queries(4):
        assert provider.get("Groups").json()["totalResults"] == 4
