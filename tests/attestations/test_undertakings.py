"""A partner's signatory signs for an agreement, by a link and the typed name; what is signed stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from attestations.models import Undertaking
from attestations.partners.signing import undertake
from attestations.signing import CannotSign
from attestations.verifying import undertakings
from lms.append_only import create_triggers, drop_triggers
from lms.partners.agreeing import save
from lms.partners.inviting import CannotAsk, ask_for_undertaking
from lms.partners.models import PartnerInvitation
from lms.partners.overview import overview
from lms.partners.sending import send_all
from lms.partners.states import Renewal, State
from lms.people.models import Office
from tests.cast import Cast
from tests.lms.partners.desk import Desk, issue_undertaking, secret_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    cache.clear()
    issue_undertaking()
    return Desk(cast)


def link_of(desk: Desk) -> str:
    return f"/partner/undertaking/{secret_for(ask_for_undertaking(agreement=desk.agreement, by=None))}/"


def sign(link: str, **changes: object) -> object:
    text = issue_undertaking()
    values = {"text": text.pk, "tick": ["0", "1"], "name": "sira signatory", **changes}
    return Client().post(link, values)


def test_the_signatory_gets_a_mail_reads_and_signs(desk: Desk) -> None:
    link = link_of(desk)
    send_all(now=timezone.now())
    (message,) = mail.outbox
    assert message.to == ["sira@partner.example"]
    assert link in message.body
    client = Client()
    shown = client.get(link).content.decode()
    for said in ("We accept the standards, 1.", "Blue Kettle", "BK-1", "Sira Signatory", "Authorised signatory"):
        assert said in shown
    assert not Undertaking.objects.exists()
    assert sign(link).status_code == 302  # type: ignore[attr-defined]
    signed = Undertaking.objects.get()
    assert (signed.printed_name, signed.title, signed.method, signed.utc_offset) == (
        "Sira Signatory", "Director", "link", "+0000",
    )  # fmt: skip
    assert signed.hash in client.get(link).content.decode()
    assert overview(desk.agreement, today=timezone.localdate()).state == State.UNDERTAKING_SIGNED
    sign(link)
    assert Undertaking.objects.count() == 1


def test_what_is_signed_counts_at_once_where_the_next_day_has_begun(desk: Desk) -> None:
    """In Suva it is twelve hours later than by the site's calendar."""
    Office.objects.filter(pk=desk.agreement.office_id).update(time_zone="Pacific/Fiji")
    with time_machine.travel(datetime(2026, 11, 24, 15, tzinfo=UTC), tick=False):
        assert sign(link_of(desk)).status_code == 302  # type: ignore[attr-defined]
        found = overview(desk.agreement, today=timezone.localdate())
        assert found.has_undertaking
        assert found.signed_on == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tick": ["0"]}, "Tick every box"),
        ({"name": "Somebody Else"}, "Type your name"),
        ({"name": ""}, "Type your name"),
        ({"text": "0"}, "The text has changed"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_signed(desk: Desk, changes: dict[str, object], said: str) -> None:
    answer = sign(link_of(desk), **changes)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert said in answer.content.decode()  # type: ignore[attr-defined]
    assert not Undertaking.objects.exists()


def test_a_link_ends_with_its_day_with_the_signatory_and_with_the_next_one(desk: Desk) -> None:
    link = link_of(desk)
    desk.agreement.signatory_email = "other@partner.example"
    save(agreement=desk.agreement, focal_points=[], requirements=[], by=None)
    assert Client().get(link).status_code == 410
    assert sign(link).status_code == 410  # type: ignore[attr-defined]
    second = link_of(desk)
    with pytest.raises(CannotAsk):
        ask_for_undertaking(agreement=desk.agreement, by=None)
    later = timezone.now() + timedelta(days=2)
    ask_for_undertaking(agreement=desk.agreement, by=None, now=later)
    assert Client().get(second).status_code == 410
    PartnerInvitation.objects.update(made_at=later - timedelta(days=90), expires_at=timezone.now())
    assert Client().get(second).status_code == 410


def test_a_link_to_learn_signs_nothing_and_one_to_sign_opens_nothing(desk: Desk) -> None:
    link = link_of(desk)
    assert Client().post(link.replace("undertaking", "link")).status_code == 410


def test_what_is_signed_cannot_be_changed_and_a_change_is_found(desk: Desk) -> None:
    from django.db import connection

    sign(link_of(desk))
    table = Undertaking._meta.db_table
    with pytest.raises(DatabaseError), transaction.atomic():
        Undertaking.objects.update(printed_name="X")
    with pytest.raises(DatabaseError), transaction.atomic():
        Undertaking.objects.all().delete()
    assert list(undertakings()) == []
    drop_triggers(connection, table)
    Undertaking.objects.update(printed_name="X")
    create_triggers(connection, table)
    assert [broken.reason for broken in undertakings()] == ["its chain is broken here"]


def test_a_new_wording_is_to_be_signed_within_its_time(desk: Desk) -> None:
    sign(link_of(desk))
    today = timezone.localdate()
    new = issue_undertaking("2", effective_from=today)
    found = overview(desk.agreement, today=today)
    assert found.state == State.UNDERTAKING_SIGNED
    assert [(due.what, due.on) for due in found.dues] == [(Renewal.UNDERTAKING, today + timedelta(days=90))]
    assert overview(desk.agreement, today=today + timedelta(days=91)).state == State.LAPSED
    sent = ask_for_undertaking(agreement=desk.agreement, by=None, now=timezone.now() + timedelta(days=2))
    with pytest.raises(CannotSign):
        undertake(invitation=sent, text=issue_undertaking("3", effective_from=date(2099, 1, 1)), ticked={0, 1},
                  typed_name="Sira Signatory")  # fmt: skip
    undertake(invitation=sent, text=new, ticked={0, 1}, typed_name="Sira Signatory")
    assert Undertaking.objects.count() == 2
    assert overview(desk.agreement, today=today + timedelta(days=91)).state == State.UNDERTAKING_SIGNED
    assert list(undertakings()) == []


def test_nobody_is_asked_where_there_is_no_text_or_no_signatory(cast: Cast) -> None:
    desk = Desk(cast)
    with pytest.raises(CannotAsk, match="text"):
        ask_for_undertaking(agreement=desk.agreement, by=None)
    desk.agreement.signatory_name = ""
    desk.agreement.save()
    with pytest.raises(CannotAsk, match="signatory"):
        ask_for_undertaking(agreement=desk.agreement, by=None)
