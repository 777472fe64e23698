"""Who looked at whom is recorded once a day, and shown to those who answer for it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from lms.compliance.looking import Where, looked
from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess
from lms.requirements.models import Activity
from tests.cast import TODAY, Cast, make_person, make_requirement

REPORT = "/admin/compliance/looks/"


@pytest.fixture
def watched(cast: Cast) -> Cast:
    """Dora is HR of everything, Chen heads the country office."""
    groups = ensure_groups()
    cast.dora.user.groups.add(groups["HR"])  # type: ignore[union-attr]
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)  # type: ignore[misc]
    cast.chen.user.groups.add(groups["Heads of office"])  # type: ignore[union-attr]
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)
    activity = Activity.objects.create(iri="https://example.org/sea", kind="course", name="sea", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    return cast


def looks() -> list[tuple[str, str, str]]:
    """Viewer, person and place."""
    found = ModelLogEntry.objects.filter(action="lms.person.look").order_by("pk").select_related("user")
    return [(entry.user.username if entry.user else "", entry.label, entry.data["where"]) for entry in found]


def test_a_look_is_recorded_once_a_day_however_often_the_page_is_opened(watched: Cast, client: Client) -> None:
    why = watched.assignment(watched.bruno, "sea").pk
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(2):
            client.force_login(watched.dora.user)  # type: ignore[arg-type]
            for address in ("person/P00002/", "person/P00002/", f"why/{why}/"):
                assert client.get(f"/admin/compliance/{address}").status_code == 200
            clock.shift(timedelta(days=1))
    assert looks() == [("P00004", "Bruno Late", "person")] * 2


def test_each_viewer_and_each_person_is_one_look(watched: Cast, client: Client) -> None:
    why = watched.assignment(watched.bruno, "sea").pk
    for viewer in (watched.dora, watched.chen):
        client.force_login(viewer.user)  # type: ignore[arg-type]
        client.get(f"/admin/compliance/why/{why}/")
    client.get("/admin/compliance/person/P00001/")
    assert looks() == [
        ("P00004", "Bruno Late", "why"), ("P00003", "Bruno Late", "why"), ("P00003", "Amina Joiner", "person")
    ]  # fmt: skip


def test_who_is_refused_has_not_looked(watched: Cast, client: Client) -> None:
    client.force_login(watched.chen.user)  # type: ignore[arg-type]
    assert client.get("/admin/compliance/person/P00005/").status_code == 404
    client.force_login(watched.eve.user)  # type: ignore[arg-type]
    client.get("/admin/compliance/person/P00002/")
    assert looks() == []


def test_hr_reads_who_looked_and_only_in_their_own_offices(watched: Cast, client: Client) -> None:
    root = User.objects.create_superuser("root")
    looked(viewer=root, people=[watched.bruno, watched.eve], where=Where.PERSON)
    OfficeAccess.objects.update(office=watched.region)
    client.force_login(watched.dora.user)  # type: ignore[arg-type]
    for address in ("", "results/"):
        shown = client.get(f"{REPORT}{address}").content.decode()
        assert "Bruno Late" in shown
        assert "Eve Elsewhere" not in shown
    raw = b"".join(client.get(f"{REPORT}?export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(raw))
    assert {name: row[name] for name in ("viewer", "number", "name", "where")} == {
        "viewer": "root", "number": "P00002", "name": "Bruno Late", "where": "person"
    }  # fmt: skip
    client.force_login(root)
    assert "Eve Elsewhere" in client.get(REPORT).content.decode()


def test_a_look_on_the_command_line_and_by_an_account_that_is_gone_are_shown(watched: Cast, client: Client) -> None:
    gone = User.objects.create_superuser("gone")
    looked(viewer=gone, people=[watched.bruno], where=Where.WHY)
    looked(viewer=None, people=[watched.bruno], where=Where.PACK)
    gone.delete()
    client.force_login(watched.dora.user)  # type: ignore[arg-type]
    shown = client.get(REPORT).content.decode()
    assert "An auditor pack" in shown
    assert "deleted" in shown
    assert client.get(f"{REPORT}?export=csv").getvalue().count(b"P00002") == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["chen", "eve"])
def test_nobody_else_reads_it(watched: Cast, client: Client, name: str) -> None:
    client.force_login(getattr(watched, name).user)
    assert client.get(REPORT).status_code in (302, 403)


@pytest.mark.parametrize("name", ["chen", "dora", "auditor"])
def test_wagtails_own_history_does_not_tell_it(watched: Cast, client: Client, name: str) -> None:
    """Neither who looked nor which office is audited: a head of office would be forewarned."""
    from wagtail.log_actions import log

    from lms.compliance.auditing.models import AuditorPack

    looked(viewer=watched.dora.user, people=[watched.bruno], where=Where.PERSON)
    pack = AuditorPack.objects.create(
        office=watched.elsewhere, first_day=TODAY, last_day=TODAY, seed="SEED", sample=1, population=1,
        population_sha256="", manifest_sha256="", taken_at=timezone.now(),
    )  # fmt: skip
    log(pack, "lms.auditor_pack.take")
    auditor = User.objects.create_user("auditor")
    auditor.groups.add(ensure_groups()["Auditors"])
    client.force_login(auditor if name == "auditor" else getattr(watched, name).user)
    shown = client.get("/admin/reports/site-history/").content.decode()
    for secret in ("Bruno Late", "Looked at", "APA", "auditor pack taken"):
        assert not re.search(rf"(?i)\b{secret}\b", shown)  # not as a part of a token that is random


@pytest.mark.parametrize("more", [0, 30])
def test_the_queries_do_not_grow_with_the_looks(
    watched: Cast, client: Client, django_assert_max_num_queries: Any, more: int
) -> None:
    people = [make_person(f"Q{number:05}", watched.country) for number in range(more)]
    for viewer in (watched.dora.user, watched.chen.user):
        with django_assert_max_num_queries(6 + more * 3):
            looked(viewer=viewer, people=people, where=Where.PERSON)
    client.force_login(watched.dora.user)  # type: ignore[arg-type]
    client.get(REPORT)
    with django_assert_max_num_queries(14):
        client.get(REPORT)
    with django_assert_max_num_queries(14):
        client.get(f"{REPORT}?export=csv").getvalue()
