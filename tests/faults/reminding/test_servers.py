"""Redis, the database, the clock and RQ's workers fail; two of each run at once."""

from __future__ import annotations

import time

import pytest

from reminders.models import Message
from tests.faults.reminding.crew import Process
from tests.faults.reminding.post_office import Hold, Slow
from tests.faults.reminding.scenario import Scenario

pytestmark = pytest.mark.django_db
REMINDERS = "lms_reminders_reminder"


def clock_and_worker(scenario: Scenario) -> tuple[Process, Process]:
    start = scenario.world.crew.start
    return start("run_clock", "--every", "0.3", must_live=True), start("run_worker", must_live=True)


def wait_until_sent(scenario: Scenario) -> None:
    """The clock's jobs come round, half a second for a minute. What has ended is started again, as it is where it is run:
    RQ's worker ends when Redis goes away under a job."""
    crew = scenario.world.crew
    until = time.monotonic() + 60
    while not Message.objects.exists() or Message.objects.filter(state__in=["ready", "sending"]).exists():
        scenario.clock_is_due()
        assert time.monotonic() < until, crew.told()
        for process in [process for process in crew.all if process.must_live and not process.is_alive]:
            process.must_live = False
            crew.start(*process.command, must_live=True)
        time.sleep(0.5)


def test_redis_is_flushed_killed_and_started_again(scenario: Scenario) -> None:
    """While it is away the clock's jobs fall due in vain, and the job at hand dies."""
    redis = scenario.world.redis
    scenario.clock_is_due()
    held = Hold("mail", 10)
    scenario.post.fault = held
    clock, worker = clock_and_worker(scenario)
    assert held.reached.wait(30)
    redis.flush()
    redis.kill()
    scenario.clock_is_due()
    time.sleep(0.7)
    worker.kill_children()
    scenario.lives_go_on()
    scenario.time_passes()
    held.go.set()
    redis.start()
    wait_until_sent(scenario)
    assert clock.is_alive
    scenario.ends("Redis flushed, killed and started again; the job at hand killed")


def test_redis_is_flushed_while_jobs_wait_in_it(scenario: Scenario) -> None:
    scenario.clock_is_due("reminders.sweep")
    scenario.world.crew.run("run_clock", "--once")
    scenario.world.redis.flush()
    scenario.world.crew.run("run_worker", "--burst")
    assert scenario.post.letters == []
    scenario.lives_go_on()
    clock_and_worker(scenario)
    wait_until_sent(scenario)
    scenario.ends("Redis flushed with the sweep's job in it")


def test_the_work_horse_is_killed_and_the_worker_goes_on(scenario: Scenario) -> None:
    scenario.clock_is_due()
    held = Hold("accepted", 10)
    scenario.post.fault = held
    _, worker = clock_and_worker(scenario)
    assert held.reached.wait(30)
    assert worker.kill_children() == 1
    held.go.set()
    scenario.lives_go_on()
    scenario.time_passes()
    wait_until_sent(scenario)
    assert worker.is_alive
    scenario.ends("RQ's work horse killed after DATA", doubts=1)


def test_two_clocks_and_two_workers(scenario: Scenario) -> None:
    scenario.clock_is_due()
    scenario.post.fault = Slow(0.02)
    for _ in range(2):
        clock_and_worker(scenario)
    wait_until_sent(scenario)
    scenario.ends("two clocks, two workers")


def test_four_sweeps_at_once(scenario: Scenario) -> None:
    """All of them come to the same place before one of them goes on."""
    lock = scenario.database.lock(f"LOCK TABLE {REMINDERS} IN EXCLUSIVE MODE")
    workers = [scenario.worker() for _ in range(4)]
    lock.wait_for_waiters(4)
    lock.release()
    for worker in workers:
        worker.wait()
    assert len(scenario.post.letters) == len({*scenario.due.values()})
    scenario.ends("four sweeps at once")


def test_the_database_is_restarted_before_a_mark(scenario: Scenario) -> None:
    if not scenario.database.is_postgresql:
        pytest.skip("SQLite is no server")
    held = Hold("accepted", 10)
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    scenario.world.database.restart()
    held.go.set()
    worker.wait()
    assert len(scenario.in_doubt()) == 1
    scenario.lives_go_on()
    scenario.ends("database restarted before a mark", doubts=1)


def test_the_database_is_restarted_under_clock_and_worker(scenario: Scenario) -> None:
    if not scenario.database.is_postgresql:
        pytest.skip("SQLite is no server")
    scenario.clock_is_due()
    held = Hold("mail", 10)
    scenario.post.fault = held
    clock, worker = clock_and_worker(scenario)
    assert held.reached.wait(30)
    scenario.world.database.restart()
    held.go.set()
    while worker.children():
        time.sleep(0.05)
    scenario.lives_go_on()
    scenario.time_passes()
    wait_until_sent(scenario)
    assert clock.is_alive
    assert worker.is_alive
    scenario.ends("database restarted under clock and worker", doubts=1)
