"""A classroom session as a way to meet a requirement: present, signed, confirmed; and nothing less than the three."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.utils import DatabaseError

from attestations.models import AttestationText
from attestations.publishing import define, issue_text
from courses.models import Certificate, ClassroomPage, ClassroomSession, Confirmation, Reopening, Sheet, SheetEntry
from courses.players.classroom.confirming import CannotConfirm, confirm, reopen
from courses.players.classroom.planning import CannotChange, save, take_off
from lms.lrs.models import Statement
from lms.people.models import Person
from lms.requirements.assigning import refresh
from lms.requirements.merging import merge
from lms.requirements.models import AcceptedActivity, Activity, Assignment, Completion
from tests.cast import PASSWORD, TODAY, Cast, as_, make_course, make_person, make_requirement, verbs_said
from tests.courses.classroom import AFTER, HELD, make_session, make_training, seat, sign
from tests.lms.compliance.auditing.packs import take, unpack, verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture
def page(cast: Cast) -> ClassroomPage:
    return make_training()


@pytest.fixture
def session(cast: Cast, page: ClassroomPage) -> ClassroomSession:
    """Bruno and Amina are put down for a session that Eve holds; the training counts two years for “respect”."""
    make_requirement("respect", page.activity, valid_months=24)
    cast.assign(HELD.date() - timedelta(days=10))
    session = make_session(page, cast.country, cast.eve)
    seat(session, cast.bruno, cast.amina)
    return session


def confirmed(session: ClassroomSession, person: Person, **more: Any) -> Confirmation:
    return confirm(session=session, person=person, ticked=True, **{"now": AFTER, **more})


def refused(session: ClassroomSession, person: Person, **more: Any) -> str:
    with pytest.raises(CannotConfirm) as cannot:
        confirmed(session, person, **more)
    return cannot.value.reason


def test_present_signed_and_confirmed_is_completed_on_the_day_of_the_session(
    session: ClassroomSession, cast: Cast
) -> None:
    sign(session, cast.bruno)
    owed = cast.assignment(cast.bruno, "respect")
    assert owed.completion is None
    confirmed(session, cast.bruno)
    confirmed(session, cast.bruno)
    owed.refresh_from_db()
    assert (owed.proven_on, owed.valid_until) == (date(2026, 11, 20), date(2028, 11, 19))
    assert verbs_said() == ["completed", "satisfied"]
    said = json.loads(Statement.objects.order_by("pk").first().raw)  # type: ignore[union-attr]
    assert said["timestamp"].startswith("2026-11-20T11:00:00")
    assert said["object"]["definition"]["type"] == "http://adlnet.gov/expapi/activities/meeting"
    assert "Bruno" not in json.dumps(said)
    assert "P0000" not in json.dumps(said)
    certificate = Certificate.objects.get()
    assert (certificate.title, certificate.course_version) == ("Training room", "2026.1")


def test_nothing_less_counts(session: ClassroomSession, cast: Cast) -> None:
    assert refused(session, cast.bruno) == "unsigned"
    sign(session, cast.bruno)
    assert refused(session, cast.amina) == "absent"
    assert refused(session, cast.dora) == "absent"
    with pytest.raises(CannotConfirm, match="unticked"):
        confirm(session=session, person=cast.bruno, ticked=False)
    assert not Completion.objects.exists()


def test_it_is_one_obligation_whichever_way_it_is_met(session: ClassroomSession, cast: Cast) -> None:
    course = make_course("online")
    requirement = cast.assignment(cast.bruno, "respect").requirement
    AcceptedActivity.objects.create(requirement=requirement, activity=course.activity, valid_months=12)
    sign(session, cast.bruno)
    confirmed(session, cast.bruno)
    assert cast.assignment(cast.bruno, "respect").valid_until == date(2028, 11, 19)
    assert Assignment.objects.filter(person=cast.bruno).count() == 1


def test_somebody_who_owes_nothing_has_it_on_record_each_time(page: ClassroomPage, cast: Cast) -> None:
    for day in (3, 17):
        held = datetime(2026, 11, day, 9, tzinfo=UTC)
        session = make_session(page, cast.country, cast.eve, starts_at=held, ends_at=held + timedelta(hours=2))
        seat(session, cast.bruno)
        sign(session, cast.bruno)
        confirmed(session, cast.bruno, now=held + timedelta(days=1))
    done = Completion.objects.filter(activity=page.activity)
    assert [item.completed_on.day for item in done.order_by("sequence")] == [3, 17]


def test_a_session_before_a_renewal_was_asked_for_is_judged_by_its_day(session: ClassroomSession, cast: Cast) -> None:
    """Its own cycle would take it whatever its day; it must not shorten what a later proof gave."""
    Assignment.objects.filter(person=cast.bruno).update(
        counts_from=HELD.date() + timedelta(days=1), carried_until=date(2029, 1, 1)
    )
    sign(session, cast.bruno)
    confirmed(session, cast.bruno)
    assert cast.assignment(cast.bruno, "respect").completion is None
    assert Completion.objects.count() == 2


def test_after_a_fortnight_it_takes_hr_to_reopen(session: ClassroomSession, cast: Cast) -> None:
    sign(session, cast.bruno)
    late = datetime(2026, 12, 5, 8, tzinfo=UTC)
    assert refused(session, cast.bruno, now=late) == "late"
    reopen(session=session, reason=Reopening.Reason.AWAY, by=cast.dora, now=late)
    assert refused(session, cast.bruno, now=late + timedelta(days=15)) == "late"
    confirmed(session, cast.bruno, now=late + timedelta(days=14))
    assert cast.assignment(cast.bruno, "respect").proven_on == HELD.date()


def test_the_last_day_is_counted_where_the_session_is_held(page: ClassroomPage, cast: Cast) -> None:
    session = make_session(page, cast.elsewhere, cast.chen)
    seat(session, cast.bruno, cast.eve)
    sign(session, cast.bruno, cast.eve)
    last_moment = datetime(2026, 12, 4, 16, 59, tzinfo=UTC)  # a minute before midnight in Bangkok
    confirmed(session, cast.bruno, now=last_moment)
    assert refused(session, cast.eve, now=last_moment + timedelta(minutes=1)) == "late"


@pytest.mark.parametrize("model", [Sheet, SheetEntry, Confirmation, Reopening])
def test_the_database_refuses_to_change_what_was_signed(session: ClassroomSession, cast: Cast, model: Any) -> None:
    sign(session, cast.bruno)
    confirmed(session, cast.bruno)
    reopen(session=session, reason="away", by=cast.dora)
    field = {Sheet: "place", SheetEntry: "identity", Confirmation: "registration", Reopening: "reason"}[model]
    row = model.objects.first()
    mine = model.objects.filter(pk=row.pk)
    for change in (lambda: mine.update(**{field: getattr(row, field)}), lambda: mine._raw_delete(mine.db)):
        with pytest.raises(DatabaseError, match="appended"), transaction.atomic():
            change()


def test_only_who_holds_the_session_signs_and_not_for_themselves(session: ClassroomSession, cast: Cast) -> None:
    with pytest.raises(CannotChange, match="Only the facilitator"):
        sign(session, cast.bruno, signer=cast.dora)
    session.facilitator = cast.bruno
    with pytest.raises(CannotChange, match="on the list"):
        save(session=session, by=None)
    ClassroomSession.objects.update(facilitator=cast.bruno)
    session.refresh_from_db()
    with pytest.raises(CannotChange, match="yourself"):
        sign(session, cast.bruno)


def test_another_record_of_the_facilitator_is_the_facilitator(session: ClassroomSession, cast: Cast) -> None:
    merge(kept=cast.eve, merged=cast.bruno, today=TODAY)
    with pytest.raises(CannotChange, match="yourself"):
        sign(session, cast.bruno)


def test_who_turns_out_to_be_the_facilitator_confirms_nothing(session: ClassroomSession, cast: Cast) -> None:
    sign(session, cast.bruno)
    merge(kept=cast.eve, merged=cast.bruno, today=TODAY)
    assert refused(session, Person.objects.get(pk=cast.eve.pk)) == "absent"
    assert not Completion.objects.exists()


def test_a_sheet_is_signed_after_the_session_and_for_people_on_the_list(session: ClassroomSession, cast: Cast) -> None:
    with pytest.raises(CannotChange, match="has ended"):
        sign(session, cast.bruno, now=HELD)
    with pytest.raises(CannotChange, match="not on the list"):
        sign(session, cast.dora)
    sign(session, cast.bruno)
    with pytest.raises(CannotChange, match="meanwhile"):
        sign(session, cast.bruno, corrects=None)


def test_a_correction_is_another_sheet_that_names_the_first(session: ClassroomSession, cast: Cast) -> None:
    first = sign(session, cast.bruno)
    second = sign(session, cast.amina)
    assert (second.corrects, second.number, second.previous_hash) == (first, 2, first.hash)
    assert refused(session, cast.bruno) == "absent"
    confirmed(session, cast.amina)


def test_what_was_confirmed_is_not_taken_back(session: ClassroomSession, cast: Cast) -> None:
    sign(session, cast.bruno)
    confirmed(session, cast.bruno)
    with pytest.raises(CannotChange, match="Bruno Late"):
        sign(session, cast.amina)
    sign(session, cast.bruno, cast.amina)
    with pytest.raises(CannotChange, match="speaks of this person"):
        take_off(session=session, person=cast.amina)


def test_verify_ledger_finds_a_sheet_that_was_changed(session: ClassroomSession, cast: Cast) -> None:
    sheet = sign(session, cast.bruno)
    confirmed(session, cast.bruno)
    call_command("verify_ledger", stdout=StringIO())
    ClassroomSession.objects.update(training=Activity.objects.create(iri="urn:other", kind="classroom", name="Other"))
    with pytest.raises(CommandError, match=f"session sheet {sheet.pk}"):
        call_command("verify_ledger", stdout=StringIO())


def test_an_undertaking_can_end_the_training(session: ClassroomSession, cast: Cast, page: ClassroomPage) -> None:
    attestation = define(key="room", title="The undertaking", course=page.activity)
    issue_text(attestation=attestation, version="1", language="en", title="The undertaking", body="<p>I will.</p>",
               ticks=["I have read it."], effective_from=date(2026, 1, 1))  # fmt: skip
    sign(session, cast.bruno)
    client = as_(cast.bruno)
    answer = client.post(f"/learning/session/{session.key}/", {"present": "yes"})
    assert answer.headers["Location"].startswith("/learning/sign/")
    assert cast.assignment(cast.bruno, "respect").completion is None
    assert answer.headers["Location"] in client.get("/learning/").content.decode()
    text = AttestationText.objects.get()
    client.post(answer.headers["Location"], {"text": text.pk, "tick": "0", "password": PASSWORD})
    assert cast.assignment(cast.bruno, "respect").proven_on == date(2026, 11, 23)


def test_the_learner_sees_the_session_and_then_confirms_it(session: ClassroomSession, cast: Cast) -> None:
    bruno = as_(cast.bruno)
    own = f"/learning/session/{session.key}/"
    with time_machine.travel(HELD - timedelta(days=2)):
        shown = bruno.get("/learning/").content.decode()
        assert "You are put down for a session" in shown
        assert "20 November 2026, 09:00" in shown
    assert "not signed yet" in bruno.get(own).content.decode()
    sign(session, cast.bruno)
    shown = bruno.get("/learning/").content.decode()
    assert "Confirm that you took part" in shown
    assert own in shown
    assert "checked" not in bruno.get(own).content.decode()
    assert bruno.post(own).status_code == 422
    receipt = bruno.post(own, {"present": "yes"}).headers["Location"]
    assert "You have completed Training room" in bruno.get(receipt).content.decode()
    assert "Confirm that you took part" not in bruno.get("/learning/").content.decode()
    assert "You have confirmed" in bruno.get(own).content.decode()
    assert (
        "all parts complete"
        in bruno.get(f"/learning/why/{cast.assignment(cast.bruno, 'respect').pk}/").content.decode()
    )


def test_times_are_in_the_learners_own_zone(session: ClassroomSession, cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(time_zone="Asia/Bangkok")
    with time_machine.travel(HELD - timedelta(days=2)):
        assert "20 November 2026, 16:00" in as_(cast.bruno).get("/learning/").content.decode()


def test_nobody_confirms_for_another_or_learns_of_a_session_that_is_not_theirs(
    session: ClassroomSession, cast: Cast
) -> None:
    sign(session, cast.bruno)
    for person in (cast.dora, cast.eve, cast.chen):
        assert as_(person).get(f"/learning/session/{session.key}/").status_code == 404
        assert as_(person).post(f"/learning/session/{session.key}/", {"present": "yes"}).status_code == 404
    assert not Confirmation.objects.exists()


def test_who_was_merged_since_confirms_what_the_other_record_did(session: ClassroomSession, cast: Cast) -> None:
    other = make_person("P00077", cast.country, name="Bruno Again")
    seat(session, other)
    sign(session, other)
    Person.objects.filter(pk=other.pk).update(merged_into=cast.bruno)
    assert as_(cast.bruno).post(f"/learning/session/{session.key}/", {"present": "yes"}).status_code == 302
    assert cast.assignment(cast.bruno, "respect").completion is not None
    call_command("verify_ledger", stdout=StringIO())


def test_my_learning_does_not_ask_more_for_more_sessions(
    session: ClassroomSession, cast: Cast, page: ClassroomPage, django_assert_max_num_queries: Any
) -> None:
    sign(session, cast.bruno)
    for day in range(1, 8):
        ahead = AFTER + timedelta(days=day)
        seat(
            make_session(page, cast.country, cast.eve, starts_at=ahead, ends_at=ahead + timedelta(hours=1)), cast.bruno
        )
    bruno = as_(cast.bruno)
    bruno.get("/learning/")
    with django_assert_max_num_queries(24):
        assert bruno.get("/learning/").content.decode().count("You are put down") == 7


def test_a_renewal_by_a_later_session_counts(session: ClassroomSession, cast: Cast, page: ClassroomPage) -> None:
    sign(session, cast.bruno)
    confirmed(session, cast.bruno)
    held = datetime(2028, 10, 2, 9, tzinfo=UTC)
    refresh(today=date(2028, 10, 1))
    again = make_session(page, cast.country, cast.eve, starts_at=held, ends_at=held + timedelta(hours=2))
    seat(again, cast.bruno)
    with time_machine.travel(held + timedelta(days=1)):
        sign(again, cast.bruno, now=held + timedelta(days=1))
        confirmed(again, cast.bruno, now=held + timedelta(days=1))
    assert cast.assignment(cast.bruno, "respect").valid_until == date(2030, 10, 1)


def test_who_was_there_goes_on_that_way_and_not_with_the_course(session: ClassroomSession, cast: Cast) -> None:
    requirement = cast.assignment(cast.bruno, "respect").requirement
    requirement.accepted.all().delete()
    for activity in (make_course("online").activity, session.training):
        AcceptedActivity.objects.create(requirement=requirement, activity=activity)
    bruno, own = as_(cast.bruno), f'class="button" href="/learning/session/{session.key}/"'
    assert own not in bruno.get("/learning/").content.decode()
    sign(session, cast.bruno)
    shown = bruno.get("/learning/").content.decode()
    assert shown.count(own) == 2
    assert "Next: Confirm that you took part" in shown


def test_the_auditor_reads_what_the_sheets_say_of_a_person(
    session: ClassroomSession, cast: Cast, tmp_path: Any
) -> None:
    sign(session, cast.amina)
    sign(session, cast.bruno)
    confirmed(session, cast.bruno)
    pack = tmp_path / "pack.zip"
    take(pack, size=10)
    folder = unpack(pack)
    status, told = verify(folder)
    assert status == 0, told
    assert '"sessions":2' in told
    texts = [file.read_text() for file in folder.glob("people/*.json")]
    (mine,) = [json.loads(text) for text in texts if "Bruno Late" in text]
    assert [(item["present"], item["corrects"]) for item in mine["sessions"]] == [(False, None), (True, 1)]
    assert mine["sessions"][1]["identity_checked"] == "badge"
    assert "Eve Elsewhere" not in json.dumps(mine)
