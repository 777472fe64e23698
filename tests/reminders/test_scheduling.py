"""What the sweep plans: renewals, dates and ladders that change, people who change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from lms.people.models import Headship, Leave, Person
from lms.requirements.models import AcceptedActivity, Requirement
from lms.requirements.projecting import project_all
from lms.requirements.standing import Standing
from lms.requirements.waiving import waive
from reminders import coming, scheduling, sending
from reminders.ladder import Rung
from reminders.models import Ladder, LadderRung, Message, Reminder
from tests.cast import TODAY, Cast
from tests.lms.requirements.test_completing import satisfied
from tests.reminders.test_sending import MORNING, received, run, text_to

DAY = timedelta(days=1)


def planned(at: datetime) -> list[tuple[str, str, int]]:
    return sorted((item.number, item.audience, item.days) for item in coming.listed(at))


def test_on_the_day_of_renewal_only_the_next_cycle_reminds(due: Cast, mailbox: Any) -> None:
    Requirement.objects.update(renewal_window_days=60)
    AcceptedActivity.objects.update(valid_months=12)
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    Headship.objects.create(office=due.country, person=due.chen, starts_on=TODAY)
    for person in (due.amina, due.bruno, due.chen):
        satisfied(due.assignment(person, "sea"), MORNING)
    old = due.assignment(due.bruno, "sea")
    assert old.renew_from is not None
    opening = datetime.combine(old.renew_from, datetime.min.time(), UTC)
    assert run(opening) == 0
    due.assign(opening.date())
    renewal = due.assignment(due.bruno, "sea")
    assert (renewal.cycle, renewal.due_on) == (2, old.valid_until)
    assert planned(opening) == []
    assert ("P00002", "person", -30) in planned(opening + 30 * DAY)


def test_a_validity_that_is_cut_short_does_not_bring_back_the_first_due_date(due: Cast) -> None:
    """Until the hourly refresh the old cycle is expired and open; that it was missed long ago is not true."""
    satisfied(due.assignment(due.bruno, "sea"), MORNING)
    AcceptedActivity.objects.update(valid_months=1)
    project_all(Requirement.objects.get().assignments.all())
    later = MORNING + 60 * DAY
    assert due.assignment(due.bruno, "sea").standing_on(later.date()) is Standing.EXPIRED
    assert {number for number, _, _ in planned(later)} == {"P00001"}


def test_a_due_date_that_moves_away_takes_what_was_planned_with_it(due: Cast, mailbox: Any) -> None:
    scheduling.sweep(MORNING)
    Person.objects.filter(pk=due.amina.pk).update(joined_on=TODAY + 90 * DAY)
    due.assign()
    assert sending.send_waiting(at=MORNING) == 1
    assert Reminder.objects.get(assignment__person=due.amina).because == "moved"


def test_a_due_date_that_moves_does_not_repeat_the_reminder_of_the_first_day(due: Cast, mailbox: Any) -> None:
    Ladder.objects.get().rungs.all().delete()
    LadderRung.objects.create(ladder=Ladder.objects.get(), days=0, counted_from="opening")
    assert run() == 2
    Person.objects.filter(pk=due.amina.pk).update(joined_on=TODAY + 90 * DAY)
    due.assign()
    assert run(MORNING + DAY) == 0


@pytest.mark.parametrize("passing", ["leave", "waiver"])
def test_a_rung_that_was_not_needed_for_a_while_is_planned_again(due: Cast, mailbox: Any, passing: str) -> None:
    scheduling.sweep(MORNING)
    back = MORNING + 3 * DAY
    if passing == "leave":
        Leave.objects.create(person=due.bruno, first_day=MORNING.date(), last_day=(back - DAY).date())
    else:
        waive(
            assignment=due.assignment(due.bruno, "sea"), reason="security", requested_by=due.chen,
            approved_by=due.dora, starts_on=TODAY, ends_on=(back - DAY).date(),
        )  # fmt: skip
    sending.send_waiting(at=MORNING)
    assert run(MORNING + DAY) == 0
    assert run(back) == 1
    assert run(back + DAY) == 0
    assert [str(message["to"]) for message in received(mailbox)].count("p00002@example.org") == 1


def test_of_what_leave_held_back_only_the_latest_is_sent(due: Cast, mailbox: Any) -> None:
    scheduling.sweep(MORNING)
    back = MORNING + 7 * DAY
    Leave.objects.create(person=due.bruno, first_day=MORNING.date(), last_day=(back - DAY).date())
    sending.send_waiting(at=MORNING)
    run(back)
    sent = Reminder.objects.filter(recipient=due.bruno, state="sent")
    assert [reminder.days for reminder in sent] == [7]


def test_the_supervisor_who_takes_over_gets_what_the_one_who_left_did_not(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk__in=[due.chen.pk, due.dora.pk]).update(email="boss@example.org")
    at = MORNING + 6 * DAY
    scheduling.sweep(at)
    Person.objects.filter(pk=due.bruno.pk).update(supervisor=due.dora)
    sending.send_waiting(at=at)
    assert Reminder.objects.get(recipient=due.chen).because == "other_recipient"
    run(at)
    assert Reminder.objects.get(recipient=due.dora).state == "sent"


def test_who_is_both_supervisor_and_head_reads_each_task_once(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    Headship.objects.create(office=due.country, person=due.chen, starts_on=TODAY)
    run(MORNING + 14 * DAY)
    assert text_to("chen@example.org", mailbox).count("Bruno Late") == 1
    assert set(Reminder.objects.filter(recipient=due.chen).values_list("audience", "state")) == {
        ("supervisor", "sent"),
        ("head", "sent"),
    }


def test_who_loses_the_address_is_left_alone_until_there_is_another(due: Cast, mailbox: Any) -> None:
    scheduling.sweep(MORNING)
    Person.objects.filter(pk=due.bruno.pk).update(email="")
    sending.send_waiting(at=MORNING)
    assert run(MORNING + DAY) == 0
    Person.objects.filter(pk=due.bruno.pk).update(email="bruno@example.org")
    assert run(MORNING + 2 * DAY) == 1
    assert Message.objects.filter(recipient=due.bruno).count() == 2


def test_steps_are_edited_in_the_admin_after_use_and_none_is_sent_twice(due: Cast, mailbox: Any, client: Any) -> None:
    run()
    ladder = Ladder.objects.get()
    client.force_login(User.objects.create_superuser("root"))
    rungs = list(ladder.rungs.order_by("pk"))
    form = {
        "name": "Renamed", "about": "tasks", "starts_on": "2026-11-23", "is_active": "on",
        "requirements": str(Requirement.objects.get().pk),
        "rungs-TOTAL_FORMS": str(len(rungs) + 1), "rungs-INITIAL_FORMS": str(len(rungs)),
        "rungs-MIN_NUM_FORMS": "1", "rungs-MAX_NUM_FORMS": "1000",
    }  # fmt: skip
    for number, rung in enumerate(rungs):
        form |= {
            f"rungs-{number}-id": str(rung.pk), f"rungs-{number}-days": str(rung.days),
            f"rungs-{number}-counted_from": rung.counted_from, f"rungs-{number}-audience": rung.audience,
            f"rungs-{number}-reaches": rung.reaches,
        }  # fmt: skip
        if (rung.days, rung.audience) == (1, "person"):
            form[f"rungs-{number}-DELETE"] = "on"
        if rung.days == -14:
            form[f"rungs-{number}-days"] = "-13"
    new = f"rungs-{len(rungs)}"
    form |= {f"{new}-id": "", f"{new}-days": "1", f"{new}-counted_from": "due", f"{new}-audience": "person",
             f"{new}-reaches": "everything"}  # fmt: skip
    response = client.post(reverse("reminder_ladders:edit", args=[ladder.pk]), form)
    assert response.status_code == 302
    assert run(MORNING + timedelta(minutes=5)) == 0
    tomorrow = MORNING + DAY
    assert planned(tomorrow) == [("P00001", "person", -13)]
    assert run(tomorrow) == 1


def test_a_step_set_before_one_that_was_sent_is_past(due: Cast, mailbox: Any) -> None:
    run()
    Ladder.objects.get().rungs.filter(days=-14).update(days=-15)
    assert planned(MORNING + DAY) == []


def test_an_anchor_is_the_due_date_or_the_first_day() -> None:
    days = {"due_on": TODAY, "opened_on": TODAY - DAY}
    assert Rung(-7).anchor(**days) == TODAY
    assert Rung(0, counted_from="opening").anchor(**days) == TODAY - DAY
