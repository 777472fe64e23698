"""Wagtail's own history of the site: what is done to people is no reading for those who may see figures only."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from lms.people.groups import ensure_groups
from lms.people.inviting import invite
from lms.people.models import Office, OfficeAccess, Person
from lms.requirements.models import Activity
from lms.requirements.waiving import waive
from tests.cast import TODAY, Cast, make_requirement

HISTORY = "/admin/reports/site-history/"


@pytest.fixture
def history(cast: Cast) -> Cast:
    """Chen heads the country office, Dora is HR of the region; things were done to Eve and in the country office."""
    groups = ensure_groups()
    cast.chen.user.groups.add(groups["Heads of office"])  # type: ignore[union-attr]
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)
    cast.dora.user.groups.add(groups["HR"])  # type: ignore[union-attr]
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.region)  # type: ignore[misc]
    activity = Activity.objects.create(iri="https://example.org/sea", kind="course", name="sea", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    root = User.objects.create_superuser("root")
    log(cast.eve, "lms.person.import", data={"changed": ["name"]})
    invite(person=cast.eve, by=root)
    waive(assignment=cast.assignment(cast.eve, "sea"), reason="security", requested_by=cast.chen, approved_by=cast.dora,
          starts_on=TODAY)  # fmt: skip
    return cast


@pytest.mark.parametrize("role", ["chen", "dora"])
@pytest.mark.parametrize("page", ["", "results/", "?export=csv"])
def test_nobody_reads_there_what_was_done_to_people_of_other_offices(
    history: Cast, client: Client, role: str, page: str
) -> None:
    client.force_login(getattr(history, role).user)
    answer = client.get(f"{HISTORY}{page}")
    assert answer.status_code == 200
    text = answer.getvalue().decode()
    for secret in ("Eve Elsewhere", "P00005", "Invited", "Waived"):
        assert secret not in text


def test_the_entries_are_there_for_who_runs_the_site(history: Cast, client: Client) -> None:
    client.force_login(User.objects.get(username="root"))
    assert "Eve Elsewhere" in client.get(HISTORY).content.decode()


def test_the_shipped_groups_hold_no_permission_on_what_logs_about_people(history: Cast) -> None:
    about_people = {"person", "assignment", "waiver", "claim", "completion", "signature"}
    logged = {entry.content_type.model for entry in ModelLogEntry.objects.all()}
    assert logged & about_people == {"person", "assignment"}
    for group in ensure_groups().values():
        held = set(group.permissions.values_list("content_type__model", flat=True))
        assert not held & logged & about_people


def test_who_held_the_permission_before_still_holds_it(db: None) -> None:
    Permission.objects.filter(codename="view_compliance").delete()
    old = Permission.objects.create(
        codename="view_compliance", name="old", content_type=ContentType.objects.get_for_model(Person)
    )
    group = Group.objects.create(name="Auditors")
    group.permissions.add(old)
    import_module("lms.migrations.0005_compliance_is_seen_by_office").move(apps, None)
    assert group.permissions.get().content_type == ContentType.objects.get_for_model(Office)
