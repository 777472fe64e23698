"""Planning and holding classroom sessions in the admin: who sees whom, what is refused and how it is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.models import ClassroomPage, ClassroomSession, Reopening, Sheet
from courses.players.classroom.confirming import confirm
from lms.people.models import Person
from tests.cast import PASSWORD, Cast, as_, body, make_person
from tests.courses.classroom import AFTER, HELD, give_rights, make_session, make_training, seat, sign

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture
def page(cast: Cast) -> ClassroomPage:
    give_rights(cast)
    return make_training()


@pytest.fixture
def session(cast: Cast, page: ClassroomPage) -> ClassroomSession:
    session = make_session(page, cast.country, cast.eve)
    seat(session, cast.bruno)
    return session


def plan(client: Client, page: ClassroomPage, cast: Cast, **changes: Any) -> Any:
    values = {
        "training": page.activity_id, "office": cast.country.pk, "day": "2026-12-01", "begins": "09:00", "ends": "12:00",
        "time_zone": "", "place": "Room 1", "facilitator": "Bruno Late", "language": "fr", "seats": "", **changes,
    }  # fmt: skip
    return client.post("/admin/sessions/plan/", values, follow=True)


def test_a_head_plans_a_session_in_the_zone_of_the_office(page: ClassroomPage, cast: Cast) -> None:
    type(cast.country).objects.filter(pk=cast.country.pk).update(time_zone="Asia/Bangkok")
    shown = body(plan(as_(cast.chen), page, cast))
    assert "The session is saved." in shown
    assert "cannot sign yet" in shown
    assert "1 December 2026, 09:00 – 12:00 (Asia/Bangkok, UTC+0700)" in shown
    assert ClassroomSession.objects.get().starts_at.hour == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ends": "08:00"}, "It ends after it begins."),
        ({"day": "2026-11-01"}, "more than 14 days ago"),
        ({"facilitator": "P00005"}, "Nobody whom you may see"),
        ({"facilitator": "\x00"}, "Null characters"),
        ({"time_zone": "Mars/Olympus"}, "valid choice"),
    ],
)
def test_what_cannot_be_planned_is_said_beside_the_field(
    page: ClassroomPage, cast: Cast, changes: dict[str, str], said: str
) -> None:
    assert said in body(plan(as_(cast.chen), page, cast, **changes))
    assert not ClassroomSession.objects.exists()


def test_a_head_plans_nothing_elsewhere(page: ClassroomPage, cast: Cast) -> None:
    assert "valid choice" in body(plan(as_(cast.chen), page, cast, office=cast.elsewhere.pk))
    assert as_(cast.eve).get("/admin/sessions/plan/").status_code == 302


def put(client: Client, session: ClassroomSession, people: str) -> str:
    return body(client.post(f"/admin/sessions/{session.key}/", {"add": "1", "people": people}, follow=True))


def on_list(session: ClassroomSession) -> set[str]:
    return set(session.seats_taken.values_list("person__number", flat=True))


def test_people_are_put_on_the_list_by_number_name_or_csv(session: ClassroomSession, cast: Cast) -> None:
    make_person("P00010", cast.country, name="Two Alike")
    make_person("P00011", cast.country, name="Two Alike")
    shown = put(
        as_(cast.chen), session, "number;name\np00001;Amina\nChen Head\nTwo Alike\nP00002\nP00005\nNO SUCH\n\n=1+1\n"
    )
    assert on_list(session) == {"P00001", "P00002", "P00003"}
    assert "2 people were put on the list." in shown
    for said in (
        "Line 4, “Two Alike”: Several people",
        "Line 5, “P00002”: Is on the list already",
        "Line 6, “P00005”: Nobody whom you may see",
        "Line 7, “NO SUCH”: Nobody whom you may see",
        "Line 9, “=1+1”: Nobody whom you may see",
    ):
        assert said in " ".join(shown.split())
    assert "Eve Elsewhere" not in shown.replace("<dd>Eve Elsewhere</dd>", "")


def test_no_more_people_than_seats_and_not_the_facilitator(page: ClassroomPage, cast: Cast) -> None:
    session = make_session(page, cast.country, cast.bruno, seats=1)
    shown = put(as_(cast.dora), session, "P00002\nP00001\nP00003")
    assert "nobody signs for themselves" in shown
    assert "No seat is left." in shown
    assert on_list(session) == {"P00001"}


def test_somebody_is_taken_off_until_a_sheet_speaks_of_them(session: ClassroomSession, cast: Cast) -> None:
    seat(session, cast.amina)
    chen = as_(cast.chen)
    chen.post(f"/admin/sessions/{session.key}/", {"remove": "P00001"})
    assert on_list(session) == {"P00002"}
    sign(session, cast.bruno)
    assert "speaks of this person" in body(
        chen.post(f"/admin/sessions/{session.key}/", {"remove": "P00002"}, follow=True)
    )


def test_a_head_does_not_see_people_of_other_offices(session: ClassroomSession, cast: Cast) -> None:
    far = make_person("P00020", cast.elsewhere, name="Far Away")
    seat(session, far)
    own = f"/admin/sessions/{session.key}/"
    for path in (own, f"{own}?export=csv", f"{own}print/"):
        for client, sees in ((as_(cast.chen), False), (as_(cast.dora), True), (as_(cast.eve), True)):
            answer = client.get(path)
            told = answer.getvalue().decode()
            assert ("Far Away" in told) is sees, path
            assert "Bruno Late" in told
    assert "And 1 person of another office." in body(as_(cast.chen).get(own))
    as_(cast.chen).post(own, {"remove": "P00020"})
    assert "P00020" in on_list(session)


def test_who_holds_no_session_there_and_sees_no_office_finds_nothing(page: ClassroomPage, cast: Cast) -> None:
    other = make_session(page, cast.country, cast.bruno)
    eve = as_(cast.eve)
    assert other.place not in body(eve.get("/admin/sessions/"))
    for path in ("", "change/", "sheet/", "print/"):
        assert eve.get(f"/admin/sessions/{other.key}/{path}").status_code == 404


def fill(client: Client, session: ClassroomSession, **changes: Any) -> Any:
    values = {"corrects": "", "content_version": "2026.1", "sure": "on", "password": PASSWORD, **changes}
    return client.post(f"/admin/sessions/{session.key}/sheet/", values, follow=True)


def test_the_facilitator_signs_with_the_password(session: ClassroomSession, cast: Cast) -> None:
    eve, line = as_(cast.eve), f"person-{cast.bruno.pk}"
    shown = body(eve.get(f"/admin/sessions/{session.key}/sheet/"))
    assert 'value="2026.1"' in shown
    assert "Facilitator, Apa" in shown
    assert "selected>Present" not in shown
    assert "required" in body(fill(eve, session))
    assert "not your password" in body(fill(eve, session, **{line: "badge", "password": "wrong"}))
    assert "valid choice" in body(fill(eve, session, **{line: "passport number 12"}))
    assert "Letters, digits" in body(fill(eve, session, **{line: "badge", "content_version": "what he said"}))
    assert not Sheet.objects.exists()
    assert "The sheet is signed." in body(fill(eve, session, **{line: "badge"}))
    sheet = Sheet.objects.get()
    assert (sheet.printed_name, sheet.capacity, sheet.utc_offset) == ("Eve Elsewhere", "Facilitator, Apa", "+0700")
    assert "Present: staff badge seen" in body(eve.get(f"/admin/sessions/{session.key}/"))


def test_two_tabs_sign_once_and_a_correction_begins_with_what_was_signed(
    session: ClassroomSession, cast: Cast
) -> None:
    eve, line = as_(cast.eve), f"person-{cast.bruno.pk}"
    fill(eve, session, **{line: "badge"})
    assert "signed or corrected meanwhile" in body(fill(eve, session, **{line: "absent"}))
    assert 'value="badge" selected' in body(eve.get(f"/admin/sessions/{session.key}/sheet/"))
    fill(eve, session, **{line: "absent", "corrects": "1"})
    assert Sheet.objects.count() == 2


def test_nobody_else_signs(session: ClassroomSession, cast: Cast) -> None:
    for person in (cast.dora, cast.chen):
        fill(as_(person), session, **{f"person-{cast.bruno.pk}": "badge"})
    assert not Sheet.objects.exists()


def test_after_signing_only_the_facilitator_can_be_another(session: ClassroomSession, cast: Cast) -> None:
    sign(session, cast.bruno)
    change = f"/admin/sessions/{session.key}/change/"
    as_(cast.chen).post(change, {"facilitator": "P00003", "place": "Somewhere", "day": "2026-12-24"})
    session.refresh_from_db()
    assert (session.facilitator, session.place, session.held_on) == (cast.chen, "Room 2", HELD.date())


def test_a_session_is_cancelled_until_it_is_signed(session: ClassroomSession, page: ClassroomPage, cast: Cast) -> None:
    chen, own = as_(cast.chen), f"/admin/sessions/{session.key}/"
    as_(cast.eve).post(own, {"cancel": "1"})
    session.refresh_from_db()
    assert session.cancelled_at is None
    chen.post(own, {"cancel": "1"})
    assert "cancelled" in body(fill(as_(cast.eve), session, **{f"person-{cast.bruno.pk}": "badge"}))
    assert "cancelled" in put(chen, session, "P00001")
    other = make_session(page, cast.country, cast.eve)
    seat(other, cast.bruno)
    sign(other, cast.bruno)
    assert "took place" in body(chen.post(f"/admin/sessions/{other.key}/", {"cancel": "1"}, follow=True))


def test_hr_gives_more_time_when_it_is_over(session: ClassroomSession, cast: Cast) -> None:
    sign(session, cast.bruno)
    dora, own = as_(cast.dora), f"/admin/sessions/{session.key}/"
    dora.post(own, {"reopen": "1", "reason": "away"})
    assert not Reopening.objects.exists()
    with time_machine.travel(AFTER + timedelta(days=20), tick=False):
        dora = as_(cast.dora)
        as_(cast.chen).post(own, {"reopen": "1", "reason": "away"})
        dora.post(own, {"reopen": "1", "reason": "he was on trial"})
        assert not Reopening.objects.exists()
        dora.post(own, {"reopen": "1", "reason": "away"})
    assert Reopening.objects.get().until == date(2026, 12, 27)


def exported(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_lists_say_what_waits_and_leave_without_formulas(
    session: ClassroomSession, page: ClassroomPage, cast: Cast
) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(name="=cmd()")
    ClassroomSession.objects.update(place="=1+1")
    dora = as_(cast.dora)
    shown = body(dora.get("/admin/sessions/"))
    assert "the facilitator, for 3 days" in shown
    sign(session, cast.bruno)
    shown = body(dora.get("/admin/sessions/?state=awaiting"))
    assert "1 person, for 3 days" in shown
    assert session.training.name not in body(dora.get("/admin/sessions/results/?state=done"))
    (line,) = exported(dora.get("/admin/sessions/?export=csv"))
    assert (line["place"], line["state"], line["present"], line["confirmed"]) == ("'=1+1", "awaiting", "1", "0")
    confirm(session=session, person=cast.bruno, ticked=True)
    (line,) = exported(dora.get(f"/admin/sessions/{session.key}/?export=csv"))
    assert (line["name"], line["present"], line["identity"]) == ("'=cmd()", "yes", "badge")
    assert line["confirmed_at"]
    assert dora.get(f"/admin/sessions/{session.key}/?export=xlsx").status_code == 200


def test_no_list_asks_more_for_more_people(
    session: ClassroomSession, page: ClassroomPage, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    people = [make_person(f"T{number:05}", cast.country, name=f"Taker {number}") for number in range(60)]
    with django_assert_max_num_queries(48):
        put(as_(cast.chen), session, "\n".join(person.number for person in people))
    sign(session, *people)
    for number in range(12):
        make_session(page, cast.country, cast.eve, place=f"Room {number}")
    eve = as_(cast.eve)
    for path, most in (("", 32), (f"{session.key}/", 32), (f"{session.key}/sheet/", 26), (f"{session.key}/print/", 12),
                       (f"{session.key}/?export=csv", 14)):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert "Taker 59" in eve.get(f"/admin/sessions/{path}").getvalue().decode() or not path
