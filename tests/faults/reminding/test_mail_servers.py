"""A mail server that is down, slow, mistrustful, or hangs up."""

from __future__ import annotations

import time

import pytest

from reminders.models import Message
from tests.faults.reminding.post_office import Closing, Cut, Fault, Greylist, Hold, Late, Refuse, Slow
from tests.faults.reminding.scenario import Scenario

pytestmark = pytest.mark.django_db


def run(scenario: Scenario, fault: Fault) -> None:
    scenario.post.fault = fault
    scenario.worker().wait()


def test_down(scenario: Scenario) -> None:
    scenario.post.close()
    try:
        scenario.worker().wait()
        assert set(Message.objects.values_list("state", flat=True)) == {"ready"}
        assert not Message.objects.filter(last_error="").exists()
        scenario.lives_go_on()
    finally:
        scenario.post.open()
    scenario.ends("mail server down")


def test_slow_so_that_somebody_completes_between_reading_and_handing_over(scenario: Scenario) -> None:
    """Many messages are read at once; while one of them hangs, people of whom the next ones speak complete."""
    held = Hold("mail", 3)
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    scenario.lives_go_on()
    time.sleep(3)
    held.go.set()
    worker.wait()
    scenario.ends("mail server slow")


def test_greylisting(scenario: Scenario) -> None:
    run(scenario, Greylist())
    assert scenario.post.letters == []
    scenario.lives_go_on()
    scenario.time_passes()
    scenario.worker().wait()
    scenario.ends("mail server greylists everybody")


def test_refuses_one_of_many(scenario: Scenario) -> None:
    refused = "f009@example.org"
    run(scenario, Refuse(refused))
    assert Message.objects.get(state="failed").address == refused
    assert len(scenario.post.letters) == len({*scenario.due.values()}) - 1
    scenario.ends("mail server refuses one of many for good", refused=(refused,))


def test_takes_a_letter_and_cuts_the_connection(scenario: Scenario) -> None:
    run(scenario, Cut(step=4, most=5))
    assert len(scenario.in_doubt()) == 5
    scenario.lives_go_on()
    scenario.ends("mail server accepts and cuts the connection, 5 times", doubts=5)


def test_takes_every_letter_and_cuts_every_connection(scenario: Scenario) -> None:
    """Three in a row, and the round is over: nobody is written to again and again."""
    run(scenario, Cut(step=1, most=99))
    assert len(scenario.post.letters) == 3
    scenario.lives_go_on()
    scenario.ends("mail server accepts and cuts every connection", doubts=3)


def test_takes_a_letter_and_says_so_too_late(scenario: Scenario) -> None:
    run(scenario, Late(step=20, most=1))
    assert len(scenario.in_doubt()) == 1
    scenario.lives_go_on()
    scenario.ends("mail server accepts and answers too late", doubts=1)


def test_closes_with_421(scenario: Scenario) -> None:
    run(scenario, Closing(step=6))
    scenario.lives_go_on()
    scenario.ends("mail server closes with 421, every sixth letter")


def test_slow_for_two_workers(scenario: Scenario) -> None:
    scenario.post.fault = Slow(0.02)
    first, second = scenario.worker(), scenario.worker()
    first.wait()
    second.wait()
    scenario.ends("mail server slow, two workers")
