"""The page on which an auditor reads whether everything holds, and takes a checkpoint home."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from lms.log import notes
from lms.log.appending import append_waiting
from lms.log.checkpoints import make_checkpoint
from lms.log.models import Checkpoint, Leaf
from lms.people.groups import ensure_groups
from lms.people.models import AUDITORS
from lms.periodic import jobs
from lms.periodic_models import PeriodicRun
from lms.requirements.models import Waiver
from lms.verification_models import VerificationRun, verify_and_keep
from tests.cast import Cast
from tests.lms.log.test_log import logged, tamper

__all__ = ["logged"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(logged: Cast) -> Client:
    user = User.objects.create_user("auditor", is_staff=True)
    user.groups.add(ensure_groups()[AUDITORS])
    client = Client()
    client.force_login(user)
    return client


def test_a_changed_row_is_named_on_the_page(logged: Cast, auditor: Client) -> None:
    assert "Nothing has been verified yet" in auditor.get("/admin/log/").content.decode()
    verify_and_keep()
    assert "everything holds" in auditor.get("/admin/log/").content.decode()
    tamper("UPDATE lms_waiver SET reason = 'security'", "lms_waiver")
    verify_and_keep()
    shown = auditor.get("/admin/log/").content.decode()
    assert "1 record does not hold" in shown
    assert f"waiver {Waiver.objects.get().pk}" in shown
    assert "everything holds" in shown  # as it was before


def test_a_checkpoint_is_taken_as_a_file_that_verifies(logged: Cast, auditor: Client) -> None:
    size = Checkpoint.objects.get().size
    assert f"/admin/log/checkpoint/{size}/" in auditor.get("/admin/log/").content.decode()
    answer = auditor.get(f"/admin/log/checkpoint/{size}/")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert notes.read(answer.content.decode()).size == size
    assert auditor.get(f"/admin/log/checkpoint/{size + 1}/").status_code == 404


def test_it_can_be_asked_for_and_is_then_begun_by_the_clock(logged: Cast, auditor: Client) -> None:
    PeriodicRun.objects.create(name="lms.verify", started_at=timezone.now())
    assert auditor.post("/admin/log/").status_code == 302
    assert PeriodicRun.objects.get(name="lms.verify").started_at is None
    jobs()["lms.verify"].job(timezone.now())
    assert VerificationRun.objects.get().finished_at is not None


def test_the_page_costs_the_same_for_many_checkpoints(
    logged: Cast, auditor: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        Leaf.objects.create(kind="erased", row=number, commitment=bytes(32))
        append_waiting()
        make_checkpoint(now=timezone.now())
        verify_and_keep() if number % 10 == 0 else None
    auditor.get("/admin/log/")
    with django_assert_max_num_queries(16):
        assert auditor.get("/admin/log/?p=2").status_code == 200
