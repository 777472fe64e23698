"""Reports by e-mail: who may subscribe whom, rights asked again at sending, over real SMTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from lms.compliance.delivering import TRIES, deliver, deliver_all
from lms.compliance.delivery_days import due_day, figures_day, next_time
from lms.compliance.models import ReportSubscription
from lms.compliance.subscribing import NotEntitled, subscribe
from lms.compliance.suppressing import WITHHELD
from lms.compliance.unsubscribing import link_of
from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess, Person
from lms.periodic import jobs
from tests.cast import TODAY, Cast
from tests.lms.compliance.test_views import reporting, sign_in
from tests.services import free_port

__all__ = ["reporting"]

FIRST = datetime(2026, 12, 1, 6, tzinfo=UTC)


@pytest.fixture
def subscribed(reporting: Cast) -> ReportSubscription:
    """Chen gets the figures of his office every month; they are due on the first of December."""
    user = reporting.chen.user
    found = subscribe(recipient=user, office=reporting.country, every="month", for_outside=False, by=user)
    ReportSubscription.objects.update(not_before=FIRST)
    return found


def received(mailbox: Any) -> list[EmailMessage]:
    return [mailbox.read(path.stem) for path in reversed(mailbox.paths())]


def state() -> ReportSubscription:
    found: ReportSubscription = ReportSubscription.objects.get()
    return found


def attached(message: EmailMessage) -> dict[str, list[tuple[Any, ...]]]:
    part = next(message.iter_attachments())
    content = part.get_content()
    assert isinstance(content, bytes)
    assert part.get_filename() == "figures-wca-sn-2026-11-30.xlsx"
    return {sheet.title: list(sheet.values) for sheet in load_workbook(BytesIO(content))}


def test_the_report_of_last_months_end_goes_once(subscribed: ReportSubscription, mailbox: Any) -> None:
    assert deliver_all(now=FIRST - timedelta(hours=2)) == 0
    assert deliver_all(now=FIRST) == 1
    assert deliver_all(now=FIRST) == 0
    (message,) = received(mailbox)
    assert str(message["to"]) == "p00003@example.org"
    assert str(message["subject"]) == "Your report"
    assert message["auto-submitted"] == "auto-generated"
    sheets = attached(message)
    assert list(sheets) == ["Figures", "Definitions"]
    assert dict(sheets["Definitions"])["As at"] == "2026-11-30"
    assert {row[0] for row in sheets["Figures"][1:]} == {"WCA-SN"}
    assert (state().outcome, state().not_before) == ("sent", datetime(2027, 1, 1, 5, tzinfo=UTC))


def test_what_is_for_outside_withholds_small_numbers(subscribed: ReportSubscription, mailbox: Any) -> None:
    ReportSubscription.objects.update(for_outside=True)
    assert deliver_all(now=FIRST) == 1
    figures = attached(received(mailbox)[0])["Figures"][1:]
    numbers = [cell for row in figures for cell in row[3:10]]
    assert WITHHELD in numbers
    assert not {1, 2, 3, 4} & set(numbers)


@pytest.mark.parametrize("happens", ["headship ends", "left", "inactive", "permission", "other office", "no address"])
def test_who_may_not_see_the_office_any_more_gets_nothing(
    reporting: Cast, subscribed: ReportSubscription, mailbox: Any, happens: str
) -> None:
    user = reporting.chen.user
    assert user is not None
    if happens == "headship ends":
        reporting.country.headships.update(ends_on=TODAY)
    elif happens == "left":
        OfficeAccess.objects.create(user=user, office=reporting.country)
        Person.objects.filter(pk=reporting.chen.pk).update(left_on=TODAY)
    elif happens == "inactive":
        type(user).objects.filter(pk=user.pk).update(is_active=False)
    elif happens == "permission":
        user.groups.clear()
    elif happens == "other office":
        reporting.country.headships.update(office=reporting.elsewhere)
    else:
        Person.objects.filter(pk=reporting.chen.pk).update(email="", personal_email="chen@example.net")
    assert deliver_all(now=FIRST) == 0
    assert received(mailbox) == []
    assert state().outcome == ("no_address" if happens == "no address" else "not_entitled")
    assert state().not_before > FIRST
    assert state().sent_at is None


def test_a_failure_is_seen_and_tried_again(
    reporting: Cast, subscribed: ReportSubscription, mailbox: Any, settings: Any, client: Client
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert deliver_all(now=FIRST) == 0
    assert state().last_error
    shown = sign_in(client, reporting.chen).get("/admin/compliance/deliveries/").content.decode()
    assert "Could not be sent" in shown
    settings.EMAIL_PORT = port
    assert deliver_all(now=max(timezone.now(), FIRST) + timedelta(minutes=5)) == 1
    assert (state().last_error, state().attempts) == ("", 0)
    assert len(received(mailbox)) == 1


def test_it_is_given_up_in_the_end_until_the_next_time(subscribed: ReportSubscription, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    ReportSubscription.objects.update(attempts=TRIES)
    assert deliver_all(now=FIRST) == 0
    assert state().outcome == "failed"
    assert state().not_before == datetime(2027, 1, 1, 5, tzinfo=UTC)


def test_two_workers_send_one_and_a_dead_one_is_followed_under_the_same_id(
    subscribed: ReportSubscription, mailbox: Any
) -> None:
    ReportSubscription.objects.update(lease_until=timezone.now() + timedelta(minutes=3))
    assert not deliver(subscribed.pk, at=FIRST)
    ReportSubscription.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver(subscribed.pk, at=FIRST)
    ReportSubscription.objects.update(not_before=FIRST)
    assert deliver(subscribed.pk, at=FIRST + timedelta(minutes=10))
    assert len({str(message["message-id"]) for message in received(mailbox)}) == 1


def test_the_clock_knows_the_job(subscribed: ReportSubscription, mailbox: Any) -> None:
    jobs()["lms.deliver_reports"].job(FIRST)
    assert len(received(mailbox)) == 1


def test_nobody_is_subscribed_to_what_they_may_not_see(reporting: Cast) -> None:
    for person, office in ((reporting.chen, reporting.headquarters), (reporting.bruno, reporting.country)):
        with pytest.raises(NotEntitled):
            subscribe(recipient=person.user, office=office, every="week", for_outside=True, by=person.user)


def test_a_head_subscribes_and_stops_for_the_own_office_only(reporting: Cast, client: Client) -> None:
    sign_in(client, reporting.chen)
    form = {"office": reporting.country.pk, "every": "week", "recipient": reporting.dora.user.pk}  # type: ignore[union-attr]
    client.post("/admin/compliance/deliveries/", form)
    client.post("/admin/compliance/deliveries/", form)
    assert state().recipient == reporting.chen.user
    client.post("/admin/compliance/deliveries/", form | {"office": reporting.headquarters.pk})
    assert state().office == reporting.country
    other = subscribe(
        recipient=reporting.dora.user,
        office=reporting.country,
        every="week",
        for_outside=False,
        by=reporting.dora.user,
    )
    assert "Dora" not in client.get("/admin/compliance/deliveries/").content.decode()
    for stop in (str(other.pk), "x", "9" * 40, "²"):
        assert client.post("/admin/compliance/deliveries/", {"stop": stop}).status_code == 404
    mine = ReportSubscription.objects.get(recipient=reporting.chen.user)
    client.post("/admin/compliance/deliveries/", {"stop": str(mine.pk)})
    assert state() == other


def test_hr_subscribes_a_head_and_nobody_else(reporting: Cast, client: Client) -> None:
    reporting.dora.user.groups.add(ensure_groups()["HR"])  # type: ignore[union-attr]
    sign_in(client, reporting.dora)
    shown = client.get("/admin/compliance/deliveries/").content.decode()
    assert "Recipient" in shown
    form = {"office": reporting.country.pk, "every": "month"}
    client.post("/admin/compliance/deliveries/", form | {"recipient": reporting.eve.user.pk})  # type: ignore[union-attr]
    assert not ReportSubscription.objects.exists()
    client.post("/admin/compliance/deliveries/", form | {"recipient": reporting.chen.user.pk})  # type: ignore[union-attr]
    assert state().recipient == reporting.chen.user
    assert "Chen Head" in client.get("/admin/compliance/deliveries/").content.decode()
    client.post("/admin/compliance/deliveries/", {"stop": str(state().pk)})
    assert not ReportSubscription.objects.exists()


@pytest.mark.parametrize("more", [0, 12])
def test_queries_of_the_list_do_not_grow(
    reporting: Cast, client: Client, django_assert_max_num_queries: Any, more: int
) -> None:
    reporting.dora.user.groups.add(ensure_groups()["HR"])  # type: ignore[union-attr]
    for number in range(more):
        user = type(reporting.dora.user).objects.create_user(f"u{number}")  # type: ignore[union-attr]
        ReportSubscription.objects.create(recipient=user, office=reporting.country, not_before=FIRST)
    sign_in(client, reporting.dora)
    client.get("/admin/compliance/")
    with django_assert_max_num_queries(14):
        assert client.get("/admin/compliance/deliveries/").status_code == 200


def test_mail_programs_can_stop_it_with_one_click(subscribed: ReportSubscription, mailbox: Any, settings: Any) -> None:
    settings.LMS_SITE_URL = "https://learn.example.org"
    assert deliver_all(now=FIRST) == 1
    (message,) = received(mailbox)
    link = str(message["list-unsubscribe"]).strip(" <>")  # the header is long, and folded
    assert link.startswith("https://learn.example.org/reports/stop/")
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    text = message.get_body(("plain",))
    assert text is not None
    assert link in text.get_content().replace("=\n", "")
    path, anybody = link.removeprefix("https://learn.example.org"), Client(enforce_csrf_checks=True)
    assert anybody.head(path).status_code == 200
    page = anybody.get(path).content.decode()
    assert "<button" in page
    assert "Chen" not in page
    assert "Wca" not in page
    assert ReportSubscription.objects.count() == 1
    answers = [anybody.post(path, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    said = [answer.content.split(b"<main")[1] for answer in answers]
    assert not ReportSubscription.objects.exists()
    assert said[0] == said[1]
    assert ModelLogEntry.objects.get(action="lms.report.unsubscribe").user is None


def test_without_https_there_is_a_link_and_no_one_click(subscribed: ReportSubscription, mailbox: Any) -> None:
    assert deliver_all(now=FIRST) == 1
    (message,) = received(mailbox)
    assert message["list-unsubscribe"]
    assert message["list-unsubscribe-post"] is None


def test_the_link_of_an_old_message_stops_a_report_that_was_begun_anew(subscribed: ReportSubscription) -> None:
    link, user, office = link_of(subscribed), subscribed.recipient, subscribed.office
    path = "/" + link.split("/", 3)[3]
    subscribed.delete()
    subscribe(recipient=user, office=office, every="month", for_outside=False, by=user)
    subscribe(recipient=user, office=office, every="week", for_outside=False, by=user)
    assert Client().post(path).status_code == 200
    assert state().every == "week"


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "1-1-week", lambda t: f"9{t}", lambda t: t.split(":")[1]]
)
def test_a_link_that_nobody_was_sent_is_none(subscribed: ReportSubscription, change: Any) -> None:
    token = link_of(subscribed).rstrip("/").rsplit("/", 1)[1]
    for ask in (Client().get, Client().post):
        assert ask(f"/reports/stop/{change(token)}/").status_code == 404
    assert ReportSubscription.objects.exists()


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(["week", "month"]))
def test_the_next_time_is_the_next_monday_or_first(day: date, every: str) -> None:
    following = next_time(every, day).date()
    assert due_day(every, day) <= day < following
    assert due_day(every, following) == following
    assert due_day(every, following - timedelta(days=1)) == due_day(every, day)
    assert figures_day(every, day) < due_day(every, day)
