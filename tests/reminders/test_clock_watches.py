"""Two real clocks without any worker and without Redis: operators get one e-mail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from lms.periodic_models import PeriodicRun
from reminders.alarm_models import Alarm
from reminders.watching import DRAIN, SWEEP, WATCH
from tests.reminders.test_sending import received
from tests.reminders.test_watching import note_run


def environment(settings: Any) -> dict[str, str]:
    """The database and the mail server of this test, and a Redis that is away."""
    name = str(connection.settings_dict["NAME"])
    given = os.environ.get("DATABASE_URL", "")
    database = urlsplit(given)._replace(path=f"/{name}").geturl() if given else f"sqlite:///{name}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lms.site.settings.test",
        "DATABASE_URL": database,
        "REDIS_URL": "unix:///nowhere/redis",
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "LMS_OPERATORS": "one@example.org, two@example.org",
    }


@pytest.mark.django_db(transaction=True)
def test_two_clocks_without_worker_and_redis_send_one_e_mail_and_end_when_told(mailbox: Any, settings: Any) -> None:
    note_run(SWEEP, DRAIN, at=timezone.now() - timedelta(hours=1))
    note_run(WATCH, at=timezone.now() - timedelta(minutes=2))
    command = [sys.executable, "manage.py", "run_clock", "--every", "0.2"]
    clocks = [
        subprocess.Popen(command, env=environment(settings), stderr=subprocess.DEVNULL, start_new_session=True)
        for _ in range(2)
    ]
    try:
        for _ in range(120):
            if Alarm.objects.filter(told_at__isnull=False).exists():
                break
            time.sleep(0.5)
        # Whatever was noted a minute ago is due again: the other clock takes its turn as well.
        PeriodicRun.objects.filter(name=WATCH).update(started_at=timezone.now() - timedelta(minutes=2))
        time.sleep(2)
    finally:
        for clock in clocks:
            clock.terminate()
    assert [clock.wait(timeout=20) for clock in clocks] == [0, 0]
    (message,) = received(mailbox)
    assert str(message["to"]) == "one@example.org, two@example.org"
    assert "no worker is running" in " ".join(str(message.get_content()).split())
