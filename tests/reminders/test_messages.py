"""What a message says, and to whom: read as a learner, as a supervisor, and as somebody who looks over a shoulder."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from lms.people.groups import ensure_groups
from lms.people.link_models import SignInLink
from lms.people.models import LANGUAGES, Headship, Person
from lms.requirements.models import Requirement
from reminders import scheduling, sending
from reminders.letters import Contents, Member, Task, Team, Written, write
from reminders.messages import MOST_PEOPLE
from reminders.models import Ladder, Message, Reminder
from reminders.wrapping import RIGHT_TO_LEFT, WIDTH, columns
from tests.cast import TODAY, Cast, make_course, make_person, make_requirement
from tests.reminders.test_sending import MORNING, received, run

IN_A_WEEK = MORNING + timedelta(days=6)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def to(address: str, mailbox: Any) -> EmailMessage:
    return next(item for item in received(mailbox) if str(item["to"]) == address)


def to_bruno(mailbox: Any, language: str = "en", at: datetime = MORNING) -> EmailMessage:
    Person.objects.filter(number="P00002").update(language=language)
    run(at)
    return to("p00002@example.org", mailbox)


def links(text: str) -> list[str]:
    return re.findall(r"https?://[^\s\"<]+", text)


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def owe_another(cast: Cast, code: str = "respect") -> None:
    """Bruno owes a second course; its due date is tomorrow's, and it is in the ladder."""
    page = make_course(code)
    make_requirement(code, page.activity, due_days=30)  # type: ignore[arg-type]
    cast.assign()
    ladder = Ladder.objects.get()
    ladder.requirements = list(Requirement.objects.all())
    ladder.save()


def test_one_click_signs_in_and_opens_the_task(due: Cast, mailbox: Any, client: Client) -> None:
    message = to_bruno(mailbox)
    ways = [link for link in links(part(message, "plain")) if "/link/" in link]
    assert len(ways) == 1
    assert ways[0] in part(message, "html")
    assert client.get(path_of(ways[0])).status_code == 200
    answer = client.post(path_of(ways[0]))
    assert answer.headers["Location"] == f"/learning/go/{due.assignment(due.bruno, 'sea').pk}/"
    assert client.get("/learning/").context["person"] == due.bruno


def test_nobody_learns_the_way_in_from_what_is_kept(due: Cast, mailbox: Any) -> None:
    run()
    for message in received(mailbox):
        secrets = [path_of(link).split("/")[2] for link in links(part(message, "plain")) if "/link/" in link]
        secrets += [path_of(link).split("/")[2] for link in links(part(message, "plain")) if "/invitation/" in link]
        assert len(secrets) == 1
        kept = str(list(Message.objects.values())) + str(list(Reminder.objects.values()))
        assert secrets[0] not in kept
        assert secrets[0] not in str(list(SignInLink.objects.values()))
    assert "Dear Amina Joiner" in Message.objects.get(recipient=due.amina).body


def test_each_task_is_named_with_its_date_its_length_and_one_link(due: Cast, mailbox: Any) -> None:
    owe_another(due)
    message = to_bruno(mailbox)
    text, html = part(message, "plain"), part(message, "html")
    for said in (text, html):
        assert "Sea" in said
        assert "Course respect" in said, "as the course is called, not the rule"
        assert "About 10 min" in said
        assert "Due on 23 November 2026 (1 day ago)" in said
    sea, respect = (due.assignment(due.bruno, code).pk for code in ("sea", "respect"))
    for said in (text, html):
        found = [path_of(link) for link in links(said)]
        assert sum("/link/" in path for path in found) == 1
        assert sum("/learning/go/" in path for path in found) == 1, "the first is opened by the way in"
        assert {f"/learning/why/{sea}/", f"/learning/why/{respect}/"} <= set(found)


def test_it_says_what_a_reader_asks(due: Cast, mailbox: Any) -> None:
    text = " ".join(part(to_bruno(mailbox), "plain").split())
    assert "When it is done, you will get no further reminders about it." in text
    assert "Questions? Ask your HR office." in text
    assert "Finished, and it still stands here?" in text
    assert "for you alone and works once, until 2" in text
    assert "/help/?language=en" in text


@pytest.mark.parametrize("language", [code for code, _label in LANGUAGES])
def test_text_and_html_read_well_in_each_language(due: Cast, mailbox: Any, language: str) -> None:
    message = to_bruno(mailbox, language)
    text, html = part(message, "plain"), part(message, "html")
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert message["content-language"] == language
    assert len(html.encode()) < 30_000
    assert not re.search(r"<img|<link|<script|@import|url\(|src=", html)
    for line in text.splitlines():
        assert columns(line) <= WIDTH or links(line) == [line], line
        assert not re.search(r"[─-╿]", line)
        if language == "ar" and line and not links(line):
            assert line.startswith(RIGHT_TO_LEFT)
    assert "{" not in text
    assert not re.search(r"left|right", re.sub(r"/learning/\S+|/link/\S+", "", html.split("</style>")[1])), (
        "logical only"
    )


def test_who_looks_at_the_screen_learns_nothing(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    run(IN_A_WEEK)
    for message in received(mailbox):
        subject = str(message["subject"])
        for word in ("Sea", "Bruno", "Late", "Amina", "P0000", "WCA"):
            assert word not in subject
        for item in message.walk():
            if item.get_content_type() == "text/calendar":
                assert "Sea" not in item.get_content()


def test_the_calendar_entry_is_a_day_and_keeps_its_name(due: Cast, mailbox: Any) -> None:
    entries = []
    for at in (MORNING, IN_A_WEEK):
        mailbox_before = len(received(mailbox))
        run(at)
        fresh = [item for item in received(mailbox)[mailbox_before:] if str(item["to"]) == "p00002@example.org"]
        ics = next(item for item in fresh[0].walk() if item.get_content_type() == "text/calendar")
        entries.append(next(iter(Calendar.from_ical(ics.get_content()).walk("VEVENT"))))
    first, second = entries
    assert first["uid"] == second["uid"]
    assert first["dtstart"].dt == due.assignment(due.bruno, "sea").due_on


def test_a_supervisor_gets_a_list_by_person_and_no_way_in(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    owe_another(due)
    run(IN_A_WEEK)
    message = to("chen@example.org", mailbox)
    text = part(message, "plain")
    assert text.count("Bruno Late") == 1
    assert text.index("Bruno Late") < text.index("- Respect")
    assert text.index("Bruno Late") < text.index("- Sea")
    assert [path_of(link) for link in links(text)] == ["/team/", "/help/?language=en"]
    assert not [link for link in links(part(message, "html")) if "/link/" in link]
    assert not SignInLink.objects.filter(person=due.chen).exists()


@pytest.mark.parametrize("happens", ["other supervisor", "none any more", "supervisor left"])
def test_the_list_names_nobody_whom_the_recipient_may_not_see_any_more(due: Cast, mailbox: Any, happens: str) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    scheduling.sweep(IN_A_WEEK)
    if happens == "supervisor left":
        Person.objects.filter(pk=due.chen.pk).update(left_on=IN_A_WEEK.date())
    else:
        Person.objects.filter(pk=due.bruno.pk).update(supervisor=due.eve if happens == "other supervisor" else None)
    sending.send_waiting(at=IN_A_WEEK)
    assert "chen@example.org" not in [str(message["to"]) for message in received(mailbox)]


@pytest.mark.parametrize("may", [True, False])
def test_a_head_gets_the_offices_list_and_a_page_that_they_may_open(due: Cast, mailbox: Any, may: bool) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    Person.objects.filter(pk=due.bruno.pk).update(supervisor=None)
    Headship.objects.create(office=due.country, person=due.chen, starts_on=TODAY)
    if may:
        due.chen.user.groups.add(ensure_groups()["Heads of office"])  # type: ignore[union-attr]
    run(MORNING + timedelta(days=13))
    text = part(to("chen@example.org", mailbox), "plain")
    assert "an office that you look after" in " ".join(text.split())
    assert ("/admin/compliance/" in text) is may


def test_a_head_whose_time_is_over_is_told_nothing(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    Person.objects.filter(pk=due.bruno.pk).update(supervisor=None)
    headship = Headship.objects.create(office=due.country, person=due.chen, starts_on=TODAY)
    at = MORNING + timedelta(days=13)
    scheduling.sweep(at)
    headship.ends_on = TODAY
    headship.save()
    sending.send_waiting(at=at)
    assert "chen@example.org" not in [str(message["to"]) for message in received(mailbox)]


def test_a_long_list_is_cut_and_says_so(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    for number in range(MOST_PEOPLE + 5):
        make_person(f"Q{number:05}", due.country, supervisor=due.chen, email="", joined_on=due.bruno.joined_on)
    due.assign()
    run(IN_A_WEEK)
    message = to("chen@example.org", mailbox)
    assert "6 more people are on the page." in part(message, "plain")
    assert len(part(message, "html").encode()) < 30_000


def test_a_name_is_shown_as_written_and_makes_no_markup(due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.bruno.pk).update(name='<a href="https://evil.example">{{ x }}</a>')
    message = to_bruno(mailbox)
    assert '<a href="https://evil.example">{{ x }}</a>' in " ".join(part(message, "plain").split())
    assert '<a href="https://evil.example">' not in part(message, "html")


def test_a_site_can_do_without_links_that_sign_in(due: Cast, mailbox: Any, settings: Any) -> None:
    settings.LMS_LINK_HOURS = 0
    found = [path_of(link) for link in links(part(to_bruno(mailbox), "plain"))]
    assert not any("/link/" in path for path in found)
    assert any("/learning/go/" in path for path in found)
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize("is_active", [True, False])
def test_an_account_that_is_closed_gets_plain_links(due: Cast, mailbox: Any, is_active: bool) -> None:
    User.objects.filter(pk=due.bruno.user_id).update(is_active=is_active)
    found = [path_of(link) for link in links(part(to_bruno(mailbox), "plain"))]
    assert any("/link/" in path for path in found) is is_active
    assert any("/learning/go/" in path for path in found) is not is_active


def test_a_message_that_goes_out_twice_opens_the_way_once(due: Cast, mailbox: Any) -> None:
    """A worker that dies between the server's answer and the mark leaves the message to be sent once more."""
    to_bruno(mailbox)
    Message.objects.update(state="sending", lease_until=timezone.now() - timedelta(seconds=1))
    Reminder.objects.update(state="planned")
    Message.objects.exclude(recipient=due.bruno).delete()
    assert sending.send_waiting(at=MORNING) == 1
    mine = [item for item in received(mailbox) if str(item["to"]) == "p00002@example.org"]
    assert len({str(item["message-id"]) for item in mine}) == 1
    ways = [path_of(link) for item in mine for link in links(part(item, "plain")) if "/link/" in link]
    assert len(set(ways)) == 2
    assert Client().post(ways[0]).headers["Location"].startswith("/learning/go/")
    assert Client().post(ways[1]).headers["Location"] == "/accounts/login/?next=/learning/"


def test_writing_a_message_costs_the_same_for_one_person_and_for_many(
    due: Cast, mailbox: Any, django_assert_max_num_queries: Any
) -> None:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    for number in range(20):
        make_person(f"Q{number:05}", due.country, supervisor=due.chen, email="", joined_on=due.bruno.joined_on)
    due.assign()
    scheduling.sweep(datetime(2026, 11, 30, 9, tzinfo=UTC))
    Message.objects.exclude(recipient=due.chen).delete()
    with django_assert_max_num_queries(22):
        assert sending.send_waiting(at=IN_A_WEEK) == 1


def test_own_tasks_cost_the_same_however_many(due: Cast, mailbox: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        owe_another(due, f"course-{number}")
    scheduling.sweep(MORNING)
    Message.objects.exclude(recipient=due.bruno).delete()
    with django_assert_max_num_queries(31):
        assert sending.send_waiting(at=MORNING) == 1


def test_a_letter_of_no_language_in_a_title_or_a_name_brings_in_nothing_of_the_recipients() -> None:
    """Places for what is the recipient's alone are such letters."""
    task = Task("Title\ue001\ue000", TODAY, 3, address="https://learn.example.org/go/1/")
    way = "https://learn.example.org/link/secret/"
    own = write(Contents("Bruno\ue001", "en", own=(task,), way_in=way, way_in_ends_at=MORNING))
    assert "TitleBruno" not in own.text
    assert (own.text.count(way), own.html.count(way)) == (1, 1)
    team = Team(is_own=True, members=(Member("Eve\ue000\ue001", (task,)),), address="https://learn.example.org/team/")
    both = write(Contents("Chen", "en", own=(task,), teams=(team,), way_in=way, way_in_ends_at=MORNING))
    assert "EveChen" not in both.text
    assert both.text.count(way) == 1


def test_until_when_a_link_works_is_told_by_each_ones_own_clock() -> None:
    def of(zone: str) -> str:
        ends = MORNING.astimezone(ZoneInfo(zone))
        task = Task("The course", TODAY, 3, address="https://learn.example.org/go/1/")
        return write(Contents("Bruno", "en", own=(task,), way_in="/link/1/", way_in_ends_at=ends)).text

    for zone in ("Europe/Zurich", "Pacific/Fiji", "Europe/Zurich"):
        assert f"{MORNING.astimezone(ZoneInfo(zone)):%H:%M}" in of(zone)


def test_two_people_whose_messages_are_alike_get_their_own_names_and_links() -> None:
    def of(name: str, number: int) -> Written:
        task = Task("The course", TODAY, 3, address=f"https://learn.example.org/go/{number}/", why=f"/why/{number}/")
        return write(Contents(name, "ar", own=(task, task), way_in=f"/link/{number}/", way_in_ends_at=MORNING))

    first, second = of("<b>Amina</b>", 1), of("Bruno", 2)
    for kind in ("text", "html"):
        assert "Amina" not in getattr(second, kind)
        assert "/1/" not in getattr(second, kind)
        assert "/link/2/" in getattr(second, kind)
    assert "<b>Amina" not in first.html
