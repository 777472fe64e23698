"""Two at the same moment: one code, one seat of a link, one address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lms.partners.inviting import InvitationNotUsable, come_by_code, make_codes
from lms.partners.models import AgreementMember
from lms.partners.naming import name_people
from lms.partners.registering import LinkNotUsable, open_link, register
from lms.partners.rosters import Line
from lms.people.models import Person
from tests.at_once import at_once
from tests.cast import Cast
from tests.lms.partners.desk import Desk, make_agreement

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]


def outcome(act: Any) -> str:
    try:
        act()
    except (InvitationNotUsable, LinkNotUsable):
        return "refused"
    return "done"


def test_a_code_lets_one_in() -> None:
    desk = Desk(Cast())
    (member,) = desk.name("Ben Paper")
    ((_, code),) = make_codes(agreement=desk.agreement, members=[member], by=None)
    assert sorted(at_once(*[lambda: outcome(lambda: come_by_code(code))] * 4)) == ["done", *["refused"] * 3]


def test_a_link_takes_no_more_than_it_says() -> None:
    desk = Desk(Cast())
    link = open_link(agreement=desk.agreement, most=2, expires_at=timezone.now() + timedelta(days=1), by=None)
    works = [lambda n=n: outcome(lambda: register(link=link, line=Line(1, f"P {n}"))) for n in range(5)]  # type: ignore[misc]
    assert sorted(at_once(*works)) == ["done", "done", *["refused"] * 3]
    assert AgreementMember.objects.count() == 2


def test_one_address_becomes_one_person_from_two_agreements() -> None:
    desk = Desk(Cast())
    other = make_agreement("BK-2", desk.organisation, desk.cast)
    line = Line(1, "Ada", "ada@partner.example")
    at_once(
        lambda: name_people(agreement=desk.agreement, lines=[line], by=None),
        lambda: name_people(agreement=other, lines=[line], by=None),
    )
    assert Person.objects.filter(personal_email="ada@partner.example").count() == 1
    assert AgreementMember.objects.count() == 2
