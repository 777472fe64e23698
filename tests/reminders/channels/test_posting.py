"""Posts to real servers that stand in for Slack and Teams."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.people.models import Person
from lms.periodic import jobs
from lms.requirements.models import Activity
from reminders.channels.models import ChannelAddress, Post
from reminders.channels.posting import post_waiting
from reminders.channels.writing import write_posts
from reminders.models import Ladder, Message, Reminder
from tests.at_once import at_once
from tests.cast import Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied
from tests.reminders.channels.conftest import WEEK_LATER
from tests.reminders.channels.stand_in import StandIn, answer
from tests.reminders.test_sending import run


def nudge(at: datetime = WEEK_LATER) -> int:
    """How many posts were accepted."""
    write_posts(at)
    return post_waiting(at=at)


def test_a_supervisor_is_nudged_once_and_learns_a_number_only(written_to: Cast, stand_in: StandIn) -> None:
    assert nudge() == 1
    assert nudge() == 0
    assert nudge(WEEK_LATER + timedelta(hours=3)) == 0
    (path, headers, body), = stand_in.got  # fmt: skip
    assert path == "/services/T000/B000/the-secret-key"
    assert headers["Content-Type"] == "application/json"
    (said,) = stand_in.bodies()
    assert said["text"].startswith("1 person in your team has a learning task due.\n<http://localhost:8000/team/|")
    for word in ("Bruno", "Sea", "sea", "Chen", "WCA", "overdue", "P00002"):
        assert word not in body.decode()
    post = Post.objects.get()
    assert (post.state, post.people, post.message.recipient) == ("posted", 1, written_to.chen)
    assert post.posted_at is not None


def test_teams_gets_an_adaptive_card(written_to: Cast, stand_in: StandIn) -> None:
    ChannelAddress.objects.update(channel="teams", url=stand_in.teams)
    stand_in.always = answer(202)
    assert nudge() == 1
    (said,) = stand_in.bodies()
    (attachment,) = said["attachments"]
    assert (said["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    card = attachment["content"]
    assert (card["type"], card["rtl"]) == ("AdaptiveCard", False)
    assert card["body"][0]["text"] == "1 person in your team has a learning task due."
    assert card["actions"][0]["url"] == "http://localhost:8000/team/"


def test_two_tasks_of_one_person_are_one_person(due: Cast, mailbox: Any, stand_in: StandIn) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    ChannelAddress.objects.create(person=due.chen, channel="slack", url=stand_in.slack)
    late = make_requirement("late", Activity.objects.get(), due_days=30)
    due.assign()
    Reminder.objects.all().delete()
    ladder = Ladder.objects.get()
    ladder.requirements.add(late)
    ladder.save()
    run(WEEK_LATER)
    assert Reminder.objects.filter(recipient=due.chen).count() == 2
    assert nudge() == 1
    assert stand_in.bodies()[0]["text"].startswith("1 person ")


def test_nobody_is_nudged_about_their_own_tasks(written_to: Cast, stand_in: StandIn) -> None:
    for person in (written_to.bruno, written_to.amina):
        ChannelAddress.objects.create(person=person, channel="slack", url=stand_in.slack)
    assert Message.objects.filter(recipient=written_to.bruno, state="sent").exists()
    assert nudge() == 1
    assert set(Post.objects.values_list("message__recipient", flat=True)) == {written_to.chen.pk}


def test_nothing_is_posted_before_the_message_has_gone(written_to: Cast, stand_in: StandIn) -> None:
    for state in ("ready", "sending", "failed", "cancelled"):
        Message.objects.update(state=state)
        assert nudge() == 0
    Message.objects.update(state="sent", sent_at=timezone.now() - timedelta(hours=25))
    assert nudge() == 0
    assert not stand_in.got


@pytest.mark.parametrize("happens", ["completed", "other supervisor", "left"])
def test_standing_is_read_again_before_posting(written_to: Cast, stand_in: StandIn, happens: str) -> None:
    write_posts(WEEK_LATER)
    if happens == "completed":
        satisfied(written_to.assignment(written_to.bruno, "sea"))
    elif happens == "other supervisor":
        Person.objects.filter(pk=written_to.bruno.pk).update(supervisor=written_to.dora)
    else:
        Person.objects.filter(pk=written_to.chen.pk).update(left_on=WEEK_LATER.date())
    assert post_waiting(at=WEEK_LATER) == 0
    assert not stand_in.got
    assert (Post.objects.get().state, Post.objects.get().because) == ("cancelled", "nothing_open")


def test_an_address_that_is_taken_away_cancels_what_waits(written_to: Cast, stand_in: StandIn) -> None:
    write_posts(WEEK_LATER)
    ChannelAddress.objects.all().delete()
    assert post_waiting(at=WEEK_LATER) == 0
    assert (Post.objects.get().state, Post.objects.get().because) == ("cancelled", "no_address")


def others_written_to(cast: Cast, stand_in: StandIn, count: int) -> None:
    """So many further supervisors, each with an address and a message about somebody of theirs."""
    day = Message.objects.get(recipient=cast.chen).day
    for number in range(count):
        supervisor = make_person(f"S{number}", cast.country)
        late = make_person(f"L{number}", cast.country, supervisor=supervisor, joined_on=cast.bruno.joined_on)
        cast.assign()
        ChannelAddress.objects.create(person=supervisor, channel="slack", url=stand_in.slack)
        message = Message.objects.create(
            recipient=supervisor, day=day, state="sent", message_id=f"<{number}>", not_before=WEEK_LATER,
            sent_at=timezone.now(),
        )  # fmt: skip
        Reminder.objects.create(
            assignment=cast.assignment(late, "sea"), audience="supervisor", days=7, anchor=WEEK_LATER.date(),
            recipient=supervisor, state="sent", message=message, planned_at=WEEK_LATER,
        )  # fmt: skip


def test_a_worker_that_died_leaves_a_post_that_goes_again(written_to: Cast, stand_in: StandIn) -> None:
    write_posts(WEEK_LATER)
    Post.objects.update(state="posting", lease_until=timezone.now() + timedelta(minutes=2))
    assert post_waiting(at=WEEK_LATER) == 0
    Post.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert post_waiting(at=WEEK_LATER) == 1


def test_it_waits_for_the_hours_of_its_recipient(written_to: Cast, stand_in: StandIn, settings: Any) -> None:
    settings.LMS_SEND_FROM_HOUR, settings.LMS_SEND_UNTIL_HOUR = 12, 18
    assert nudge() == 0
    assert Post.objects.get().not_before == WEEK_LATER.replace(hour=12)
    assert nudge(WEEK_LATER.replace(hour=12)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_post_once(written_to: Cast, stand_in: StandIn) -> None:
    at_once(nudge, nudge, nudge)
    assert len(stand_in.got) == 1
    assert Post.objects.get().state == "posted"


def test_the_clock_starts_it(written_to: Cast, stand_in: StandIn) -> None:
    Message.objects.filter(recipient=written_to.chen).update(day=timezone.localdate())
    jobs()["reminders.channels"].job(timezone.now())
    assert Post.objects.count() == 1


def test_each_further_post_takes_two_queries(written_to: Cast, stand_in: StandIn) -> None:
    counts = []
    for more in (0, 6):
        others_written_to(written_to, stand_in, more)
        write_posts(WEEK_LATER)
        with CaptureQueriesContext(connection) as queries:
            assert post_waiting(at=WEEK_LATER) == more or 1
        counts.append(len(queries))
    assert counts[0] <= 26
    assert counts[1] <= counts[0] + 2 * 5
