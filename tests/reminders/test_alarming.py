"""Operators are told once that reminders stand still, once a day while it lasts, and once when it is over. Real SMTP."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from lms.periodic_models import PeriodicRun
from reminders import alarming, scheduling, sending
from reminders.alarm_models import Alarm
from reminders.models import Message
from reminders.watching import CHANNELS, DRAIN, HOLD_BACK, SWEEP, WATCH
from tests.cast import Cast
from tests.reminders.test_sending import received
from tests.reminders.test_watching import JOBS, note_run
from tests.services import free_port

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = timezone.now()


@pytest.fixture(autouse=True)
def operators(settings: Any) -> None:
    settings.LMS_OPERATORS = ["one@example.org", "two@example.org"]


@pytest.fixture
def all_right(due: Cast) -> None:
    """Everything has run, and there is nothing to write."""
    scheduling.sweep(NOW)
    Message.objects.all().delete()
    due.bruno.reminders.all().delete()
    due.amina.reminders.all().delete()
    for ladder in due.bruno.assignments.get().requirement.ladders.all():
        ladder.delete()
    note_run(*JOBS, at=NOW)


def at(minutes: float) -> datetime:
    """So long after the beginning; all jobs but a broken sweep have just run."""
    moment = NOW + minutes * MINUTE
    note_run(DRAIN, CHANNELS, HOLD_BACK, at=moment)
    return moment


def broken(minutes: float, error: str = "ValueError: no paper") -> str:
    """What the watch tells while the sweep ends with an error."""
    moment = at(minutes)
    PeriodicRun.objects.filter(name=SWEEP).update(started_at=moment, last_error=error)
    return alarming.watch(moment)


def well(minutes: float) -> str:
    moment = at(minutes)
    note_run(SWEEP, at=moment)
    return alarming.watch(moment)


def told(mailbox: Any) -> list[EmailMessage]:
    return [item for item in received(mailbox) if "one@example.org" in str(item["to"])]


def text(message: EmailMessage) -> str:
    return " ".join(str(message.get_content()).split())


def test_it_is_told_as_it_begins_each_day_and_when_it_is_over(all_right: None, mailbox: Any) -> None:
    assert [well(0), broken(5), broken(9)] == ["", "", ""]
    assert broken(11) == "begins"
    assert [broken(12), broken(60), broken(11 + 24 * 60 - 1)] == ["", "", ""]
    assert broken(11 + 24 * 60) == "lasts"
    assert [well(1500), well(1509)] == ["", ""]
    assert well(1510) == "over"
    assert [well(1511), well(3000)] == ["", ""]
    begins, lasts, over = told(mailbox)
    assert str(begins["to"]) == "one@example.org, two@example.org"
    assert str(begins["subject"]) == "[Meridian Relief Agency] Reminders stand still"
    assert str(over["subject"]) == "[Meridian Relief Agency] Reminders are going out again"
    assert "it ends with an error: ValueError: no paper" in text(begins)
    assert "/admin/messages/" in text(begins)
    assert "/healthz" in text(begins)
    assert "still stand still" in text(lasts)
    assert "all is right again" in text(over)
    assert len({str(item["message-id"]) for item in (begins, lasts, over)}) == 3
    row = Alarm.objects.get()
    assert (row.began_at, row.told_at, row.claimed_by) == (None, None, None)


def test_what_the_next_sweep_mends_is_worth_no_e_mail(all_right: None, mailbox: Any) -> None:
    assert [broken(5), well(9), well(30)] == ["", "", ""]
    assert [broken(35), well(39)] == ["", ""]
    assert told(mailbox) == []


def test_what_comes_and_goes_is_one_standstill(all_right: None, mailbox: Any) -> None:
    assert [well(8), broken(11)] == ["", ""]
    assert broken(21) == "begins"
    assert [well(25), broken(30), well(35), broken(40), well(45), broken(54)] == [""] * 6
    assert len(told(mailbox)) == 1


def test_a_second_standstill_is_told_anew(all_right: None, mailbox: Any) -> None:
    assert [broken(1), broken(11), well(12), well(22)] == ["", "begins", "", "over"]
    assert [well(38), broken(40), broken(50)] == ["", "", "begins"]


@pytest.mark.django_db(transaction=True)
def test_when_no_worker_runs_the_clock_alone_tells_it(all_right: None, mailbox: Any) -> None:
    """The ticks go on and nobody takes them: the jobs are started and never come to their end."""
    long_ago = timezone.now() - HOUR
    PeriodicRun.objects.filter(name__in=[SWEEP, DRAIN]).update(finished_at=long_ago, started_at=long_ago)
    call_command("run_clock", once=True)
    (message,) = told(mailbox)
    assert "it does not come to its end; no worker is running" in text(message)
    assert PeriodicRun.objects.get(name=WATCH).last_error == ""
    call_command("run_clock", once=True)
    assert len(told(mailbox)) == 1


def test_after_an_outage_of_everything_the_jobs_have_time_to_catch_up(all_right: None, mailbox: Any) -> None:
    """A machine that was off for the night; what stands still after that is told ten minutes later."""
    note_run(WATCH, at=NOW)
    assert broken(600) == ""
    note_run(WATCH, at=NOW + 600 * MINUTE)
    assert [broken(609), broken(610)] == ["", "begins"]


def test_while_the_mail_server_is_down_it_is_tried_again_until_it_goes(
    all_right: None, mailbox: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    broken(0)
    assert broken(11) == ""
    assert "operators could not be told of the reminders: ConnectionRefusedError" in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    assert "example.org" not in caplog.text
    tries = Alarm.objects.get().attempts
    broken(11.5)
    assert Alarm.objects.get().attempts == tries == 1  # not before a minute
    broken(13)
    assert Alarm.objects.get().attempts == 2
    settings.EMAIL_PORT = port
    assert broken(16) == "begins"
    assert Alarm.objects.get().attempts == 0
    assert len(told(mailbox)) == 1


def test_when_it_was_over_before_it_could_be_told_it_is_told_that_it_was(
    all_right: None, mailbox: Any, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert [broken(0), broken(11), well(12), well(22), well(60)] == [""] * 5
    settings.EMAIL_PORT = port
    assert well(71) == "over"
    (message,) = told(mailbox)
    assert "stood still from" in text(message)


def test_messages_that_cannot_be_sent_are_told_when_the_server_is_back(due: Cast, mailbox: Any, settings: Any) -> None:
    """The whole way: the server is down, the messages wait, the alarm cannot go; all of it goes when it is up again."""
    scheduling.sweep(NOW)
    Message.objects.update(not_before=NOW)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    for minute in range(0, 40, 2):
        note_run(SWEEP, at=at(minute))
        Message.objects.update(not_before=NOW)
        sending.send_waiting(at=at(minute))
        assert alarming.watch(at(minute)) == ""
    assert Alarm.objects.get().attempts > 1
    settings.EMAIL_PORT = port
    note_run(SWEEP, at=at(50))
    assert alarming.watch(at(50)) == "begins"
    Message.objects.update(not_before=NOW)
    assert sending.send_waiting(at=at(50)) == 2
    note_run(SWEEP, at=at(51))
    assert alarming.watch(at(51)) == ""
    note_run(SWEEP, at=at(61))
    assert alarming.watch(at(61)) == "over"
    assert len(told(mailbox)) == 2


def test_what_waits_for_the_morning_is_not_over_before_something_went(due: Cast, mailbox: Any) -> None:
    """At night nothing is tried: a mail server that refused all is not known to be well again."""
    scheduling.sweep(NOW)
    assert [broken(0), broken(11)] == ["", "begins"]
    Message.objects.update(not_before=NOW + 24 * HOUR, last_error="550 5.7.1 no relay")
    assert [well(12), well(60)] == ["", ""]
    Message.objects.update(not_before=NOW)
    assert sending.send_waiting(at=NOW) == 2
    Message.objects.update(sent_at=NOW + 61 * MINUTE)
    assert [well(62), well(72)] == ["", "over"]


def test_where_nobody_is_named_the_log_says_so(
    all_right: None, mailbox: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LMS_OPERATORS = None
    broken(0)
    assert broken(11) == "begins"
    assert "nobody is told" in caplog.text
    assert received(mailbox) == []


def test_django_s_admins_are_told_where_no_operators_are_set(settings: Any) -> None:
    settings.LMS_OPERATORS = None
    settings.ADMINS = [("Root", "root@example.org")]
    assert alarming.operators() == ["root@example.org"]
    settings.ADMINS = ["root@example.org"]
    assert alarming.operators() == ["root@example.org"]
    settings.LMS_OPERATORS = []
    assert alarming.operators() == []


def test_what_names_no_address_is_found_by_the_checks(settings: Any) -> None:
    def ids() -> set[str | None]:
        return {item.id for item in run_checks(include_deployment_checks=True) if "lms_reminders" in str(item.id)}

    assert ids() == set()
    settings.LMS_OPERATORS = ["nobody"]
    assert ids() == {"lms_reminders.E002"}
    settings.LMS_OPERATORS = "one@example.org"
    assert "lms_reminders.E001" in ids()
    settings.LMS_OPERATORS = []
    assert ids() == {"lms_reminders.W001"}


def test_what_a_clock_that_died_had_claimed_goes_after_its_lease(all_right: None, mailbox: Any) -> None:
    broken(0)
    Alarm.objects.update(claimed_by="00000000-0000-4000-8000-000000000000", lease_until=timezone.now() + MINUTE)
    assert broken(11) == ""
    Alarm.objects.update(lease_until=timezone.now() - MINUTE)
    assert broken(12) == "begins"


@pytest.mark.django_db(transaction=True)
def test_many_clocks_at_once_send_one_e_mail(due: Cast, mailbox: Any) -> None:
    note_run(DRAIN, CHANNELS, HOLD_BACK, at=NOW)
    note_run(SWEEP, at=NOW - HOUR)
    PeriodicRun.objects.filter(name=SWEEP).update(started_at=NOW, last_error="ValueError: no paper")
    gate = threading.Barrier(4)
    went: list[str] = []

    def clock() -> None:
        try:
            gate.wait()
            went.append(alarming.watch(NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=clock) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(went) == ["", "", "", "begins"]
    assert len(told(mailbox)) == 1
