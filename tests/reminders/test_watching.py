"""/healthz says when reminders stand still, and when they go again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from lms.periodic import run as run_job
from lms.periodic_models import PeriodicRun
from reminders import scheduling, sending
from reminders.models import Message
from tests.cast import Cast
from tests.services import free_port


def told() -> dict[str, Any]:
    return dict(Client().get("/healthz").json()["checks"]["reminders"])


def test_a_site_that_has_just_been_set_up_stands_still_in_nothing(db: None) -> None:
    assert told() == {"ok": True, "sweep_age_seconds": None, "waiting_seconds": 0, "put_off": 0}


def test_a_sweep_that_does_not_end_is_seen_until_one_does(due: Cast) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    row = PeriodicRun.objects.create(name="reminders.sweep", started_at=long_ago)
    assert not told()["ok"]
    row.finished_at = long_ago
    row.save()
    assert not told()["ok"]
    run_job("reminders.sweep")
    assert told()["ok"]
    PeriodicRun.objects.update(last_error="DatabaseError: gone")
    assert not told()["ok"]


def test_a_message_that_waits_past_its_time_is_seen_until_it_goes(due: Cast, mailbox: Any) -> None:
    scheduling.sweep(timezone.now())
    assert told()["ok"]
    Message.objects.update(not_before=timezone.now() - timedelta(minutes=40))
    found = told()
    assert not found["ok"]
    assert found["waiting_seconds"] >= 2400
    assert sending.send_waiting() > 0
    assert told()["ok"]


def test_a_mail_server_that_takes_nothing_is_seen_until_it_does(due: Cast, mailbox: Any, settings: Any) -> None:
    scheduling.sweep(timezone.now())
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert sending.send_waiting() == 0
    found = told()
    assert not found["ok"]
    assert found["put_off"] > 0
    settings.EMAIL_PORT = port
    Message.objects.update(not_before=timezone.now())
    assert sending.send_waiting() > 0
    assert told()["ok"]
