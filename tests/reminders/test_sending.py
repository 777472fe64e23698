"""The sweep and the sending, over real SMTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lms.people.models import Headship, Leave, Person
from lms.requirements.models import AcceptedActivity, Activity, Requirement
from lms.requirements.standing import Standing
from lms.requirements.waiving import waive
from reminders import coming, scheduling, sending
from reminders.models import Ladder, Message, Reminder
from tests.at_once import at_once
from tests.cast import TODAY, Cast, make_requirement
from tests.lms.requirements.test_completing import satisfied
from tests.services import free_port

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)


def received(mailbox: Any) -> list[EmailMessage]:
    return [mailbox.read(path.stem) for path in reversed(mailbox.paths())]


def text_to(address: str, mailbox: Any) -> str:
    """What the first message to that address says, in plain text."""
    message = next(item for item in received(mailbox) if str(item["to"]) == address)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def run(at: datetime = MORNING) -> int:
    """How many messages went."""
    scheduling.sweep(at)
    return sending.send_waiting(at=at)


def test_each_gets_one_message_in_their_language_with_a_calendar_file(due: Cast, mailbox: Any) -> None:
    assert run() == 2
    assert run() == 0
    by_address = {str(message["to"]): message for message in received(mailbox)}
    assert set(by_address) == {"p00002@example.org", "amina@example.net"}
    bruno = by_address["p00002@example.org"]
    assert (bruno["content-language"], bruno["auto-submitted"]) == ("fr", "auto-generated")
    assert bruno["list-unsubscribe"] is None  # nobody unsubscribes from what is mandatory
    plain = text_to("p00002@example.org", mailbox)
    assert "Bruno Late" in plain
    assert "Sea" in plain
    assert "Dear" not in plain
    assert "Sea" not in str(bruno["subject"])
    kinds = [part.get_content_type() for part in bruno.walk()]
    assert {"text/plain", "text/html", "text/calendar"} <= set(kinds)


def test_an_english_message_reads_as_the_pages_do(due: Cast, mailbox: Any) -> None:
    run()
    message = next(item for item in received(mailbox) if str(item["to"]) == "amina@example.net")
    due_on = due.assignment(due.amina, "sea").due_on
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        said = str(body.get_content())
        assert f"Due on {due_on:%-d %B %Y} (" in said
        assert "This learning task is waiting for you:" in said


def test_somebody_without_an_account_gets_an_invitation_that_works(due: Cast, mailbox: Any, client: Any) -> None:
    run()
    text = text_to("amina@example.net", mailbox)
    assert "The link ends after 30 days. Your user name will be P00001." in text
    link = next(word for word in text.split() if "/invitation/" in word)
    path = "/" + link.split("/", 3)[3]
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("happens", ["completed", "waived", "left", "on leave", "rule ended"])
def test_standing_is_read_again_at_the_moment_of_sending(due: Cast, mailbox: Any, happens: str) -> None:
    scheduling.sweep(MORNING)
    assignment = due.assignment(due.bruno, "sea")
    if happens == "completed":
        satisfied(assignment)
    elif happens == "waived":
        waive(assignment=assignment, reason="security", requested_by=due.chen, approved_by=due.dora, starts_on=TODAY)
    elif happens == "left":
        Person.objects.filter(pk=due.bruno.pk).update(left_on=TODAY)
    elif happens == "on leave":
        Leave.objects.create(person=due.bruno, first_day=TODAY, last_day=TODAY + timedelta(days=5))
    else:
        assignment.ended_on, assignment.ended_because = TODAY, "outside"
        assignment.save()
    sending.send_waiting(at=MORNING)
    assert [str(message["to"]) for message in received(mailbox)] == ["amina@example.net"]
    reminder = Reminder.objects.get(assignment=assignment)
    assert reminder.state == "cancelled"
    assert reminder.because


def test_nobody_who_is_done_or_on_leave_is_even_planned(due: Cast) -> None:
    satisfied(due.assignment(due.bruno, "sea"))
    Leave.objects.create(person=due.amina, first_day=TODAY, last_day=TODAY + timedelta(days=5))
    assert scheduling.sweep(MORNING) == 0
    after = MORNING + timedelta(days=7)
    assert scheduling.sweep(after) == 1


def test_the_supervisor_gets_one_list_after_a_week(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    Headship.objects.create(office=due.country, person=due.chen, starts_on=TODAY)
    run(MORNING + timedelta(days=6))
    assert "Bruno Late" in text_to("chen@example.org", mailbox)
    assert "/team/" in text_to("chen@example.org", mailbox)


def test_the_day_is_the_recipients_own(due: Cast) -> None:
    """23:30 UTC on the 23rd is the 24th in Bangkok and still the 23rd in Dakar."""
    Person.objects.filter(pk=due.bruno.pk).update(time_zone="Asia/Bangkok")
    planned = [item.number for item in coming.listed(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))]
    assert planned == ["P00002"]


def test_a_mail_server_that_is_down_delays_and_loses_nothing(due: Cast, mailbox: Any, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert run() == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"ready"}
    assert Message.objects.filter(last_error="").count() == 0
    settings.EMAIL_PORT = port
    Message.objects.update(not_before=MORNING)
    assert sending.send_waiting(at=MORNING) == 2
    assert len(received(mailbox)) == 2


def test_a_worker_that_died_leaves_a_message_that_goes_again_under_the_same_id(due: Cast, mailbox: Any) -> None:
    scheduling.sweep(MORNING)
    mine = Message.objects.filter(recipient=due.bruno)
    mine.update(state="sending", lease_until=timezone.now() + timedelta(minutes=2))
    assert sending.send_waiting(at=MORNING) == 1  # Amina's
    mine.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sending.send_waiting(at=MORNING) == 1
    sent = [str(item["message-id"]) for item in received(mailbox) if str(item["to"]) == "p00002@example.org"]
    assert sent == [mine.get().message_id]


def test_a_reminder_that_misses_its_message_goes_with_the_next(due: Cast, mailbox: Any) -> None:
    run()
    late = make_requirement("late", Activity.objects.get(), due_days=29)
    due.assign()
    ladder = Ladder.objects.get()
    ladder.requirements.add(late)
    ladder.save()
    assert run() == 0
    assert run(MORNING + timedelta(days=1)) > 0
    assert Reminder.objects.filter(state="sent").count() == Reminder.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_two_sweeps_at_once_send_once(due: Cast, mailbox: Any) -> None:
    at_once(run, run, run)
    assert sorted(str(message["to"]) for message in received(mailbox)) == ["amina@example.net", "p00002@example.org"]


def test_the_command_says_what_it_would_do_and_does_it(due: Cast, mailbox: Any) -> None:
    out = StringIO()
    call_command("send_reminders", at="2026-11-24T09:00:00+00:00", dry_run=True, stdout=out)
    assert "P00002 person +1: sea" in out.getvalue()
    assert not Reminder.objects.exists()
    call_command("send_reminders", at="2026-11-24T09:00", stdout=out)
    assert "2 messages sent" in out.getvalue()
    with pytest.raises(CommandError, match="no time of the form"):
        call_command("send_reminders", at="tomorrow")


def test_queries_of_a_sweep_do_not_grow_with_what_is_not_due(due: Cast, django_assert_max_num_queries: Any) -> None:
    run()
    with django_assert_max_num_queries(24):
        scheduling.sweep(MORNING)


def test_who_is_done_is_not_told_of_a_year_gone_by_when_the_renewal_comes_near(due: Cast, mailbox: Any) -> None:
    """Until the nightly refresh opens the next cycle, the old one's due date lies a year back; nothing was missed."""
    Requirement.objects.update(renewal_window_days=60)
    AcceptedActivity.objects.update(valid_months=12)
    satisfied(due.assignment(due.bruno, "sea"), datetime(2026, 11, 20, 9, tzinfo=UTC))
    first_day_of_renewal = datetime(2027, 9, 20, 0, 5, tzinfo=UTC)
    owed = due.assignment(due.bruno, "sea")
    assert owed.standing_on(first_day_of_renewal.date()) is Standing.EXPIRING
    scheduling.sweep(first_day_of_renewal)
    assert not Reminder.objects.filter(assignment=owed).exists()


def test_an_address_that_cannot_be_mailed_holds_up_nobody_else(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.bruno.pk).update(email=f"bruno@{'x' * 70}.org")
    assert run(MORNING) == 1
    assert Message.objects.get(recipient=due.bruno).state == Message.State.FAILED
    Person.objects.filter(pk=due.bruno.pk).update(email="bruno@example.org")
    tomorrow = MORNING + timedelta(days=1)
    assert run(tomorrow) == 1
    assert {str(message["to"]) for message in received(mailbox)} == {"amina@example.net", "bruno@example.org"}


def test_a_due_date_that_moves_is_reminded_of_anew(due: Cast, mailbox: Any) -> None:
    assert run() == 2
    Person.objects.filter(pk=due.amina.pk).update(joined_on=TODAY + timedelta(days=90))
    due.assign(TODAY + timedelta(days=2))
    later = due.assignment(due.amina, "sea").due_on - timedelta(days=14)
    assert run(datetime(later.year, later.month, later.day, 9, tzinfo=UTC)) == 2
    assert Reminder.objects.filter(assignment__person=due.amina, state="sent").count() == 2


def test_leave_holds_a_reminder_back_and_does_not_swallow_it(due: Cast, mailbox: Any) -> None:
    scheduling.sweep(MORNING)
    Leave.objects.create(person=due.bruno, first_day=MORNING.date(), last_day=MORNING.date() + timedelta(days=3))
    sending.send_waiting(at=MORNING)
    assert Reminder.objects.get(assignment__person=due.bruno).because == "on_leave"
    assert run(MORNING + timedelta(days=2)) == 0
    assert run(MORNING + timedelta(days=4)) == 1
    assert Reminder.objects.filter(assignment__person=due.bruno, state="sent").count() == 1


def test_a_rung_that_was_used_can_be_taken_off_the_ladder(due: Cast, mailbox: Any) -> None:
    run()
    Ladder.objects.get().rungs.all().delete()
    assert set(Reminder.objects.values_list("days", "state")) == {(-14, "sent"), (1, "sent")}
    assert run(MORNING + timedelta(days=1)) == 0


def test_the_digest_names_nobody_who_finished_where_it_is_already_tomorrow(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.bruno.pk).update(time_zone="Pacific/Auckland")
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    evening = MORNING.replace(hour=20) + timedelta(days=6)
    scheduling.sweep(evening)
    completion = satisfied(due.assignment(due.bruno, "sea"), evening - timedelta(minutes=10))
    assert completion.completed_on > evening.date()
    sending.send_waiting(at=evening)
    assert "chen@example.org" not in {str(message["to"]) for message in received(mailbox)}
    assert Reminder.objects.get(recipient=due.chen).because == "complete"
