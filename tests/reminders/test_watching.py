"""What stands still is seen: each condition begins and ends. Real SMTP, real database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from lms import periodic
from lms.people.models import Person
from lms.periodic_models import PeriodicRun
from reminders import looking, scheduling, sending
from reminders.alarm_models import Alarm
from reminders.models import Message, Reminder
from reminders.returning import say_it_works
from reminders.watching import EVERY, SWEEP, WATCH, harmless, troubles, verdicts
from tests.cast import Cast
from tests.faults.reminding.post_office import Fault, PostOffice
from tests.reminders.test_returning import returned, take
from tests.reminders.test_sending import MORNING, run
from tests.services import free_port

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
JOBS = [name for name in EVERY if name != WATCH]


def note_run(*names: str, at: datetime, error: str = "") -> None:
    """As the clock and a worker note it."""
    for name in names:
        PeriodicRun.objects.update_or_create(
            name=name, defaults={"started_at": at, "finished_at": at, "last_error": error}
        )


def failing(now: datetime) -> dict[str, str]:
    return {trouble.name: trouble.says for trouble in troubles(now)}


@pytest.fixture
def now(due: Cast) -> datetime:
    """A moment at which all is right: the jobs have just run, and everything that is due is sent or waits shortly."""
    at = timezone.now()
    note_run(*JOBS, WATCH, at=at)
    return at


def swept(now: datetime) -> None:
    """What is due in the morning of the fixture, as if it were due now."""
    scheduling.sweep(MORNING)
    Message.objects.update(not_before=now)
    Reminder.objects.update(planned_at=now)


def test_when_all_is_right_nothing_is_said(now: datetime) -> None:
    swept(now)
    assert [verdict.name for verdict in verdicts(now)] == [
        "sweep", "written", "placed", "drain", "queue", "claimed", "sent", "mail", "channels", "hold_back",
    ]  # fmt: skip
    assert failing(now) == {}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_does_not_run_is_seen_until_it_does(now: datetime, name: str) -> None:
    short = name.removeprefix("reminders.")
    later = now + 31 * MINUTE
    note_run(*JOBS, at=later)
    PeriodicRun.objects.filter(name=name).update(started_at=later, finished_at=now)
    assert "no worker is running" in failing(later)[short]
    PeriodicRun.objects.filter(name=name).update(started_at=now)
    assert "no clock is running" in failing(later)[short]
    note_run(name, at=later)
    assert failing(later) == {}


def test_the_error_of_a_sweep_is_told_without_addresses(now: datetime) -> None:
    note_run(SWEEP, at=now, error="IntegrityError: amina@example.net twice\nDETAIL: Key (email)=(amina@example.net)")
    assert failing(now)["sweep"].endswith("it ends with an error: IntegrityError: … twice")
    note_run(SWEEP, at=now)
    assert failing(now) == {}


def test_what_is_due_and_not_written_is_seen_once_a_whole_sweep_has_passed_it_over(due: Cast) -> None:
    """Here the sweep "runs" and writes nothing; ``looking`` finds that."""
    note_run(*JOBS, at=MORNING)
    looking.look(MORNING)
    assert Alarm.objects.get().found is not None
    assert "written" not in failing(MORNING)
    looking.look(MORNING + MINUTE)  # no sweep since: it may have become due after the last one
    assert "written" not in failing(MORNING)
    later = MORNING + 5 * MINUTE
    note_run(*JOBS, at=later)
    looking.look(later)
    assert "written" in failing(later)
    scheduling.sweep(later)
    later += 15 * MINUTE
    note_run(*JOBS, at=later)
    looking.look(later)
    assert "written" not in failing(later)


def test_what_the_next_sweep_writes_is_no_standstill(due: Cast) -> None:
    note_run(SWEEP, at=MORNING)
    looking.look(MORNING)
    later = MORNING + 5 * MINUTE
    scheduling.sweep(later)
    note_run(SWEEP, at=later)
    looking.look(later)
    row = Alarm.objects.get()
    assert (row.found, row.unwritten_since) == (None, None)


def test_the_look_is_taken_once_an_hour_and_only_after_a_whole_sweep(
    due: Cast, django_assert_max_num_queries: Any
) -> None:
    scheduling.sweep(MORNING)
    note_run(SWEEP, at=MORNING, error="ValueError: no")
    looking.look(MORNING)
    assert Alarm.objects.get().looked_at is None
    note_run(SWEEP, at=MORNING)
    with django_assert_max_num_queries(18):
        looking.look(MORNING)
    with django_assert_max_num_queries(2):
        looking.look(MORNING + 59 * MINUTE)
    assert Alarm.objects.get().looked_at == MORNING


def test_reminders_in_no_message_are_seen_until_they_are_in_one(now: datetime) -> None:
    swept(now)
    Message.objects.all().delete()
    assert failing(now + 30 * MINUTE) == {}
    later = now + 31 * MINUTE
    note_run(*JOBS, at=later)
    assert failing(later) == {"placed": "Reminders that are due and have been put into no message: 2."}
    scheduling.sweep(later)
    assert "placed" not in failing(later)


def test_a_reminder_that_waits_for_the_message_of_the_next_day_is_no_standstill(now: datetime, mailbox: Any) -> None:
    scheduling.sweep(now)
    sending.send_waiting(at=now)
    Reminder.objects.update(state="planned", message=None, planned_at=now - 60 * MINUTE)
    assert Reminder.objects.exists()
    assert failing(now) == {}


def test_messages_that_wait_for_too_long_are_seen_until_they_are_sent(now: datetime, mailbox: Any) -> None:
    swept(now)
    later = now + 31 * MINUTE
    note_run(*JOBS, at=later)
    assert failing(later) == {
        "queue": "Messages that should have been sent and wait: 2.",
        "sent": "No message is sent, although messages wait: 2.",
    }
    sending.send_waiting(at=later)
    assert failing(later) == {}


def test_how_late_is_late_is_a_setting(now: datetime, settings: Any) -> None:
    swept(now)
    settings.LMS_REMINDERS_LATE_MINUTES = 5
    note_run(*JOBS, at=now + 6 * MINUTE)
    assert set(failing(now + 6 * MINUTE)) == {"queue", "sent"}


def test_messages_that_a_worker_left_behind_are_seen_until_another_takes_them(now: datetime, mailbox: Any) -> None:
    swept(now)
    Message.objects.update(state="sending", claimed_by=uuid.uuid4(), lease_until=timezone.now() - 29 * MINUTE)
    assert failing(now) == {}
    Message.objects.update(lease_until=timezone.now() - 31 * MINUTE)
    assert failing(now) == {
        "claimed": "Messages that a worker took and left behind, and that no other has taken up: 2."
    }
    sending.send_waiting()
    assert failing(now) == {}


def fail(now: datetime) -> None:
    Message.objects.filter(state="ready").update(not_before=now)
    sending.send_waiting(at=now)


def test_a_mail_server_that_cannot_be_reached_is_seen_until_it_can(now: datetime, mailbox: Any, settings: Any) -> None:
    swept(now)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    fail(now)
    assert failing(now) == {}
    assert Message.objects.filter(failing_since__isnull=False).count() == 2
    Message.objects.update(failing_since=now - 31 * MINUTE)
    fail(now)
    assert failing(now) == {
        "sent": "No message is sent, although messages wait: 2. [Errno 111] Connection refused",
    }
    settings.EMAIL_PORT = port
    fail(now)
    assert Message.objects.filter(state="sent").count() == 2
    assert failing(now) == {}


def test_a_server_that_refuses_every_address_for_good_is_seen(now: datetime, mailbox: Any) -> None:
    """Nothing waits then: the messages are settled, as refused."""
    swept(now)
    Message.objects.update(
        state="failed", failing_since=now, last_error="{'a@example.org': (550, b'relaying denied')}"
    )
    assert failing(now) == {}
    third = Message.objects.get(recipient__number="P00002")
    third.pk, third.day, third.message_id = None, third.day + timedelta(days=1), "<x@y>"
    third.save()
    said = failing(now)["mail"]
    assert "relaying denied" in said
    assert "@" not in said
    note_run(*JOBS, at=now + 61 * MINUTE)
    assert failing(now + 61 * MINUTE) == {}


class Answers(Fault):
    """Says this to one recipient, or to all."""

    def __init__(self, words: str, address: str = "") -> None:
        self.words, self.address = words, address

    async def on_recipient(self, address: str) -> str | None:
        return self.words if self.address in ("", address) else None


@pytest.fixture
def post_office(mailbox: Any, settings: Any) -> Iterator[PostOffice]:
    office = PostOffice()
    office.open()
    settings.EMAIL_PORT = office.port
    yield office
    office.close()


@pytest.mark.parametrize(("words", "may_be_ours"), [("550 no relay", True), ("550 5.1.1 nobody here", False)])
def test_an_address_that_is_wrong_is_no_trouble_of_the_server(
    now: datetime, post_office: PostOffice, words: str, may_be_ours: bool
) -> None:
    """Three would do. A server that refuses everybody may give no code; one that gives it speaks of the address."""
    swept(now)
    post_office.fault = Answers(words)
    fail(now)
    assert set(Message.objects.values_list("state", flat=True)) == {"failed"}
    assert Message.objects.filter(failing_since__isnull=False).exists() is may_be_ours


def test_what_came_back_is_no_standstill(now: datetime, mailbox: Any) -> None:
    swept(now)
    assert sending.send_waiting(at=now) == 2
    take(returned(Person.objects.get(number="P00002")))
    assert Message.objects.filter(state="failed").count() == 1
    later = now + 31 * MINUTE
    note_run(*JOBS, at=later)
    assert failing(later) == {}


def test_what_goes_again_once_an_address_works_is_given_the_time_of_a_sweep(now: datetime, mailbox: Any) -> None:
    swept(now)
    person = Person.objects.get(number="P00002")
    sending.send_waiting(at=now)
    take(returned(person))
    Message.objects.update(day=now.date() - timedelta(days=5))
    Reminder.objects.update(planned_at=now - timedelta(days=5))
    assert say_it_works(person=person, by=User.objects.create_user("hr"))
    assert Reminder.objects.filter(message=None, state="planned").exists()
    assert failing(now) == {}


EVENING = MORNING.replace(hour=17, minute=59)
AT_NIGHT = EVENING + timedelta(hours=6)


@pytest.fixture
def office_hours(due: Cast, settings: Any) -> None:
    settings.LMS_SEND_FROM_HOUR, settings.LMS_SEND_UNTIL_HOUR, settings.LMS_WORKING_DAYS_ONLY = 8, 18, True
    note_run(*JOBS, WATCH, at=AT_NIGHT)


def by_the_databases_clock() -> int:
    """The database's clock is not played: as if it had been evening for it too."""
    return Message.objects.filter(failing_since__isnull=False).update(failing_since=EVENING + MINUTE)


def test_what_one_server_put_off_to_the_next_morning_is_no_standstill_at_night(
    office_hours: None, post_office: PostOffice, client: Client
) -> None:
    post_office.fault = Answers("450 4.2.0 greylisted, come again", "amina@example.net")
    with time_machine.travel(EVENING):
        scheduling.sweep(EVENING)
        Message.objects.update(attempts=6)
        assert sending.send_waiting(at=EVENING) == 1
    by_the_databases_clock()
    put_off = Message.objects.get(state="ready")
    assert put_off.last_error
    assert put_off.not_before > AT_NIGHT
    with time_machine.travel(AT_NIGHT):
        assert failing(AT_NIGHT) == {}
        told = client.get("/healthz").json()["checks"]
        assert all(check["ok"] for name, check in told.items() if name.startswith("reminders"))


def test_a_server_that_is_down_counts_until_the_day_of_the_last_recipient_is_over(
    office_hours: None, mailbox: Any, settings: Any
) -> None:
    settings.EMAIL_PORT = free_port()
    with time_machine.travel(EVENING):
        assert run(EVENING) == 0
    assert by_the_databases_clock() == 2
    with time_machine.travel(EVENING + 5 * MINUTE):
        assert sending.send_waiting() == 0
    assert not Message.objects.filter(failing_since__isnull=False).exists()
    assert failing(AT_NIGHT) == {}


def test_one_that_is_put_off_for_days_hides_no_standstill(now: datetime, mailbox: Any, settings: Any) -> None:
    swept(now)
    one, other = Message.objects.order_by("pk")
    Message.objects.filter(pk=one.pk).update(failing_since=now - 90 * MINUTE, last_error="450", not_before=now + HOUR)
    Message.objects.filter(pk=other.pk).update(state="sent", sent_at=now - 80 * MINUTE)
    assert failing(now) == {}
    other.pk, other.day, other.message_id = None, other.day + timedelta(days=1), "<x@y>"
    other.failing_since, other.last_error = now - 40 * MINUTE, "no"
    other.save()
    assert failing(now) == {"sent": "No message is sent, although messages wait: 1. no"}


def test_an_error_is_cut_to_what_an_operator_needs() -> None:
    assert harmless("") == ""
    assert harmless("(550, b'<x.y+z@example.org>: no such user')") == "(550, b'<…>: no such user')"
    assert len(harmless("e" * 1000)) == 300


def test_healthz_tells_each_check_and_no_name(now: datetime, client: Client) -> None:
    swept(now)
    told = client.get("/healthz").json()["checks"]
    mine = {name: check for name, check in told.items() if name.startswith("reminders")}
    assert mine == {
        f"reminders_{name}": {"ok": True, "since": None, "count": 0}
        for name in (*(verdict.name for verdict in verdicts(now)), "watch")
    }
    assert {"database", "redis", "worker", "clock", "forwarding", "rules"} <= set(told)
    note_run(SWEEP, at=now, error="ValueError: Amina, amina@example.net")
    Message.objects.update(not_before=now - 45 * MINUTE)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["reminders_sweep"]["ok"] is False
    queue = answer.json()["checks"]["reminders_queue"]
    assert queue == {"ok": False, "since": (now - 45 * MINUTE).isoformat(timespec="seconds"), "count": 2}
    assert "mina" not in answer.content.decode()


def test_healthz_says_when_nobody_watches(now: datetime, client: Client) -> None:
    PeriodicRun.objects.filter(name=WATCH).update(started_at=now - 31 * MINUTE)
    assert client.get("/healthz").json()["checks"]["reminders_watch"]["ok"] is False


def test_queries_of_the_checks_do_not_grow(now: datetime, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(7):
        verdicts(now)
    swept(now)
    with django_assert_num_queries(7):
        verdicts(now)


def test_the_clock_runs_the_watch_itself(now: datetime) -> None:
    assert WATCH not in periodic.tick(now + 2 * MINUTE)
    assert periodic.watch(now + 2 * MINUTE) == [WATCH]
    assert periodic.watch(now + 2 * MINUTE) == []
