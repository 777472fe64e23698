"""What comes back: believed only where it fits, held until there is another address, answered by HR."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lms.people.models import Person
from lms.periodic import jobs
from reminders import returning, scheduling
from reminders.bounce_reports import Report
from reminders.models import Bounce, Message, Reminder
from tests.cast import Cast
from tests.reminders.reports import written
from tests.reminders.test_sending import MORNING, received, run
from tests.services import free_port

DAY = timedelta(days=1)
BRUNO = "p00002@example.org"


def take(raw: bytes) -> None:
    call_command("take_bounce", stdin=BytesIO(raw))


def of(person: Person) -> Message:
    return Message.objects.filter(recipient=person).order_by("-day")[0]


def returned(person: Person, shape: str = "postfix", **more: Any) -> bytes:
    """The report of a mail server about the last message to the person."""
    message = of(person)
    return written(shape, message_id=message.message_id, to=message.address, **more)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """A report tells of a time that has passed."""
    with time_machine.travel(MORNING.replace(hour=12), tick=True):
        yield


@pytest.fixture
def sent(due: Cast, mailbox: Any) -> Cast:
    assert run() == 2
    return due


def test_what_came_back_waits_and_goes_to_the_next_address(sent: Cast, mailbox: Any) -> None:
    take(returned(sent.bruno))
    assert of(sent.bruno).state == "failed"
    assert "5.1.1" in of(sent.bruno).last_error
    assert set(Reminder.objects.filter(recipient=sent.bruno).values_list("state", flat=True)) == {"planned"}
    assert of(sent.amina).state == "sent"
    assert run(MORNING + 6 * DAY) == 0  # the next step for Bruno: nothing is written to a dead address
    assert len(received(mailbox)) == 2
    Person.objects.filter(pk=sent.bruno.pk).update(email="bruno@example.org")
    assert run(MORNING + 7 * DAY) == 2  # Amina's next step as well
    assert "bruno@example.org" in {str(message["to"]) for message in received(mailbox)}
    assert set(Reminder.objects.filter(recipient=sent.bruno).values_list("state", flat=True)) == {"sent"}


def test_what_is_done_meanwhile_is_not_sent_to_the_next_address(sent: Cast, mailbox: Any) -> None:
    from tests.lms.requirements.test_completing import satisfied

    take(returned(sent.bruno))
    satisfied(sent.assignment(sent.bruno, "sea"))
    Person.objects.filter(pk=sent.bruno.pk).update(email="bruno@example.org")
    assert run(MORNING + DAY) == 0
    assert Reminder.objects.get(recipient=sent.bruno).because == "complete"


def test_the_same_report_is_one_row(sent: Cast) -> None:
    for _ in range(3):
        take(returned(sent.bruno))
    take(returned(sent.bruno, "exchange"))
    assert Bounce.objects.count() == 1


@pytest.mark.parametrize(
    ("message_id", "to"),
    [
        ("<guessed@localhost>", BRUNO),
        (None, "amina@example.net"),
        (None, "p00003@example.org"),
        ("", BRUNO),
    ],
)
def test_a_forged_bounce_silences_nobody(sent: Cast, message_id: str | None, to: str) -> None:
    named = of(sent.bruno).message_id if message_id is None else message_id
    for shape in ("postfix", "complaint"):
        take(written(shape, message_id=named, to=to))
    assert not Bounce.objects.filter(does_fit=True).exists()
    assert set(Bounce.objects.values_list("address", flat=True)) == {f"@{to.split('@')[1]}"}
    assert not Bounce.objects.to_be_shown().exists()
    assert of(sent.bruno).state == "sent"


def test_a_report_of_another_persons_message_is_not_believed(sent: Cast) -> None:
    """Amina knows the Message-ID of hers, and Bruno's address."""
    take(written("postfix", message_id=of(sent.amina).message_id, to=BRUNO))
    assert not Bounce.objects.is_dead(BRUNO)


def test_message_ids_cannot_be_worked_out_from_what_other_systems_know(sent: Cast, settings: Any) -> None:
    def again() -> str:
        Reminder.objects.all().delete()
        Message.objects.all().delete()
        scheduling.sweep(MORNING)
        return str(of(sent.bruno).message_id)

    before = of(sent.bruno).message_id
    assert again() == before
    settings.SECRET_KEY = "another"
    assert again() != before


def test_strays_are_kept_up_to_a_bound(sent: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning, "STRAYS_A_DAY", 3)
    for number in range(5):
        take(written("postfix", message_id=f"<{number}@x>", to=f"somebody{number}@example.com"))
    assert Bounce.objects.count() == 3
    take(returned(sent.bruno))
    assert Bounce.objects.is_dead(BRUNO)


def test_a_complaint_stops_no_mandatory_mail(sent: Cast) -> None:
    take(returned(sent.bruno, "complaint"))
    assert Bounce.objects.get().kind == "complaint"
    assert run(MORNING + 6 * DAY) == 1


def test_a_full_mailbox_is_dead_after_three_days(sent: Cast) -> None:
    for days in (0, 6, 13):
        at = MORNING + days * DAY
        with time_machine.travel(at, tick=True):
            assert days == 0 or run(at) > 0
        assert not Bounce.objects.is_dead(BRUNO)
        last = ("Tue, 24 Nov 2026 01:01:59 -0800", f"{at + timedelta(hours=1):%a, %d %b %Y %H:%M:%S +0000}")
        with time_machine.travel(at + timedelta(hours=12), tick=True):
            take(returned(sent.bruno, "gmail", change=last))
    assert Bounce.objects.is_dead(BRUNO)
    assert set(Message.objects.filter(recipient=sent.bruno).values_list("state", flat=True)) == {"failed"}
    assert set(Reminder.objects.filter(recipient=sent.bruno).values_list("state", flat=True)) == {"planned"}


def test_a_server_that_has_fallen_out_with_ours_kills_no_address(sent: Cast) -> None:
    take(returned(sent.bruno, change=("Status: 5.1.1", "Status: 5.7.26")))
    assert not Bounce.objects.is_dead(BRUNO)
    assert of(sent.bruno).state == "sent"
    assert "5.7.26" in of(sent.bruno).last_error


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded"])
def test_what_is_on_its_way_is_nothing_to_keep(sent: Cast, action: str) -> None:
    take(returned(sent.bruno, change=("Action: failed", f"Action: {action}")))
    assert not Bounce.objects.exists()


def test_a_report_that_is_quicker_than_our_own_mark_is_believed(due: Cast, mailbox: Any) -> None:
    """The mail server can answer before the worker has written down that it took the message."""
    scheduling.sweep(MORNING)
    message = of(due.bruno)
    Message.objects.filter(pk=message.pk).update(state="sending", attempts=1, lease_until=timezone.now() + DAY)
    take(written("postfix", message_id=message.message_id, to=BRUNO))
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=timezone.now(), address=BRUNO)
    Reminder.objects.filter(message=message).update(state="sent")
    jobs()["reminders.hold_back"].job(timezone.now())
    assert of(due.bruno).state == "failed"
    assert Reminder.objects.get(message=message).state == "planned"


def test_hr_says_that_it_works_and_what_waited_goes(sent: Cast, mailbox: Any) -> None:
    assert not returning.say_it_works(person=sent.bruno, by=sent.dora.user)
    late = returned(sent.bruno, "exchange", change=("Status: 5.1.10", "Status: 5.2.1"))
    take(returned(sent.bruno))
    assert returning.say_it_works(person=sent.bruno, by=sent.dora.user)
    assert not Bounce.objects.is_dead(BRUNO)
    take(late)  # of the same message, about the time before
    assert not Bounce.objects.is_dead(BRUNO)
    assert run(MORNING + DAY) == 1
    assert len(received(mailbox)) == 3
    assert Bounce.objects.get(kind="works").said_by == "P00004"
    assert not returning.say_it_works(person=sent.bruno, by=sent.dora.user)
    take(returned(sent.bruno))  # and it comes back once more
    assert Bounce.objects.is_dead(BRUNO)


def test_a_receipt_of_delivery_ends_it(sent: Cast) -> None:
    take(returned(sent.bruno, change=("Status: 5.1.1", "Status: 4.4.1")))
    take(
        returned(sent.bruno, "exchange", change=("Action: failed\nStatus: 5.1.10", "Action: delivered\nStatus: 2.1.5"))
    )
    assert set(Bounce.objects.values_list("kind", flat=True)) == {"bounce", "delivered"}
    assert not Bounce.objects.that_count().exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE lms_reminders_bounce SET address = 'x'", "DELETE FROM lms_reminders_bounce"]
)
def test_what_was_said_cannot_be_changed(sent: Cast, statement: str) -> None:
    take(returned(sent.bruno))
    with pytest.raises(DatabaseError, match="appended"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


class _Refusing:
    """A mail server that refuses every recipient in these words."""

    def __init__(self, words: str) -> None:
        self.words = words

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        return self.words


@pytest.mark.parametrize(
    ("words", "dead"),
    [("550 5.1.1 nobody here", True), ("550 5.7.1 relaying denied", False), ("550 no relay", False)],
)
def test_an_address_refused_in_our_face_is_dead_unless_it_is_about_us(
    due: Cast, mailbox: Any, settings: Any, words: str, dead: bool
) -> None:
    before = settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT
    port = free_port()
    controller = Controller(_Refusing(words), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        assert run() == 0
    finally:
        controller.stop()
    is_ours = "5.7.1" in words
    assert of(due.bruno).state == ("ready" if is_ours else "failed")
    assert Bounce.objects.is_dead(BRUNO) is dead
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = before
    assert run(MORNING + DAY) == (2 if is_ours else 0)


def test_what_got_through_after_all_lets_go_what_was_held(sent: Cast, mailbox: Any) -> None:
    """The server that said no one day says the next that it has delivered."""
    take(returned(sent.bruno))
    held = Reminder.objects.filter(recipient=sent.bruno, message__state="failed")
    assert held.exists()
    told = f"{MORNING + timedelta(hours=4):%a, %d %b %Y %H:%M:%S +0000}"
    with time_machine.travel(MORNING + timedelta(hours=5), tick=True):
        delivered = ("Action: failed", "Action: delivered", "Status: 5.2.2", "Status: 2.0.0")
        take(returned(sent.bruno, "gmail", change=(*delivered, "Tue, 24 Nov 2026 01:01:59 -0800", told)))
    assert not Bounce.objects.is_dead(BRUNO)
    assert not held.exists()
    assert run(MORNING + DAY) == 1


def test_why_a_message_did_not_go_gives_nobody_a_private_address(sent: Cast) -> None:
    Message.objects.filter(recipient=sent.bruno).update(address="bruno.private@example.net")
    take(returned(sent.bruno))
    assert "5.1.1" in of(sent.bruno).last_error
    assert "@" not in of(sent.bruno).last_error


@pytest.mark.parametrize("name", ["a" * 100 + "@" + "b" * 98, "a\x00b@c", "ä@c"])
def test_an_id_that_no_mail_program_writes_is_none(sent: Cast, name: str) -> None:
    raw = written("postfix", message_id=f"<{name}>", to=of(sent.bruno).address)
    take(raw)
    assert set(Bounce.objects.values_list("does_fit", flat=True)) <= {False}


def test_the_command_tells_an_mta_what_to_do(sent: Cast) -> None:
    with pytest.raises(CommandError) as refused:
        take(b"From: somebody@example.org\nSubject: I am away\n\nBack on Monday.\n")
    assert refused.value.returncode == 65
    take(returned(sent.bruno) + b"x" * 3_000_000)
    assert Bounce.objects.is_dead(BRUNO)


@pytest.mark.parametrize(
    ("raw", "status"), [(written("postfix", message_id="<a@b>", to=BRUNO), 75), (b"no report", 65), (b"", 65)]
)
def test_the_pipe_answers_in_exit_statuses(raw: bytes, status: int, tmp_path: Path) -> None:
    """A real process with a real pipe, and no database behind it."""
    manage = Path(__file__).resolve().parents[2] / "manage.py"
    nowhere = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    environment = {"DATABASE_URL": nowhere, "SAFEGUARD_VAR": str(tmp_path), "PATH": "",
                   "DJANGO_SETTINGS_MODULE": "lms.site.settings.test"}  # fmt: skip
    ended = subprocess.run(
        [sys.executable, str(manage), "take_bounce"], input=raw, env=environment, capture_output=True, check=False
    )
    assert ended.returncode == status, ended.stderr
    assert b"Traceback" not in ended.stderr


def test_taking_keeps_no_more_than_a_column_holds(sent: Cast) -> None:
    message = of(sent.bruno)
    for kind in ("failed", "complained"):
        returning.take(
            report=Report(action=kind, addresses=(BRUNO,), message_id=message.message_id, reason="x" * 200)  # type: ignore[arg-type]
        )
    assert Bounce.objects.count() == 2
