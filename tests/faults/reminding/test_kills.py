"""kill -9 of a worker at every step."""

from __future__ import annotations

import random
import time

import pytest

from reminders.models import Message, Reminder
from tests.faults.reminding.conftest import IS_LONG
from tests.faults.reminding.post_office import Fault, Hold, Slow
from tests.faults.reminding.scenario import Scenario

pytestmark = pytest.mark.django_db
MESSAGES, REMINDERS = "lms_reminders_message", "lms_reminders_reminder"


def test_without_a_fault_each_gets_one_message(scenario: Scenario) -> None:
    scenario.worker().wait()
    assert scenario.in_doubt() == set()
    scenario.ends("no fault")


@pytest.mark.parametrize(
    ("when", "what", "written"),
    [
        ("before what is due was written", "SELECT 1 FROM lms_reminders_ladder FOR UPDATE", 0),
        ("in the commit of what is due", f"LOCK TABLE {MESSAGES} IN EXCLUSIVE MODE", 0),
        ("between what is due and its messages", f"LOCK TABLE {MESSAGES} IN SHARE MODE", 1),
    ],
)
def test_killed_in_the_sweep(scenario: Scenario, when: str, what: str, written: int) -> None:
    lock = scenario.database.lock(what)
    worker = scenario.worker()
    lock.wait_for_waiters()
    worker.kill()
    lock.release(waiters_are_dead=True)
    if scenario.database.is_postgresql:
        assert Reminder.objects.count() == written * len(scenario.due)
    assert not Message.objects.exists()
    scenario.lives_go_on()
    scenario.ends(f"killed in the sweep, {when}")


def test_killed_before_the_claim(scenario: Scenario) -> None:
    """The worker of RQ, with the job that the clock gave it."""
    scenario.clock_is_due("reminders.sweep")
    scenario.world.crew.run("run_clock", "--once")
    held = Hold("connect")
    scenario.post.fault = held
    worker = scenario.world.crew.start("run_worker", "--burst")
    assert held.reached.wait(30)
    worker.kill()
    scenario.time_passes()
    scenario.clock_is_due("reminders.drain")
    scenario.world.crew.run("run_clock", "--once")
    lock = scenario.database.lock(f"LOCK TABLE {MESSAGES} IN EXCLUSIVE MODE")
    worker = scenario.world.crew.start("run_worker", "--burst")
    lock.wait_for_waiters()
    worker.kill()
    lock.release(waiters_are_dead=True)
    assert scenario.in_doubt() == set()
    scenario.lives_go_on()
    scenario.ends("killed before the claim")


@pytest.mark.parametrize(("step", "number"), [("connect", 1), ("mail", 10)])
def test_killed_after_the_claim(scenario: Scenario, step: str, number: int) -> None:
    held = Hold(step, number)
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    worker.kill()
    assert Message.objects.filter(state="sending").exists()
    assert len(scenario.post.letters) == number - 1
    scenario.lives_go_on()
    scenario.ends(f"killed after the claim, {number - 1} sent")


def test_killed_after_data_before_the_answer(scenario: Scenario) -> None:
    held = Hold("accepted", 10)
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    worker.kill()
    assert len(scenario.in_doubt()) == 1
    scenario.lives_go_on()
    scenario.ends("killed after DATA, before the answer", doubts=1)


def test_killed_before_the_mark(scenario: Scenario) -> None:
    """The server has said 250; the mark waits for a row that somebody else has locked."""
    held = Hold("accepted", 10)
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    assert held.letter is not None
    lock = scenario.database.lock(f"SELECT 1 FROM {MESSAGES} WHERE message_id = '{held.letter.message_id}' FOR UPDATE")
    held.go.set()
    lock.wait_for_waiters()
    worker.kill()
    lock.release(waiters_are_dead=True)
    assert scenario.in_doubt() == {held.letter.message_id}
    scenario.lives_go_on()
    scenario.ends("killed before the mark", doubts=1)


def test_killed_between_the_marks_and_the_note_about_the_reminders(scenario: Scenario) -> None:
    held = Hold("accepted", len({*scenario.due.values()}))
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    lock = scenario.database.lock(f"LOCK TABLE {REMINDERS} IN EXCLUSIVE MODE")
    held.go.set()
    lock.wait_for_waiters()
    worker.kill()
    lock.release(waiters_are_dead=True)
    assert len(scenario.in_doubt()) <= (0 if scenario.database.is_postgresql else 1)
    assert Reminder.objects.filter(state="planned").exists()
    scenario.ends("killed after the last mark", doubts=len(scenario.in_doubt()))


@pytest.mark.parametrize("seed", range(20) if IS_LONG else [7])
def test_killed_again_and_again_at_any_moment(scenario: Scenario, seed: int) -> None:
    """Two workers at a time, a sweep in each."""
    chance = random.Random(seed)
    kills = doubts = 0
    for _ in range(7 if IS_LONG else 3):
        scenario.post.fault = Slow(chance.choice([0.02, 0.05]))
        told = len(scenario.post.letters)
        workers = [scenario.worker(), scenario.worker()]
        for worker in workers:
            time.sleep(chance.uniform(0, 0.4))
            kills += worker.is_alive
            worker.kill()
        doubts += len(scenario.in_doubt(since=told))
        scenario.post.fault = Fault()
        scenario.time_passes()
        scenario.lives_go_on()
    assert doubts <= kills
    scenario.ends(f"{kills} kills at any moment", doubts=doubts, seed=seed)


def test_one_that_stood_still_past_its_lease_hands_over_no_more_than_what_it_had_in_hand(scenario: Scenario) -> None:
    """A machine that was suspended: to the process no time has passed."""
    held = Hold("mail", 5)
    scenario.post.fault = held
    first = scenario.worker()
    assert held.reached.wait(30)
    first.stand_still()
    scenario.time_passes()
    scenario.lives_go_on()
    scenario.post.fault = Fault()
    scenario.worker().wait()
    held.go.set()
    first.go_on()
    first.wait()
    scenario.ends("stood still past its lease", doubts=1)
