"""Somebody of a partner is reminded with the link of their own page, and never asked to make an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from lms.partners.models import PartnerInvitation
from lms.people.models import Invitation
from lms.requirements.models import Assignment
from reminders import scheduling, sending
from reminders.laying import lay_standard_ladder
from tests.cast import Cast
from tests.lms.partners.desk import Desk
from tests.reminders.test_sending import received

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    cache.clear()
    return Desk(cast)


def remind(desk: Desk) -> None:
    today = timezone.localdate()
    lay_standard_ladder(requirements=[desk.requirement], starts_on=today - timedelta(days=60))
    Assignment.objects.update(due_on=today + timedelta(days=7), opened_on=today - timedelta(days=20))
    now = timezone.now().replace(hour=12)
    scheduling.sweep(now)
    sending.send_waiting(at=now)


@pytest.mark.usefixtures("_working_day")
def test_a_reminder_to_somebody_of_a_partner_leads_to_their_page(desk: Desk, mailbox: Any) -> None:
    desk.name("Ada Able <ada@partner.example>")
    remind(desk)
    (message,) = received(mailbox)
    assert message["to"] == "ada@partner.example"
    text = message.get_body(("plain",)).get_content()
    (link,) = re.findall(r"/partner/link/\w+/", text)
    assert "choose a password" not in text
    assert "works once" not in text
    assert link in message.get_body(("html",)).get_content()
    client = Client()
    assert client.post(link).headers["Location"] == "/partner/"
    assert "Ada Able" in client.get("/partner/").content.decode()
    assert not Invitation.objects.exists()
    assert PartnerInvitation.objects.get().outcome == "sent"


@pytest.mark.usefixtures("_working_day")
def test_a_link_that_still_works_is_used_again(desk: Desk, mailbox: Any) -> None:
    from lms.partners.inviting import invite
    from lms.partners.sending import send_all

    (member,) = desk.name("Ada Able <ada@partner.example>")
    invite(agreement=desk.agreement, members=[member], by=None)
    send_all(now=timezone.now())
    remind(desk)
    links = {link for message in received(mailbox)
             for link in re.findall(r"/partner/link/\w+/", message.get_body(("plain",)).get_content())}  # fmt: skip
    assert len(links) == 1
    assert PartnerInvitation.objects.count() == 1


@pytest.fixture
def _working_day(settings: Any) -> None:
    settings.LMS_SEND_FROM_HOUR, settings.LMS_SEND_UNTIL_HOUR, settings.LMS_WORKING_DAYS_ONLY = 0, 24, False
