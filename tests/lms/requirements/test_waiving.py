"""An obligation is set aside for a time: one person asks, another decides, and why is for who decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess
from lms.requirements.explaining import explain
from lms.requirements.models import Activity, Assignment, Waiver, WaiverRequest
from lms.requirements.standing import Standing
from lms.requirements.waiving import CannotAsk, CannotDecide, NeedsSecondPerson, ask, decide
from tests.cast import Cast, make_requirement
from tests.lms.requirements.test_completing import satisfied

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(cast: Cast) -> Assignment:
    """Bruno's; Dora is HR for everything, Chen heads the country office."""
    activity = Activity.objects.create(iri="https://example.org/sea", kind="course", name="Sea", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    groups = ensure_groups()
    cast.dora.user.groups.add(groups["HR"])  # type: ignore[union-attr]
    cast.chen.user.groups.add(groups["Heads of office"])  # type: ignore[union-attr]
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    OfficeAccess.objects.create(user=cast.chen.user, office=cast.country)
    return cast.assignment(cast.bruno, "sea")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def in_days(n: int) -> Any:
    return timezone.localdate() + timedelta(days=n)


def test_the_person_asks_without_a_reason_and_hr_decides(cast: Cast, owed: Assignment) -> None:
    bruno, dora = signed_in(cast.bruno.user), signed_in(cast.dora.user)
    for _ in range(2):  # a double click asks once
        bruno.post(f"/learning/why/{owed.pk}/ask/")
    asked = WaiverRequest.objects.get()
    assert asked.reason == "alternative_arrangement"
    assert "Human Resources decides" in bruno.get(f"/learning/why/{owed.pk}/").content.decode()
    assert "Bruno" in dora.get("/admin/compliance/waivers/").content.decode()
    dora.post(f"/admin/compliance/waivers/{asked.pk}/", {"approve": "1", "ends_on": in_days(30).isoformat()})
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("approved", cast.dora)
    owed.refresh_from_db()
    assert owed.standing_on(in_days(30)) is Standing.WAIVED
    assert owed.standing_on(in_days(31)) in (Standing.DUE, Standing.OVERDUE)


def test_a_head_asks_for_somebody_and_never_sees_why_another_asked(cast: Cast, owed: Assignment) -> None:
    chen = signed_in(cast.chen.user)
    chen.post(f"/admin/compliance/why/{owed.pk}/", {"reason": "connectivity", "ends_on": in_days(10).isoformat()})
    assert WaiverRequest.objects.get().requested_by == cast.chen
    for address in ("", f"{WaiverRequest.objects.get().pk}/"):
        assert chen.get(f"/admin/compliance/waivers/{address}").headers["Location"] == "/admin/"
    WaiverRequest.objects.all().delete()
    signed_in(cast.bruno.user).post(f"/learning/why/{owed.pk}/ask/")
    shown = chen.get(f"/admin/compliance/why/{owed.pk}/").content.decode()
    assert "Somebody has asked for it" not in shown, "nobody but HR learns that Bruno asked"
    chen.post(f"/admin/compliance/why/{owed.pk}/", {"reason": "connectivity", "ends_on": in_days(10).isoformat()})
    assert {item.requested_by for item in WaiverRequest.objects.all()} == {cast.bruno, cast.chen}
    assert "Somebody has asked for it" in chen.get(f"/admin/compliance/why/{owed.pk}/").content.decode()


def test_nobody_decides_on_their_own_request_or_about_themselves(cast: Cast, owed: Assignment) -> None:
    asked = ask(assignment=owed, reason="security", by=cast.dora)
    for by in (cast.dora, cast.bruno):
        with pytest.raises(NeedsSecondPerson):
            decide(request=asked, by=by, approve=True, ends_on=in_days(5))
    page = signed_in(cast.dora.user).get(f"/admin/compliance/waivers/{asked.pk}/").content.decode()
    assert "Somebody else has to decide" in page
    assert 'name="approve"' not in page
    with pytest.raises(IntegrityError), transaction.atomic():
        WaiverRequest.objects.filter(pk=asked.pk).update(
            decision="refused", decided_by=cast.dora, decided_at=timezone.now()
        )


def test_more_time_moves_the_due_date_and_stays_when_the_rule_is_looked_at_again(cast: Cast, owed: Assignment) -> None:
    asked = ask(assignment=owed, reason="connectivity", by=cast.chen)
    dora = signed_in(cast.dora.user)
    later = in_days(60)
    dora.post(f"/admin/compliance/waivers/{asked.pk}/", {"extend": "1", "ends_on": later.isoformat()})
    asked.refresh_from_db()
    assert (asked.decision, asked.extension is not None, asked.waiver) == ("extended", True, None)
    cast.assign(timezone.localdate())
    owed.refresh_from_db()
    assert owed.due_on == later
    assert owed.standing_on(later) is Standing.DUE
    assert owed.standing_on(later + timedelta(days=1)) is Standing.OVERDUE
    told = explain(Assignment.objects.explicable().get(pk=owed.pk), today=timezone.localdate())
    assert told.owed[1].startswith("More time was given: due by ")


def test_no_time_is_given_by_oneself_nor_a_day_that_is_earlier(cast: Cast, owed: Assignment) -> None:
    asked = ask(assignment=owed, reason="connectivity", by=cast.chen)
    with pytest.raises(NeedsSecondPerson):
        decide(request=asked, by=cast.chen, approve=True, more_time=True, ends_on=in_days(60))
    Assignment.objects.filter(pk=owed.pk).update(due_on=in_days(50))
    with pytest.raises(CannotDecide):
        decide(request=asked, by=cast.dora, approve=True, more_time=True, ends_on=in_days(50))
    Assignment.objects.filter(pk=owed.pk).update(carried_until=in_days(50))
    with pytest.raises(CannotDecide):
        decide(request=asked, by=cast.dora, approve=True, more_time=True, ends_on=in_days(60))


@pytest.mark.parametrize("days", [-1, 367, None])
def test_a_waiver_has_an_end_within_a_year(cast: Cast, owed: Assignment, days: int | None) -> None:
    asked = ask(assignment=owed, reason="security", by=cast.chen)
    with pytest.raises(CannotDecide):
        decide(request=asked, by=cast.dora, approve=True, ends_on=None if days is None else in_days(days))
    assert not Waiver.objects.exists()


def test_what_is_done_in_the_meantime_is_not_set_aside(cast: Cast, owed: Assignment) -> None:
    asked = ask(assignment=owed, reason="security", by=cast.chen)
    satisfied(owed)
    with pytest.raises(CannotDecide):
        decide(request=asked, by=cast.dora, approve=True, ends_on=in_days(5))
    decide(request=asked, by=cast.dora, approve=False)
    assert not Waiver.objects.exists()


def test_a_refusal_changes_nothing_and_can_be_followed_by_another_request(cast: Cast, owed: Assignment) -> None:
    asked = ask(assignment=owed, reason="alternative_arrangement", by=cast.bruno)
    decide(request=asked, by=cast.dora, approve=False)
    owed.refresh_from_db()
    assert owed.waived_from is None
    with pytest.raises(CannotDecide):
        decide(request=asked, by=cast.dora, approve=True, ends_on=in_days(5))
    bruno = signed_in(cast.bruno.user)
    assert "was not granted" in bruno.get(f"/learning/why/{owed.pk}/").content.decode()
    assert ask(assignment=owed, reason="alternative_arrangement", by=cast.bruno) != asked


def test_what_waits_for_a_decision_stands_first(cast: Cast, owed: Assignment) -> None:
    decide(request=ask(assignment=owed, reason="security", by=cast.bruno), by=cast.dora, approve=False)
    ask(assignment=owed, reason="connectivity", by=cast.chen)
    listed = signed_in(cast.dora.user).get("/admin/compliance/waivers/").content.decode()
    assert listed.index("No connection at the duty station") < listed.index("Security or evacuation")


def test_what_is_complete_or_ended_cannot_be_set_aside(cast: Cast, owed: Assignment) -> None:
    satisfied(owed)
    with pytest.raises(CannotAsk):
        ask(assignment=owed, reason="security", by=cast.chen)
    assert "another way" not in signed_in(cast.bruno.user).get(f"/learning/why/{owed.pk}/").content.decode()


def test_other_people_s_obligations_cannot_be_asked_about(cast: Cast, owed: Assignment) -> None:
    assert signed_in(cast.eve.user).post(f"/learning/why/{owed.pk}/ask/").status_code == 404
    assert signed_in(cast.eve.user).post(f"/admin/compliance/why/{owed.pk}/", {}).status_code == 403
    assert not WaiverRequest.objects.exists()
