"""What was decided on a proof is told to the person, once, in the message of a day; over real SMTP."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from courses.models import Proof, ProofDecision
from courses.players.external.deciding import accept, ask_for_another, reject
from courses.players.external.handing_in import withdraw
from lms.compliance.auditing.sections import Period, collected
from lms.conf import conf
from lms.people.models import Invitation, Leave, Person
from lms.requirements.merging import merge
from lms.requirements.models import AcceptedActivity
from reminders import scheduling, sending
from reminders.models import Bounce, Message, Reminder
from tests.at_once import at_once
from tests.cast import TODAY, Cast, make_person
from tests.courses.external import DONE_ON, give_rights, hand, make_external
from tests.lms.partners.desk import Desk
from tests.reminders.test_messages import links, part, path_of
from tests.reminders.test_sending import MORNING, received, run
from tests.services import free_port

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BRUNO = "p00002@example.org"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    cache.clear()


@pytest.fixture
def course(cast: Cast) -> Any:
    give_rights(cast)
    return make_external()


def decide(proof: Proof, cast: Cast, how: str = "accept", reason: str = "not_legible") -> None:
    """As Dora of HR does it on the page of the proof."""
    client = Client()
    client.force_login(cast.dora.user)  # type: ignore[arg-type]
    said = {"sure": "on", "seen": Proof.objects.get(pk=proof.pk).evidence(), how: "1"}
    answer = client.post(f"/admin/proofs/{proof.key}/", said | ({} if how == "accept" else {"reason": reason}))
    assert answer.status_code == 302


def die(person: Person) -> None:
    """An earlier message to their address came back for good."""
    now = timezone.now()
    earlier = Message.objects.create(
        recipient=person, day=TODAY - 9 * DAY, message_id="<earlier@example.org>", state="sent", not_before=now
    )
    Bounce.objects.create(
        message=earlier, kind="bounce", permanent=True, address=person.address, does_fit=True, status="5.1.1", at=now,
        day=now.date(),
    )  # fmt: skip


def only(mailbox: Any) -> EmailMessage:
    (message,) = received(mailbox)
    return message


@pytest.mark.parametrize(
    ("how", "said", "language"),
    [
        ("accept", "Your proof is accepted. It counts from 12 November 2026.", "en"),
        ("reject", "Your proof is not accepted. It cannot be read.", "en"),
        ("another", "Another is needed. It cannot be read.", "en"),
        ("reject", "Votre preuve n’est pas acceptée. Elle est illisible.", "fr"),
    ],
)
def test_each_decision_is_told_in_ones_language_with_the_way_back_to_the_proof(
    cast: Cast, course: Any, mailbox: Any, how: str, said: str, language: str
) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(language=language)
    proof = hand(course, cast.bruno)
    decide(proof, cast, how)
    assert run() == 1
    message = only(mailbox)
    assert (message["to"], message["content-language"]) == (BRUNO, language)
    assert "External bsafe" not in str(message["subject"])
    assert str(message["subject"]) == {"en": "News about learning", "fr": "Du nouveau sur la formation"}[language]
    for kind in ("plain", "html"):
        assert said in " ".join(part(message, kind).split())
        assert "External bsafe" in part(message, kind)
    assert "learning.ics" not in str(message)
    (way,) = [path_of(link) for link in links(part(message, "plain")) if "/link/" in link]
    client = Client()
    assert client.post(way).headers["Location"] == f"/learning/proof/{proof.key}/"
    assert client.get(f"/learning/proof/{proof.key}/").status_code == 200


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("accept", "The declaration that you have taken it is on record."),
        ("reject", "The declaration that you have taken it is not accepted."),
    ],
)
def test_a_declaration_is_not_called_a_proof_nor_ones_own(
    cast: Cast, course: Any, mailbox: Any, how: str, said: str
) -> None:
    """Chen has declared it of Bruno."""
    Person.objects.filter(pk=cast.bruno.pk).update(language="en")
    decide(hand(course, cast.bruno, way="declaration", by=cast.chen), cast, how)
    run()
    assert said in part(only(mailbox), "plain")


def test_jobs_that_run_twice_and_at_once_tell_it_once(cast: Cast, course: Any, mailbox: Any) -> None:
    decide(hand(course, cast.bruno), cast)
    assert (run(), run(), run(MORNING + DAY)) == (1, 0, 0)
    assert len(received(mailbox)) == 1
    assert Reminder.objects.get().state == "sent"


@pytest.mark.django_db(transaction=True)
def test_workers_at_one_moment_tell_it_once(cast: Cast, course: Any, mailbox: Any) -> None:
    decide(hand(course, cast.bruno), cast)
    at_once(run, run, run)
    assert len(received(mailbox)) == 1


def test_a_decision_that_the_ledger_refuses_is_told_to_nobody(cast: Cast, course: Any, mailbox: Any) -> None:
    """Decision and notice stand or fall together: its day is still to come, so it cannot count."""
    proof = hand(course, cast.bruno)
    Proof.objects.filter(pk=proof.pk).update(on=timezone.localdate() + 30 * DAY)
    client = Client()
    client.force_login(cast.dora.user)  # type: ignore[arg-type]
    seen = Proof.objects.get(pk=proof.pk).evidence()
    assert client.post(f"/admin/proofs/{proof.key}/", {"sure": "on", "seen": seen, "accept": "1"}).status_code == 200
    assert not ProofDecision.objects.exists()
    assert run() == 0
    assert not Reminder.objects.exists()


def test_a_mail_server_that_is_down_delays_it_and_loses_nothing(
    cast: Cast, course: Any, mailbox: Any, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    decide(hand(course, cast.bruno), cast)
    assert run() == 0
    waiting = Message.objects.get()
    assert (waiting.state, bool(waiting.last_error), Reminder.objects.get().state) == ("ready", True, "planned")
    settings.EMAIL_PORT = port
    Message.objects.update(not_before=MORNING)
    assert sending.send_waiting(at=MORNING) == 1
    assert len(received(mailbox)) == 1


@pytest.mark.parametrize("happens", ["handed in anew", "withdrawn", "decided anew"])
def test_what_is_no_longer_so_is_not_told(cast: Cast, course: Any, mailbox: Any, happens: str) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(language="en")
    proof = hand(course, cast.bruno)
    decide(proof, cast, "another")
    scheduling.sweep(MORNING)
    if happens == "withdrawn":
        withdraw(proof=Proof.objects.get(), by=cast.bruno)
    else:
        hand(course, cast.bruno, on=DONE_ON - DAY)
    if happens == "decided anew":
        decide(proof, cast, "reject", "other_name")
        scheduling.sweep(MORNING)
    assert sending.send_waiting(at=MORNING) == int(happens == "decided anew")
    first = Reminder.objects.get(key=f"{proof.key}:1")
    assert (first.state, first.because) == ("cancelled", "over")
    if happens == "decided anew":
        text = part(only(mailbox), "plain")
        assert "It bears another name." in text
        assert "Another is needed." not in text


def test_who_has_left_is_not_written_to(cast: Cast, course: Any, mailbox: Any) -> None:
    decide(hand(course, cast.bruno), cast)
    scheduling.sweep(MORNING)
    Person.objects.filter(pk=cast.bruno.pk).update(left_on=TODAY)
    assert sending.send_waiting(at=MORNING) == 0
    assert (Reminder.objects.get().because, Message.objects.get().state) == ("left", "cancelled")


def test_leave_delays_no_answer(cast: Cast, course: Any, mailbox: Any) -> None:
    """Leave pauses what asks for something. This was asked for."""
    Leave.objects.create(person=cast.bruno, first_day=TODAY, last_day=TODAY + 9 * DAY)
    decide(hand(course, cast.bruno), cast)
    assert run() == 1


def test_a_dead_address_gets_nothing_and_the_next_one_does(cast: Cast, course: Any, mailbox: Any) -> None:
    die(cast.bruno)
    decide(hand(course, cast.bruno), cast)
    assert run() == 0
    assert Message.objects.latest("pk").state == "failed"
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno.new@example.org")
    assert run(MORNING + DAY) == 1
    assert only(mailbox)["to"] == "bruno.new@example.org"


@pytest.mark.parametrize("lost", ["before the sweep", "before the sending"])
def test_who_has_no_address_is_told_when_there_is_one(cast: Cast, course: Any, mailbox: Any, lost: str) -> None:
    decide(hand(course, cast.bruno), cast)
    if lost == "before the sending":
        scheduling.sweep(MORNING)
    Person.objects.filter(pk=cast.bruno.pk).update(email="")
    assert [run(MORNING + number * DAY) for number in range(3)] == [0, 0, 0]
    assert Message.objects.count() == int(lost == "before the sending")  # the list is not filled with what cannot go
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno.new@example.org")
    assert run(MORNING + 3 * DAY) == 1
    assert only(mailbox)["to"] == "bruno.new@example.org"


@pytest.mark.parametrize("when", ["before the sweep", "before the sending"])
def test_whoever_is_merged_is_told_at_the_record_that_is_kept(
    cast: Cast, course: Any, mailbox: Any, when: str
) -> None:
    other = make_person("P00099", cast.country, name="Bruno Late", email="bruno.kept@example.org")
    decide(hand(course, cast.bruno), cast)
    if when == "before the sending":
        scheduling.sweep(MORNING)
    merge(kept=other, merged=Person.objects.get(pk=cast.bruno.pk))
    Person.objects.filter(pk=cast.bruno.pk).update(email="")
    if when == "before the sweep":
        scheduling.sweep(MORNING)
    assert sending.send_waiting(at=MORNING) == 0
    assert run() == 1
    assert only(mailbox)["to"] == "bruno.kept@example.org"
    assert Reminder.objects.get().state == "sent"


def test_one_message_a_day_holds_tasks_and_decisions(due: Cast, mailbox: Any) -> None:
    give_rights(due)
    proof = hand(make_external(), due.bruno)
    decide(proof, due)
    Message.objects.exclude(recipient=due.bruno).delete()
    run()
    (message,) = [item for item in received(mailbox) if item["to"] == BRUNO]
    text = part(message, "plain")
    assert text.index("External bsafe") < text.index("Sea")
    found = [path_of(link) for link in links(text)]
    assert f"/learning/proof/{proof.key}/" in found  # plain, with a sign-in; the button is the task's
    assert f'href="{conf.SITE_URL}/learning/proof/{proof.key}/"' in part(message, "html")
    (way,) = [link for link in found if link.startswith("/link/")]
    assert Client().post(way).headers["Location"].startswith("/learning/go/")
    assert set(Reminder.objects.filter(recipient=due.bruno).values_list("state", flat=True)) == {"sent"}


def test_hr_finds_it_in_the_list_of_messages_and_an_auditor_in_the_pack(
    cast: Cast, course: Any, mailbox: Any, client: Client
) -> None:
    proof = hand(course, cast.bruno)
    decide(proof, cast)
    run()
    client.force_login(cast.dora.user)  # type: ignore[arg-type]
    assert "Bruno Late" in client.get("/admin/messages/").content.decode()
    kept = Message.objects.get()
    assert "External bsafe" in kept.body
    assert "/link/" not in kept.body
    (entry,) = collected(cast.bruno, Period(MORNING.date(), MORNING.date()))["reminders"]
    assert (entry["kind"], entry["about"], entry["day"]) == ("proof", f"{proof.key}:1", MORNING.date())
    assert collected(cast.bruno, Period(MORNING.date() + DAY, MORNING.date() + DAY))["reminders"] == []
    assert collected(cast.chen, Period(MORNING.date(), MORNING.date()))["reminders"] == []


def test_what_came_back_waits_for_another_address(cast: Cast, course: Any, mailbox: Any) -> None:
    from reminders.returning import hold_back

    decide(hand(course, cast.bruno), cast)
    run()
    now = timezone.now()
    Bounce.objects.create(
        message=Message.objects.get(), kind="bounce", permanent=True, address=BRUNO, does_fit=True, status="5.1.1",
        at=now, day=now.date(),
    )  # fmt: skip
    assert hold_back() == 1
    assert Reminder.objects.get().state == "planned"
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno.new@example.org")
    assert run(MORNING + DAY) == 1


def test_somebody_of_a_partner_gets_the_link_of_their_page(cast: Cast, course: Any, mailbox: Any) -> None:
    desk = Desk(cast)
    AcceptedActivity.objects.create(requirement=desk.requirement, activity=course.activity)
    (member,) = desk.name("Ada Able <ada@partner.example>")
    proof = hand(course, member.person)
    reject(proof=proof, by=cast.dora, reason="no_date", ticked=True, seen=proof.evidence())
    run(timezone.now().replace(hour=12))
    message = only(mailbox)
    assert message["to"] == "ada@partner.example"
    text = part(message, "plain")
    assert "Your proof is not accepted. Its date is missing, or another than you gave." in " ".join(text.split())
    assert "password" not in text.replace("neither an account nor a password", "")
    assert "/learning/proof/" not in text  # she could not open it but from her own page
    (link,) = set(re.findall(r"/partner/link/\w+/", text))
    assert link in part(message, "html")
    client = Client()
    assert client.post(link).headers["Location"] == "/partner/"
    assert f"/learning/proof/{proof.key}/" in client.get("/partner/").content.decode()
    assert not Invitation.objects.exists()


def test_many_decisions_cost_no_more_queries(
    cast: Cast, course: Any, mailbox: Any, django_assert_max_num_queries: Any
) -> None:
    others = [make_person(f"Q{number:05}", cast.country) for number in range(9)]
    for number, person in enumerate(others):
        proof = hand(course, person)
        how = {"proof": proof, "by": cast.dora, "ticked": True, "seen": proof.evidence()}
        if number % 3 == 0:
            accept(**how)
        else:
            (reject if number % 3 == 1 else ask_for_another)(**how, reason="duplicate")
    with django_assert_max_num_queries(24):
        scheduling.sweep(MORNING)
    Person.objects.update(language="fr")
    with django_assert_max_num_queries(22 + 9 * 3):  # for each: its name and invitation, and its mark
        assert sending.send_waiting(at=MORNING) == 9
