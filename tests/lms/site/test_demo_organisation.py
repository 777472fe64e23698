"""The demo organisation: small, but with everything in it that the large one has."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from courses.models import Certificate, Confirmation, Proof
from lms.lrs.models import Credential, Scope
from lms.partners.models import Agreement
from lms.partners.overview import overviews
from lms.partners.states import State
from lms.people import feed, feed_survey
from lms.people.inviting import accept, find
from lms.people.models import Category, Headship, Office, Person
from lms.requirements.assigning import Refreshed, refresh
from lms.requirements.models import Assignment, Completion
from lms.requirements.projecting import project_all
from lms.requirements.standing import Standing
from lms.site.demo.supervisor import welcome
from lms.site.demo_organisation import population
from lms.site.demo_organisation.names import POOLS, mailbox
from lms.site.demo_organisation.offices import offices
from lms.tokens.models import AccessToken
from reminders.models import Reminder

PEOPLE = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[dict[str, Any]]:
    """Loaded once for the module; what a test changes is undone after it. Answers var/demo.json."""
    with django_db_blocker.unblock(), transaction.atomic():
        (folder / "demo.json").write_text(json.dumps({"url": "http://localhost:8000", "kept": "by others"}))
        yield load(folder)
        transaction.set_rollback(True)


def load(folder: Path) -> dict[str, Any]:
    with override_settings(VAR=folder):
        call_command("load_demo", people=PEOPLE, stdout=io.StringIO())
    told: dict[str, Any] = json.loads((folder / "demo.json").read_text())
    return told


@pytest.fixture
def demo(loaded: dict[str, Any], db: None) -> dict[str, Any]:
    return loaded


def standings(number: str) -> dict[str, str]:
    mine = Assignment.objects.open().filter(person__number=number).with_standing(timezone.localdate())
    return dict(mine.values_list("requirement__code", "standing"))


def test_every_standing_is_there(demo: dict[str, Any]) -> None:
    found = Assignment.objects.open().with_standing(timezone.localdate()).values_list("standing", flat=True)
    assert set(found) == {item.value for item in Standing}


def test_history_is_what_the_jobs_and_the_facts_would_have_made(demo: dict[str, Any]) -> None:
    assert refresh(today=timezone.localdate()) == Refreshed()
    assert project_all(Assignment.objects.order_by("pk")) == 0
    call_command("verify_ledger", stdout=io.StringIO())


def test_proof_is_whole_and_lies_in_the_past(demo: dict[str, Any]) -> None:
    courses = Completion.objects.filter(activity__part_of=None)
    by_kind = [courses.filter(activity__kind=kind).count() for kind in ("course", "classroom", "external")]
    assert (
        Certificate.objects.count() == by_kind[0] + by_kind[1] > PEOPLE
    )  # whoever gives the external course certifies it
    assert Completion.objects.count() == 3 * by_kind[0] + 2 * by_kind[1] + 2 * by_kind[2]
    assert by_kind[1] == Confirmation.objects.count() == 4
    assert by_kind[2] == Proof.objects.filter(state="accepted").exclude(way="declaration").count() > 1
    assert not Completion.objects.filter(completed_at__gte=timezone.now()).exists()


def test_a_second_run_keeps_everything(demo: dict[str, Any], folder: Path, django_assert_max_num_queries: Any) -> None:
    people = list(Person.objects.order_by("pk").values())
    with django_assert_max_num_queries(600):
        assert load(folder) == demo
    assert list(Person.objects.order_by("pk").values()) == people
    assert demo["kept"] == "by others"
    assert (folder / "demo.json").stat().st_mode & 0o777 == 0o600


def test_each_account_signs_in_and_belongs_to_its_person(demo: dict[str, Any], client: Any) -> None:
    for role, account in demo["accounts"].items():
        if role == "joiner":
            continue
        assert client.login(username=account["username"], password=account["password"]), role
        person = Person.objects.filter(user__username=account["username"]).first()
        assert (person.number if person else "") == account["person"]
    assert not User.objects.filter(username="P04001").exists()
    assert find(demo["accounts"]["joiner"]["invitation"].rstrip("/").rpartition("/")[2]).person.number == "P04001"
    hr = User.objects.get(username=demo["accounts"]["hr"]["username"])
    assert hr.has_perms(["lms.view_compliance", "wagtailadmin.access_admin"])
    assert Office.objects.visible_to(hr).count() == Office.objects.count()


@pytest.mark.parametrize("chosen", ["", "the river was wide that year"], ids=["the one told", "one of their own"])
def test_once_the_joiner_has_an_account_no_link_and_no_wrong_password_is_told(
    demo: dict[str, Any], tmp_path: Path, chosen: str
) -> None:
    (tmp_path / "demo.json").write_text(json.dumps(demo))
    joiner = demo["accounts"]["joiner"]
    token = joiner["invitation"].rstrip("/").rpartition("/")[2]
    accept(token=token, password=chosen or joiner["password"])
    told = load(tmp_path)
    assert "invitation" not in told["accounts"]["joiner"]
    assert told["accounts"]["joiner"]["password"] == ("" if chosen else joiner["password"])
    shown = welcome({**told, "mailbox_url": "http://localhost:8026/"})
    assert "first opens" not in shown
    assert ("(chosen by the joiner)" in shown) is bool(chosen)
    assert "first opens" in welcome({**demo, "mailbox_url": "http://localhost:8026/"})


def test_the_story_is_told(demo: dict[str, Any]) -> None:
    assert standings(population.JOINER) == {"sea": "due", "respect": "due", "ethics": "due"}
    assert standings(population.COLLEAGUE) == {"sea": "complete", "respect": "overdue", "ethics": "due"}
    assert standings(population.LEARNER)["respect"] == "overdue"
    assert standings(population.EXPIRED)["sea"] == "expired"
    assert standings(population.WAIVED)["ethics"] == "waived"
    joiner, colleague = (Person.objects.get(number=n) for n in (population.JOINER, population.COLLEAGUE))
    assert joiner.office == colleague.office == Headship.objects.get(person__number=population.HEAD).office
    assert (joiner.email, bool(joiner.personal_email), colleague.language) == ("", True, "fr")
    out = io.StringIO()
    call_command("send_reminders", dry_run=True, stdout=out)
    assert "P04002 person +1: respect" in out.getvalue()


def test_tokens_of_a_database_made_anew_are_issued_anew(demo: dict[str, Any], folder: Path) -> None:
    AccessToken.objects.all().delete()
    Credential.objects.all().delete()
    told = load(folder)
    assert told["accounts"] == demo["accounts"]
    assert AccessToken.objects.get().token_hash == AccessToken.hash_token(told["tokens"]["clearance"])
    credential = Credential.objects.get(key=told["tokens"]["records"]["key"])
    assert credential.matches(told["tokens"]["records"]["secret"])
    assert set(credential.scopes) == {Scope.WRITE, Scope.READ}


def test_when_the_file_is_lost_passwords_are_made_anew(demo: dict[str, Any], tmp_path: Path, client: Any) -> None:
    account = load(tmp_path)["accounts"]["head_of_office"]
    assert account["password"] != demo["accounts"]["head_of_office"]["password"]
    assert client.login(username=account["username"], password=account["password"])


def test_it_never_runs_where_there_are_real_people(demo: dict[str, Any], settings: Any) -> None:
    settings.LMS_DEMO = False
    with pytest.raises(CommandError, match="not the demo:"):
        call_command("load_demo")
    settings.LMS_DEMO = True
    Person.objects.filter(number=population.JOINER).update(number="REAL")
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("load_demo")


@pytest.mark.parametrize("people", [60, PEOPLE, 4500])
@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2028, 2, 29), date(2027, 1, 1)])
def test_the_feed_of_any_size_on_any_day_is_one_without_a_fault(people: int, today: date) -> None:
    rows, rejected = feed_survey.people(
        population.people_file(people=people, today=today),
        offices={office.code for office in offices()},
        categories=set(Category.values),
        languages={"en", "fr", "es", "ar", "ru"},
    )
    assert (len(rows), rejected) == (people, [])
    addresses = [address.lower() for row in rows for address in (row.email, row.personal_email) if address]
    assert len(set(addresses)) == len(addresses) == people
    assert {f"P0400{n}" for n in range(1, 10)} <= {row.number for row in rows}
    numbers = {row.number for row in rows}
    assert all(row.supervisor in numbers for row in rows if row.supervisor)


def test_offices_form_one_tree_with_a_zone_each() -> None:
    known = {office.code: office for office in offices()}
    assert 85 <= len(known) <= 95
    assert all(office.parent in known or office.code == "HQ" for office in known.values())
    assert all(office.time_zone in feed.ZONES for office in known.values())


def test_every_name_makes_an_address() -> None:
    for pool in POOLS.values():
        for name in pool.replace("|", " ").split():
            assert mailbox(name).isascii()
            assert feed.ADDRESS.match(f"{mailbox(name)}@example.org")


def test_partners_are_asked_and_stand_at_every_stage(demo: dict[str, Any]) -> None:
    agreements = list(Agreement.objects.all())
    lines = overviews(agreements, today=timezone.localdate()).values()
    assert not any(line.coverage.not_asked for line in lines)
    assert {line.state for line in lines} >= {State.TRAINING_OPEN, State.TRAINING_VERIFIED}
    assert sum(line.coverage.verified for line in lines) > 0
    assert sum(line.coverage.missing for line in lines) > 0
    assert (
        Reminder.objects.filter(kind="proof").count() <= 2
    )  # what HR decides today; older news were told at the time
