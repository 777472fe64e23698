"""The panel on the dashboard: for whom, when, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lms.people.groups import ensure_groups
from lms.periodic_models import PeriodicRun
from reminders.watching import DRAIN, EVERY, SWEEP
from tests.cast import Cast
from tests.reminders.test_watching import note_run


@pytest.fixture
def now(due: Cast) -> datetime:
    at = timezone.now()
    note_run(*EVERY, at=at)
    return at


@pytest.fixture
def sign_in(due: Cast, client: Client) -> Callable[..., Client]:
    def as_one_with(*codenames: str, group: Group | None = None, root: bool = False) -> Client:
        user = User.objects.create_user("somebody", is_superuser=root)
        user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
        if group:
            user.groups.add(group)
        client.force_login(user)
        return client

    return as_one_with


def panel(client: Client) -> str:
    return str(client.get(reverse("wagtailadmin_home")).content.decode())


HEADING = "Reminders stand still"


def test_the_panel_is_for_superusers_and_whoever_was_given_it(now: datetime, sign_in: Callable[..., Client]) -> None:
    note_run(SWEEP, at=now, error="ValueError: <script>")
    client = sign_in("see_standstill")
    text = panel(client)
    assert HEADING in text
    assert "ValueError: &lt;script&gt;" in text
    assert reverse("lms_messages_report") not in text  # the report is not theirs to open
    User.objects.update(is_superuser=True)
    text = panel(client)
    assert HEADING in text
    assert f'href="{reverse("lms_messages_report")}">Open the messages' in text


@pytest.mark.parametrize("group", ["HR", "Heads of office", "Auditors"])
def test_the_panel_is_not_for_others(now: datetime, sign_in: Callable[..., Client], group: str) -> None:
    note_run(SWEEP, at=now, error="ValueError: no")
    assert HEADING not in panel(sign_in(group=ensure_groups()[group]))


def test_the_panel_is_gone_when_all_is_right(now: datetime, sign_in: Callable[..., Client]) -> None:
    client = sign_in(root=True)
    assert HEADING not in panel(client)
    PeriodicRun.objects.filter(name=DRAIN).delete()
    assert "has never been started" in panel(client)


def test_a_group_can_be_given_the_panel_in_the_admin(now: datetime, sign_in: Callable[..., Client]) -> None:
    group = Group.objects.create(name="Operators")
    page = sign_in(root=True).get(reverse("wagtailusers_groups:edit", args=[group.pk])).content.decode()
    assert f'value="{Permission.objects.get(codename="see_standstill").pk}"' in page
