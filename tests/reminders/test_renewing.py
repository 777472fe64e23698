"""Undertakings and assessments of partners are reminded of before and after their day, by ladders of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from attestations.models import AttestationText, Undertaking
from attestations.partners.signing import undertake
from lms.cron import invite_partners
from lms.partners.inviting import ask_for_undertaking
from lms.partners.models import Agreement, PartnerInvitation
from lms.people.groups import ensure_groups
from lms.people.models import Holiday, OfficeAccess, Organisation, Person
from reminders import scheduling, sending
from reminders.laying import lay_renewal_ladders
from reminders.models import Ladder, Message, Reminder
from reminders.returning import say_it_works
from tests.at_once import at_once
from tests.cast import Cast, make_person
from tests.lms.partners.desk import Desk, issue_undertaking, make_agreement
from tests.reminders.test_messages import links, part, path_of
from tests.reminders.test_sending import received
from tests.reminders.test_telling import die
from tests.services import free_port

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REVIEW = date(2026, 12, 15)
SUPERSEDED = date(2026, 9, 1)
LAPSES = SUPERSEDED + 90 * DAY
"""LMS_PARTNER_RENEWAL_DAYS after the new wording: Monday, 30 November 2026."""
SIRA, CHEN, DORA = "sira@partner.example", "p00003@example.org", "p00004@example.org"


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def run(day: date) -> int:
    """How many messages went to people of ours."""
    scheduling.sweep(at(day))
    return sending.send_waiting(at=at(day))


@pytest.fixture
def desk(cast: Cast, settings: Any) -> Desk:
    """Chen is the focal point of ours; Dora may be written to as HR. The standard ladders of partners are laid."""
    cache.clear()
    settings.LMS_SEND_FROM_HOUR, settings.LMS_SEND_UNTIL_HOUR, settings.LMS_WORKING_DAYS_ONLY = 8, 18, True
    desk = Desk(cast)
    desk.agreement.focal_points.add(cast.chen)
    assert cast.dora.user is not None
    cast.dora.user.groups.add(ensure_groups()["HR"])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    lay_renewal_ladders(starts_on=date(2026, 1, 1))
    return desk


@pytest.fixture
def reviewed(desk: Desk) -> Desk:
    """The assessment is to be reviewed on 15 December."""
    Agreement.objects.filter(pk=desk.agreement.pk).update(
        rating="medium", assessed_on=date(2026, 1, 15), review_on=REVIEW
    )
    return desk


@pytest.fixture
def superseded(desk: Desk) -> Desk:
    """The first wording is signed; another has been in force since September."""
    sign(desk, issue_undertaking(), at(date(2026, 2, 2)))
    issue_undertaking("2", SUPERSEDED)
    return desk


def sign(desk: Desk, text: AttestationText, when: datetime) -> Undertaking:
    asked = ask_for_undertaking(agreement=desk.agreement, by=None, now=when)
    signed = undertake(
        invitation=asked, text=text, ticked=[0, 1], typed_name="Sira Signatory", now=when + timedelta(minutes=1)
    )
    PartnerInvitation.objects.filter(pk=asked.pk).update(outcome="sent", sent_at=when)
    return signed


def to(address: str, mailbox: Any) -> list[str]:
    """What the messages to that address say, oldest first."""
    return [" ".join(part(item, "plain").split()) for item in received(mailbox) if item["to"] == address]


def asked(since: date) -> int:
    return PartnerInvitation.objects.filter(purpose="sign", made_at__gte=at(since, 0)).count()


def test_our_focal_point_is_told_of_the_review_before_and_after_its_day(reviewed: Desk, mailbox: Any) -> None:
    days = [REVIEW + n * DAY for n in range(-70, 20)]
    went = [day for day in days if run(day)]
    # A month before is a Sunday: it comes on the Friday.
    assert went == [date(2026, 10, 16), date(2026, 11, 13), REVIEW - 7 * DAY, REVIEW + DAY, REVIEW + 14 * DAY]
    texts = to(CHEN, mailbox)
    assert len(texts) == 5
    for text in texts[:3]:
        assert "The PSEA assessment of this partner is to be reviewed by 15 December 2026." in text
    for text in texts[3:]:
        assert "The PSEA assessment of this partner was to be reviewed by 15 December 2026." in text
    assert "Blue Kettle: BK-1" in texts[0]
    (page,) = [path_of(link) for link in links(texts[0]) if "/partners/" in link]
    client = Client()
    client.force_login(reviewed.cast.chen.user)  # type: ignore[arg-type]
    assert client.get(page).status_code == 200
    assert {str(item["to"]) for item in received(mailbox)} == {CHEN}
    subjects = {str(item["subject"]) for item in received(mailbox)}
    assert subjects == {"News about learning"}  # neutral: no partner, no assessment


def test_hr_is_told_when_it_is_a_month_late(reviewed: Desk, mailbox: Any, client: Client) -> None:
    assert run(REVIEW + 30 * DAY) == 2  # the focal point's step of two weeks after, and HR's
    (text,) = to(DORA, mailbox)
    (page,) = [path_of(link) for link in links(text) if "/partners/" in link]
    assert page == f"/admin/compliance/partners/{reviewed.agreement.pk}/"
    client.force_login(reviewed.cast.dora.user)  # type: ignore[arg-type]
    assert client.get(page).status_code == 200
    listed = client.get("/admin/messages/").content.decode()
    assert "Dora HR" in listed
    assert "Chen Head" in listed


@pytest.mark.parametrize("missing", ["nobody", "only the partner's own", "has left", "no address"])
def test_where_no_focal_point_of_ours_can_be_written_to_hr_is(reviewed: Desk, mailbox: Any, missing: str) -> None:
    chen = Person.objects.filter(pk=reviewed.cast.chen.pk)
    if missing == "nobody":
        reviewed.agreement.focal_points.clear()
    elif missing == "only the partner's own":
        reviewed.agreement.focal_points.set([reviewed.focal])
    elif missing == "has left":
        chen.update(left_on=REVIEW - 30 * DAY)
    else:
        chen.update(email="")
    assert run(REVIEW - 7 * DAY) == 1
    assert len(to(DORA, mailbox)) == 1


def test_hr_who_stands_in_for_a_focal_point_reads_it_once(reviewed: Desk, mailbox: Any) -> None:
    reviewed.agreement.focal_points.clear()
    assert run(REVIEW + 30 * DAY) == 1
    (text,) = to(DORA, mailbox)
    assert text.count("was to be reviewed") == 1


@pytest.mark.parametrize("happens", ["reviewed", "ended", "another focal point"])
def test_what_is_renewed_between_sweep_and_sending_is_not_reminded_of(
    reviewed: Desk, mailbox: Any, happens: str
) -> None:
    day = REVIEW - 7 * DAY
    scheduling.sweep(at(day))
    if happens == "reviewed":
        Agreement.objects.update(assessed_on=day, review_on=date(2028, 12, 1))
    elif happens == "ended":
        Agreement.objects.update(ends_on=day - DAY)
    else:
        reviewed.agreement.focal_points.set([reviewed.cast.eve])
    assert sending.send_waiting(at=at(day)) == 0
    assert (Reminder.objects.get().state, Reminder.objects.get().because) == ("cancelled", "over")
    assert run(day + DAY) == int(happens == "another focal point")


def test_another_day_of_review_is_reminded_of_anew(reviewed: Desk, mailbox: Any) -> None:
    assert run(REVIEW - 7 * DAY) == 1
    later = REVIEW + 62 * DAY
    Agreement.objects.update(review_on=later)
    assert run(later - 7 * DAY) == 1
    assert run(later - 6 * DAY) == 0


def test_the_undertaking_is_reminded_of_and_its_signatory_asked_until_it_is_signed(
    superseded: Desk, mailbox: Any
) -> None:
    told, went = [], []
    for number in range(100):
        day = SUPERSEDED + number * DAY
        before = asked(SUPERSEDED)
        if run(day):
            told.append((day - LAPSES).days)
        if asked(SUPERSEDED) > before:
            went.append((day - LAPSES).days)
        invite_partners(at(day))
    assert told == [-31, -7, 1]  # a month before is a Saturday: it comes on the Friday
    assert went == [-60, -31, -7, 1]
    assert len(to(SIRA, mailbox)) == 4
    texts = to(CHEN, mailbox)
    assert "The one that was signed holds until 30 November 2026." in texts[0]
    assert "The one that was signed held until 30 November 2026." in texts[2]
    link = PartnerInvitation.objects.filter(purpose="sign").latest("made_at")
    text = AttestationText.objects.get(version="2")
    undertake(invitation=link, text=text, ticked=[0, 1], typed_name="Sira Signatory", now=link.made_at + DAY)
    later = asked(SUPERSEDED)
    assert [run(LAPSES + n * DAY) for n in range(9, 40)] == [0] * 31
    assert asked(SUPERSEDED) == later


def test_an_undertaking_that_is_signed_between_sweep_and_sending_is_not_reminded_of(
    superseded: Desk, mailbox: Any
) -> None:
    day = LAPSES - 7 * DAY
    scheduling.sweep(at(day))
    link = PartnerInvitation.objects.filter(purpose="sign").latest("made_at")
    text = AttestationText.objects.get(version="2")
    undertake(invitation=link, text=text, ticked=[0, 1], typed_name="Sira Signatory", now=at(day, 11))
    assert sending.send_waiting(at=at(day)) == 0
    assert Reminder.objects.get().because == "over"


def test_a_wording_that_nobody_signed_is_no_renewal(desk: Desk, mailbox: Any) -> None:
    """The first undertaking is asked for by somebody."""
    issue_undertaking()
    issue_undertaking("2", SUPERSEDED)
    assert [run(LAPSES + n * DAY) for n in (-60, -7, 1)] == [0, 0, 0]
    assert not PartnerInvitation.objects.exists()


def test_who_was_asked_by_somebody_that_day_is_not_asked_again(superseded: Desk) -> None:
    ask_for_undertaking(agreement=superseded.agreement, by=None, now=at(LAPSES - 7 * DAY, 1))
    for number in (-7, -6, -5):
        run(LAPSES + number * DAY)
    assert asked(SUPERSEDED) == 1


def test_another_signatory_is_asked_by_the_step_that_has_come(superseded: Desk) -> None:
    run(LAPSES - 7 * DAY)
    Agreement.objects.update(signatory_email="new@partner.example")
    run(LAPSES - 5 * DAY)
    run(LAPSES - 4 * DAY)
    found = PartnerInvitation.objects.filter(made_at__gte=at(SUPERSEDED)).order_by("made_at")
    assert [item.address for item in found] == [SIRA, "new@partner.example"]


def test_a_signatory_is_asked_in_working_hours_and_not_at_a_dead_address(superseded: Desk) -> None:
    day = LAPSES - 7 * DAY
    scheduling.sweep(at(day, 3))
    assert asked(SUPERSEDED) == 0
    same = make_person("X00009", superseded.cast.country, email=SIRA)
    die(same)
    scheduling.sweep(at(day))
    assert asked(SUPERSEDED) == 0
    assert say_it_works(person=same, by=superseded.cast.dora.user)
    scheduling.sweep(at(day))
    assert asked(SUPERSEDED) == 1


def test_an_old_step_of_the_signatorys_is_not_made_up_for(superseded: Desk) -> None:
    scheduling.sweep(at(LAPSES + 14 * DAY + 61 * DAY))
    assert asked(SUPERSEDED) == 0


@pytest.mark.parametrize("happens", ["signed", "ended"])
def test_a_link_to_sign_that_could_not_go_is_dropped_once_nobody_needs_it(
    superseded: Desk, mailbox: Any, settings: Any, happens: str
) -> None:
    day = LAPSES - 7 * DAY
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    run(day)
    invite_partners(at(day))
    (waiting,) = PartnerInvitation.objects.filter(made_at__gte=at(day, 0))
    assert (waiting.outcome, bool(waiting.last_error)) == ("", True)
    settings.EMAIL_PORT = port
    if happens == "signed":
        text = AttestationText.objects.get(version="2")
        undertake(invitation=waiting, text=text, ticked=[0, 1], typed_name="Sira Signatory", now=at(day, 12))
    else:
        Agreement.objects.update(ends_on=day)
    PartnerInvitation.objects.filter(pk=waiting.pk).update(not_before=at(day))
    invite_partners(at(day + DAY))
    assert to(SIRA, mailbox) == []
    waiting.refresh_from_db()
    assert waiting.outcome == "not_needed"
    hr = Client()
    hr.force_login(superseded.cast.dora.user)  # type: ignore[arg-type]
    page = hr.get(f"/admin/compliance/partners/{superseded.agreement.pk}/").content.decode()
    assert "(not needed any more)" in page
    assert page.count("asked on") == 2  # the first time, for the first wording


def test_a_mail_server_that_is_down_delays_the_link_to_sign_and_loses_nothing(
    superseded: Desk, mailbox: Any, settings: Any
) -> None:
    day = LAPSES - 7 * DAY
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert run(day) == 0
    invite_partners(at(day))
    settings.EMAIL_PORT = port
    Message.objects.update(not_before=at(day))
    PartnerInvitation.objects.filter(outcome="").update(not_before=at(day))
    assert sending.send_waiting(at=at(day)) == 1
    invite_partners(at(day))
    invite_partners(at(day))
    assert (len(to(SIRA, mailbox)), len(to(CHEN, mailbox))) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_one_moment_write_and_ask_once(superseded: Desk, mailbox: Any) -> None:
    day = LAPSES - 7 * DAY
    at_once(*(lambda: scheduling.sweep(at(day)) for _ in range(3)))
    assert (Reminder.objects.count(), asked(SUPERSEDED)) == (1, 1)


def test_a_day_off_of_the_office_moves_a_warning_to_the_day_before(reviewed: Desk, mailbox: Any) -> None:
    day = REVIEW - 7 * DAY
    Holiday.objects.create(office=reviewed.cast.headquarters, day=day, name="Free")
    assert (run(day - DAY), run(day), run(day + DAY)) == (1, 0, 0)


def test_a_ladder_that_is_not_in_use_reminds_of_nothing(reviewed: Desk) -> None:
    Ladder.objects.update(is_active=False)
    assert run(REVIEW - 7 * DAY) == 0


def ladder_form(**changes: str) -> dict[str, str]:
    said = {
        "name": "Reviews", "about": "assessment", "starts_on": "2026-01-01", "is_active": "on", "rungs-TOTAL_FORMS": "1",
        "rungs-INITIAL_FORMS": "0", "rungs-MIN_NUM_FORMS": "1", "rungs-MAX_NUM_FORMS": "1000", "rungs-0-days": "-7",
        "rungs-0-counted_from": "due", "rungs-0-audience": "focal_point", "rungs-0-reaches": "everything",
    }  # fmt: skip
    return said | {key.replace("__", "-"): value for key, value in changes.items()}


def test_hr_makes_such_a_ladder_and_is_told_what_it_cannot_say(desk: Desk, client: Client) -> None:
    client.force_login(desk.cast.dora.user)  # type: ignore[arg-type]
    page = "/admin/reminder_ladders/new/"
    refused = {
        "This ladder cannot speak to them.": ladder_form(rungs__0__audience="person"),
        "A ladder about partners counts from the due date.": ladder_form(rungs__0__counted_from="opening"),
        "A ladder about partners has no requirements.": ladder_form(requirements=str(desk.requirement.pk)),
        "Choose at least one requirement.": ladder_form(about="tasks", rungs__0__audience="person"),
    }
    for said, form in refused.items():
        answer = client.post(page, form)
        assert (answer.status_code, said in answer.content.decode()) == (200, True), said
    for audience in ("signatory", "focal_point"):
        form = ladder_form(about="tasks", rungs__0__audience=audience, requirements=str(desk.requirement.pk))
        assert "cannot speak to them" in client.post(page, form).content.decode()
    assert "cannot speak to them" in client.post(page, ladder_form(rungs__0__audience="signatory")).content.decode()
    assert not Ladder.objects.filter(name="Reviews").exists()
    assert client.post(page, ladder_form()).status_code == 302
    assert Ladder.objects.get(name="Reviews").about == "assessment"


def test_many_agreements_cost_no_more_queries(
    superseded: Desk, mailbox: Any, django_assert_max_num_queries: Any
) -> None:
    Agreement.objects.update(review_on=LAPSES)
    for number in range(8):
        other = Organisation.objects.create(code=f"Q{number}", name=f"Partner {number}")
        agreement = make_agreement(f"Q-{number}", other, superseded.cast, review_on=LAPSES)
        agreement.focal_points.add(make_person(f"Q{number:05}", superseded.cast.country))
    Ladder.objects.filter(about="undertaking").update(is_active=False)
    with django_assert_max_num_queries(32):
        assert scheduling.sweep(at(LAPSES - 7 * DAY)) == 9
    with django_assert_max_num_queries(24 + 9 * 2):
        assert sending.send_waiting(at=at(LAPSES - 7 * DAY)) == 9
