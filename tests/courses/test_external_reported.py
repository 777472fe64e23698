"""A provider reports to the record store who finished: it knows the reference in the link, and nobody of ours."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from courses.models import ExternalPage
from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Statement
from lms.lrs.recording import home_page
from lms.people.models import Person
from lms.requirements.claiming import CannotBeAccepted, accept, can_count
from lms.requirements.merging import merge
from lms.requirements.models import Activity, Assignment, Claim, Completion
from tests.cast import Cast, make_person, make_requirement
from tests.courses.external import NOW, give_rights, make_external, standing_clock
from tests.lms.lrs.client import Store, account, statement, voiding

pytestmark = pytest.mark.django_db
__all__ = ["standing_clock"]


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    page: ExternalPage = make_external()
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


@pytest.fixture
def provider(page: ExternalPage) -> Store:
    """A system that may write and report, and is named as trusted for the course."""
    provider = Store("statements/write", "claim")
    trust(provider, page)
    return provider


def trust(provider: Store, page: ExternalPage) -> Activity:
    part = part_of(page)
    part.word = Activity.Word.TRUSTED
    part.save()
    part.trusted.add(provider.credential)
    return part


def part_of(page: ExternalPage) -> Activity:
    return Activity.objects.get(part_of=page.activity)


def owed(cast: Cast, code: str = "bsafe") -> Assignment:
    return Assignment.objects.get(person=cast.bruno, requirement__code=code)


def report(store: Store, page: ExternalPage, registration: uuid.UUID | None, **changes: Any) -> None:
    """As a provider would: about an account of its own."""
    context = {"registration": str(registration)} if registration else None
    given = {
        "actor": account("user-7781"), "verb": {"id": v.COMPLETED}, "object": {"id": part_of(page).iri},
        "context": context, "timestamp": (NOW - timedelta(hours=1)).isoformat(), "result": None,
    }  # fmt: skip
    assert store.post(statement(**{**given, **changes})).status_code == 200


@pytest.mark.parametrize(
    "actor",
    [account("user-7781"), {"mbox": "mailto:desk@provider.example"}, {"mbox": "mailto:bruno@example.org"}],
)
def test_a_report_with_the_reference_counts_for_whom_it_was_given(
    cast: Cast, page: ExternalPage, provider: Store, actor: dict[str, Any]
) -> None:
    report(provider, page, owed(cast).registration, actor=actor)
    part, whole = Completion.objects.order_by("sequence")
    assert (part.person, part.source, whole.source) == (cast.bruno, "reported", "reported")
    assert (part.completed_at, whole.activity) == (NOW - timedelta(hours=1), page.activity)
    assert owed(cast).completion == whole
    claim = Claim.objects.get()
    assert (claim.person, claim.activity, claim.doubts) == (cast.bruno, part.activity, [])
    said = Statement.objects.get(pk=part.statement_id)
    assert said.credential is None
    assert said.data["actor"]["account"] == {"homePage": home_page(), "name": str(cast.bruno.uuid)}
    assert str(claim.statement.statement_id) in said.raw
    assert "user-7781" not in said.raw
    call_command("verify_ledger")


@pytest.mark.parametrize("verb", [v.COMPLETED, v.PASSED])
@pytest.mark.parametrize("named", ["part", "whole", "theirs"])
def test_completed_or_passed_of_the_part_the_course_or_what_the_provider_calls_it(
    cast: Cast, page: ExternalPage, provider: Store, verb: str, named: str
) -> None:
    Activity.objects.filter(part_of=page.activity).update(known_as="https://provider.example/bsafe")
    assert page.activity is not None
    iri = {"part": part_of(page).iri, "whole": page.activity.iri, "theirs": "https://provider.example/bsafe"}[named]
    report(provider, page, owed(cast).registration, verb={"id": verb}, object={"id": iri})
    assert Completion.objects.filter(person=cast.bruno, activity=page.activity, source="reported").count() == 1
    call_command("verify_ledger")


def test_a_second_report_changes_nothing(cast: Cast, page: ExternalPage, provider: Store) -> None:
    for actor in ("user-7781", "user-9"):
        report(provider, page, owed(cast).registration, actor=account(actor))
    report(provider, page, owed(cast).registration, verb={"id": v.PASSED})
    assert Completion.objects.count() == 2
    assert Claim.objects.filter(is_believed=True).count() == 3


@pytest.mark.parametrize(
    ("changes", "doubts"),
    [
        ({"timestamp": "2031-01-01T00:00:00Z"}, ["impossible_time"]),
        ({"timestamp": "2019-01-01T00:00:00Z"}, ["impossible_time"]),
        ({"result": {"success": False}}, ["contradicts_itself"]),
        ({"result": {"completion": False}}, ["contradicts_itself"]),
        ({"result": {"duration": "PT3M"}}, ["too_quick"]),
        ({"result": {"duration": "P9000D"}}, ["impossible_time"]),
        ({"verb": {"id": v.SATISFIED}}, ["not_its_to_say"]),
        ({"verb": {"id": v.WAIVED}}, ["not_its_to_say"]),
        ({"context": None}, ["foreign_actor", "other_registration"]),
        ({"context": {"registration": str(uuid.UUID(int=7))}}, ["foreign_actor", "other_registration"]),
        ({"actor": account("x") | {"objectType": "Group"}}, ["foreign_actor", "other_registration"]),
        ({"actor": {"account": {"homePage": "OURS", "name": str(uuid.UUID(int=7))}}},
         ["foreign_actor", "other_registration"]),
    ],
)  # fmt: skip
def test_what_cannot_be_true_stays_a_claim(
    cast: Cast, page: ExternalPage, provider: Store, changes: dict[str, Any], doubts: list[str]
) -> None:
    if changes.get("actor", {}).get("account", {}).get("homePage") == "OURS":
        changes["actor"]["account"]["homePage"] = home_page()
    report(provider, page, owed(cast).registration, **changes)
    assert Claim.objects.get().doubts == doubts
    assert not Completion.objects.exists()


def say(store: Store, page: ExternalPage, registration: uuid.UUID, *said: tuple[str, int]) -> list[str]:
    """Verbs with the minutes before now, in one request."""
    body = [
        statement(actor=account("user-7781"), verb={"id": verb}, object={"id": part_of(page).iri}, result=None,
                  context={"registration": str(registration)}, timestamp=(NOW - timedelta(minutes=ago)).isoformat())
        for verb, ago in said
    ]  # fmt: skip
    answer = store.post(body)
    assert answer.status_code == 200
    found: list[str] = answer.json()
    return found


@pytest.mark.parametrize("said", [[(v.FAILED, 9), (v.COMPLETED, 8)], [(v.COMPLETED, 9), (v.FAILED, 9)]])
def test_who_went_through_it_and_failed_has_not_completed_it(
    cast: Cast, page: ExternalPage, provider: Store, said: list[tuple[str, int]]
) -> None:
    say(provider, page, owed(cast).registration, *said)
    assert Claim.objects.get(statement__verb=verb_key(v.COMPLETED)).doubts == ["contradicts_itself"]
    assert not Completion.objects.exists()


def test_who_failed_and_passed_later_has(cast: Cast, page: ExternalPage, provider: Store) -> None:
    say(provider, page, owed(cast).registration, (v.FAILED, 9), (v.PASSED, 5), (v.COMPLETED, 5))
    assert not Claim.objects.filter(is_believed=False).exists()
    assert owed(cast).completion is not None


def test_what_somebody_else_says_of_a_failure_takes_nothing_away(
    cast: Cast, page: ExternalPage, provider: Store
) -> None:
    say(Store("statements/write", "claim"), page, owed(cast).registration, (v.FAILED, 9))
    failed = say(provider, page, owed(cast).registration, (v.FAILED, 9))
    assert provider.post(voiding(failed[0])).status_code == 200
    say(provider, page, owed(cast).registration, (v.COMPLETED, 5))
    assert owed(cast).completion is not None


def test_what_is_taken_back_with_the_same_breath_does_not_count(
    cast: Cast, page: ExternalPage, provider: Store
) -> None:
    one = statement(actor=account("user-7781"), verb={"id": v.COMPLETED}, object={"id": part_of(page).iri}, result=None,
                    context={"registration": str(owed(cast).registration)}, timestamp=NOW.isoformat())  # fmt: skip
    assert provider.post([one, voiding(one["id"])]).status_code == 200
    assert not Completion.objects.exists()


@pytest.mark.parametrize("address", ["eve@example.org", "Eve@private.example"])
def test_an_address_of_another_of_our_people_is_not_whose_reference_it_is(
    cast: Cast, page: ExternalPage, provider: Store, address: str
) -> None:
    Person.objects.filter(pk=cast.eve.pk).update(email="Eve@example.org", personal_email="eve@private.example")
    report(provider, page, owed(cast).registration, actor={"mbox": f"mailto:{address}"})
    assert Claim.objects.get().doubts == ["foreign_actor", "other_registration"]
    assert not Completion.objects.exists()


def test_nobody_accepts_their_own_by_a_record_that_was_merged_into_theirs(
    cast: Cast, page: ExternalPage, provider: Store
) -> None:
    report(provider, page, owed(cast).registration, result={"duration": "PT3M"})
    merge(kept=cast.dora, merged=cast.bruno)
    with pytest.raises(CannotBeAccepted):
        accept(claim=Claim.objects.get(), by=cast.dora.user)


def test_of_somebody_else_the_registration_is_not_theirs(cast: Cast, page: ExternalPage, provider: Store) -> None:
    eve = {"account": {"homePage": home_page(), "name": str(cast.eve.uuid)}}
    report(provider, page, owed(cast).registration, actor=eve)
    claim = Claim.objects.get()
    assert (claim.person, claim.doubts, can_count(claim)) == (cast.eve, ["other_registration"], False)
    assert not Completion.objects.exists()


def test_a_registration_of_another_course_is_doubted(cast: Cast, page: ExternalPage, provider: Store) -> None:
    other = make_external("other")
    make_requirement("other", other.activity)
    cast.assign(NOW.date())
    report(provider, page, owed(cast, "other").registration)
    assert Claim.objects.get().doubts == ["other_registration"]
    assert not Completion.objects.exists()


def test_a_credential_completes_no_course_that_does_not_trust_it(
    cast: Cast, page: ExternalPage, provider: Store
) -> None:
    other = make_external("other")
    make_requirement("other", other.activity)
    cast.assign(NOW.date())
    Activity.objects.filter(part_of=other.activity).update(known_as="https://provider.example/other")
    assert other.activity is not None
    for iri in (part_of(other).iri, other.activity.iri):
        report(provider, page, owed(cast, "other").registration, object={"id": iri})
    assert {(item.person, item.is_believed) for item in Claim.objects.all()} == {(None, False)}
    assert all("not_its_word" in item.doubts for item in Claim.objects.all())
    report(provider, page, owed(cast, "other").registration, object={"id": "https://provider.example/other"})
    assert Claim.objects.count() == 2
    assert not Completion.objects.exists()


def test_without_the_scope_to_report_nothing_is_weighed(cast: Cast, page: ExternalPage) -> None:
    everything = Store("all")
    trust(everything, page)
    report(everything, page, owed(cast).registration)
    assert not Claim.objects.exists()
    assert not Completion.objects.exists()


def test_a_wrong_secret_reports_nothing(cast: Cast, page: ExternalPage, provider: Store) -> None:
    provider.secret = "guessed"
    provider.client = Client(headers={"Authorization": provider.basic(), "X-Experience-API-Version": "1.0.3"})
    context = {"registration": str(owed(cast).registration)}
    answer = provider.post(statement(object={"id": part_of(page).iri}, context=context))
    assert answer.status_code == 401
    assert not Statement.objects.filter(credential__isnull=False).exists()


def test_what_is_doubted_only_for_its_time_counts_once_hr_accepts_it(
    cast: Cast, page: ExternalPage, provider: Store
) -> None:
    give_rights(cast)
    report(provider, page, owed(cast).registration, result={"duration": "PT3M"})
    completion = accept(claim=Claim.objects.get(), by=cast.dora.user)
    assert completion is not None
    assert (completion.person, completion.source) == (cast.bruno, "reported")
    assert owed(cast).completion is not None
    call_command("verify_ledger")


def test_the_reference_of_a_record_that_was_merged_counts_for_the_one_that_is_kept(
    cast: Cast, page: ExternalPage, provider: Store
) -> None:
    registration = owed(cast).registration
    kept = make_person("P00099", cast.country, name="Bruno Late", joined_on=cast.bruno.joined_on)
    merge(kept=kept, merged=cast.bruno)
    report(provider, page, registration)
    assert set(Completion.objects.values_list("person", flat=True)) == {kept.pk}


def test_the_learner_reads_what_was_received(cast: Cast, page: ExternalPage, provider: Store) -> None:
    client = Client()
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    client.cookies["django_language"] = "en"
    address = f"/learning/why/{owed(cast).pk}/"
    report(provider, page, owed(cast).registration, result={"duration": "PT3M"})
    assert "Reported by another system, and doubted" in client.get(address).content.decode()
    report(provider, page, owed(cast).registration)
    shown = client.get(address).content.decode()
    assert "Reported by the provider of the course." in shown
    assert "user-7781" not in shown


def test_what_a_provider_calls_it_is_no_name_of_ours_and_of_one_course_only(page: ExternalPage) -> None:
    part, other = part_of(page), part_of(make_external("other"))
    part.known_as = other.iri
    with pytest.raises(ValidationError):
        part.full_clean()
    part.known_as = "https://provider.example/bsafe"
    part.full_clean()
    part.save()
    other.known_as = part.known_as
    with pytest.raises(ValidationError):
        other.full_clean()


def test_the_author_sees_whether_a_system_reports_and_an_administrator_which(
    cast: Cast, page: ExternalPage, provider: Store
) -> None:
    boss = User.objects.create_superuser("boss")
    assert cast.dora.user is not None
    cast.dora.user.groups.add(Group.objects.get(name="Course authors"))
    shown = {}
    for user in (boss, cast.dora.user):
        client = Client()
        client.force_login(user)
        shown[user] = client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
        assert "One system may report to the record store" in shown[user]
        assert part_of(page).iri in shown[user]
    assert provider.credential.name in shown[boss]
    assert provider.credential.name not in shown[cast.dora.user]
    assert f"/activities/edit/{part_of(page).pk}/" in shown[boss]
    assert f"/activities/edit/{part_of(page).pk}/" not in shown[cast.dora.user]


def test_publishing_again_keeps_the_systems_that_are_trusted(page: ExternalPage, provider: Store) -> None:
    page.save_revision().publish()
    part = part_of(page)
    assert (part.word, list(part.trusted.all())) == ("trusted", [provider.credential])
