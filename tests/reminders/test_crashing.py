"""Attacks on the sending: workers that die or stall half-way, servers and settings that are broken."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.models.signals import post_save
from django.utils import timezone

from lms.people.models import Invitation, Person
from reminders import scheduling, sending, tasks
from reminders.models import Message, Reminder
from tests.cast import Cast
from tests.reminders.test_sending import MORNING, received, run, text_to

DAY = timedelta(days=1)
UNMAILABLE = f"bruno@{'x' * 70}.org"


def lose_reminder_updates(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """The database goes away between the mail and the mark."""
    if sql.startswith('UPDATE "lms_reminders_reminder"'):
        raise DatabaseError("gone")
    return execute(sql, *rest)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_between_two_marks_never_lets_a_rung_go_out_in_a_second_message(
    due: Cast, mailbox: Any
) -> None:
    scheduling.sweep(MORNING)
    with connection.execute_wrapper(lose_reminder_updates), pytest.raises(DatabaseError):
        sending.send_waiting(at=MORNING)
    assert set(Reminder.objects.values_list("state", flat=True)) == {"planned"}
    for later in (MORNING, MORNING + DAY):
        run(later)
    mine = [str(item["message-id"]) for item in received(mailbox) if str(item["to"]) == "p00002@example.org"]
    assert mine == [Message.objects.get(recipient=due.bruno).message_id]
    assert Reminder.objects.get(recipient=due.bruno).state == "sent"


def test_a_message_that_is_marked_in_the_middle_of_a_sweep_keeps_what_it_carried(due: Cast, mailbox: Any) -> None:
    """Between two statements of the sweep a worker marks what it has handed over; it has not come to the reminders yet."""
    scheduling.sweep(MORNING)

    def mark_meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if sql.startswith('UPDATE "lms_reminders_reminder"'):
            Message.objects.update(state="sent", sent_at=MORNING)
        return result

    with connection.execute_wrapper(mark_meanwhile):
        scheduling.sweep(MORNING + timedelta(minutes=5))
    assert not Reminder.objects.filter(message=None).exists()
    assert run(MORNING + DAY) == 0


def test_a_worker_that_stalls_past_its_lease_hands_nothing_over(
    due: Cast, mailbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first worker writes the e-mail, a second one takes the message."""
    monkeypatch.setattr(sending, "LEASE", sending.ONE_HANDOVER)
    scheduling.sweep(MORNING)
    second = uuid.uuid4()

    def take(**kwargs: Any) -> None:
        Message.objects.filter(recipient=due.amina).update(claimed_by=second)

    post_save.connect(take, sender=Invitation)
    try:
        assert sending.send_waiting(at=MORNING) == 1
    finally:
        post_save.disconnect(take, sender=Invitation)
    assert [str(message["to"]) for message in received(mailbox)] == ["p00002@example.org"]
    message = Message.objects.get(recipient=due.amina)
    assert (message.state, message.claimed_by) == ("sending", second)
    assert Reminder.objects.get(recipient=due.amina).state == "planned"


def test_a_reminder_that_another_sweep_has_just_placed_is_not_placed_again(due: Cast) -> None:
    """Around midnight two sweeps may hold two days to be today."""
    scheduling.sweep(MORNING)
    first = set(Message.objects.values_list("pk", flat=True))
    scheduling.sweep(MORNING + DAY)
    assert set(Reminder.objects.values_list("message", flat=True)) == first
    assert set(Message.objects.values_list("pk", flat=True)) == first


@pytest.mark.parametrize("through", ["command", "drain"])
def test_an_address_that_no_server_takes_stops_nobody_else(due: Cast, mailbox: Any, through: str) -> None:
    Person.objects.filter(pk=due.bruno.pk).update(email=UNMAILABLE)
    if through == "command":
        out = StringIO()
        call_command("send_reminders", at=MORNING.isoformat(), stdout=out)
        assert "1 messages sent" in out.getvalue()
    else:
        scheduling.sweep(MORNING)
        Message.objects.update(not_before=timezone.now())
        Message.objects.filter(recipient=due.bruno).update(
            state="sending", lease_until=timezone.now() - timedelta(seconds=1)
        )
        tasks.drain()
    failed = Message.objects.get(recipient=due.bruno)
    assert (failed.state, failed.address) == ("failed", UNMAILABLE)
    assert failed.last_error
    assert [str(message["to"]) for message in received(mailbox)] == ["amina@example.net"]


def test_what_a_refused_message_held_goes_once_when_the_address_is_put_right(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.bruno.pk).update(email=UNMAILABLE)
    run()
    assert run(MORNING + DAY) == 0
    Person.objects.filter(pk=due.bruno.pk).update(email="bruno@example.org")
    assert run(MORNING + 6 * DAY) == 1
    assert run(MORNING + 7 * DAY) == 1  # Amina's
    assert text_to("bruno@example.org", mailbox).count("Sea") == 1
    assert set(Reminder.objects.filter(recipient=due.bruno).values_list("days", "state")) == {(1, "sent"), (7, "sent")}


def test_what_a_refused_message_held_falls_to_the_next_supervisor(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email=UNMAILABLE)
    at = MORNING + 6 * DAY
    run(at)
    assert Message.objects.get(recipient=due.chen).state == "failed"
    Person.objects.filter(pk=due.dora.pk).update(email="dora@example.org")
    Person.objects.filter(pk=due.bruno.pk).update(supervisor=due.dora)
    run(at + timedelta(minutes=5))
    run(at + timedelta(minutes=10))
    assert "Bruno Late" in text_to("dora@example.org", mailbox)
    assert Reminder.objects.get(recipient=due.chen).because == "other_recipient"


def test_sending_one_by_one_stops_when_its_time_is_up(due: Cast, mailbox: Any) -> None:
    """A job that a slow mail server held too long would be cut off between a mail and its mark."""
    scheduling.sweep(MORNING)
    assert sending.send_waiting(at=MORNING, within=timedelta(0)) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"ready"}
    assert sending.send_waiting(at=MORNING, within=timedelta(minutes=1)) == 2


@pytest.mark.parametrize(
    ("name", "broken"),
    [("DEFAULT_FROM_EMAIL", f"learning@{'y' * 70}.org"), ("EMAIL_BACKEND", "no.such.Backend")],
)
def test_a_setting_that_is_wrong_delays_and_loses_nothing(
    due: Cast, mailbox: Any, settings: Any, name: str, broken: str
) -> None:
    right = getattr(settings, name)
    setattr(settings, name, broken)
    assert run() == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"ready"}
    assert not Message.objects.filter(last_error="").exists()
    assert not Message.objects.waiting(timezone.now()).filter(not_before__lte=timezone.now()).exists()
    setattr(settings, name, right)
    Message.objects.update(not_before=MORNING)
    assert sending.send_waiting(at=MORNING) == 2
