"""What other systems report: kept in any case, believed by the activity's rule, doubted for a reason, accepted by HR."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.utils import timezone

from lms.lrs import vocabulary as v
from lms.lrs.models import Effect, Launch, Statement
from lms.lrs.recording import home_page
from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess
from lms.requirements.claiming import CannotBeAccepted, accept
from lms.requirements.models import Activity, Assignment, Claim, Completion
from tests.at_once import at_once
from tests.cast import Cast, make_course, make_requirement
from tests.lms.lrs.client import Store, statement, voiding
from tests.lms.lrs.test_launching import UNIT, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(cast: Cast) -> Activity:
    """Bruno owes a course whose content runs elsewhere; there is nothing to sign."""
    page = make_course("far", signed=False)
    assert page.activity is not None
    make_requirement("far", page.activity)
    cast.assign()
    Activity.objects.filter(part_of=page.activity).update(word=Activity.Word.LAUNCHED, minutes=60)
    return Activity.objects.get(part_of=page.activity)


@pytest.fixture
def session(cast: Cast, course: Activity) -> Session:
    assert course.iri == UNIT.activity
    began = Session(person=cast.bruno.uuid, registration=Assignment.objects.get(person=cast.bruno).registration,
                    now=timezone.now() - timedelta(minutes=50))  # fmt: skip
    return began.enter()


def report(session: Session, verb: str, **result: Any) -> None:
    """As a well-behaved course would."""
    context = {
        "registration": session.told["registration"],
        "extensions": {v.SESSION_ID: str(session.launch.session)},
    }
    changes = {"verb": {"id": verb}, "context": context, "result": result or None, "timestamp": None}
    assert session.say(**changes).status_code == 200


def test_a_course_that_passed_and_completed_its_learner_is_believed(cast: Cast, session: Session) -> None:
    report(session, v.PASSED, success=True, score={"scaled": 0.9}, duration="PT45M")
    assert not Completion.objects.exists()
    report(session, v.COMPLETED, completion=True, duration="PT45M")
    assert [claim.is_believed for claim in Claim.objects.all()] == [True, True]
    content, whole = Completion.objects.order_by("sequence")
    assert (content.person, content.source, whole.source) == (cast.bruno, "reported", "statement")
    assert Assignment.objects.get(person=cast.bruno).completion == whole


def test_a_failed_attempt_completes_nothing(session: Session) -> None:
    report(session, v.FAILED, success=False, score={"scaled": 0.4})
    report(session, v.COMPLETED, completion=True)
    assert not Completion.objects.exists()


@pytest.mark.parametrize(
    ("verb", "result", "doubt"),
    [
        (v.PASSED, {"success": True, "score": {"scaled": 0.5}}, "below_mastery"),
        (v.PASSED, {"success": False}, "contradicts_itself"),
        (v.COMPLETED, {"completion": True, "duration": "P2DT1H"}, "impossible_time"),
        (v.SATISFIED, {}, "not_its_to_say"),
        (v.WAIVED, {}, "not_its_to_say"),
    ],
)
def test_what_is_doubted_is_kept_and_counts_for_nothing(
    session: Session, verb: str, result: dict[str, Any], doubt: str
) -> None:
    report(session, verb, **result)
    other = v.COMPLETED if verb == v.PASSED else v.PASSED
    report(session, other)
    claim = Claim.objects.get(statement__verb=Statement.objects.filter(credential__isnull=False).earliest("pk").verb)
    assert (claim.doubts, claim.is_believed) == ([doubt], False)
    assert not Completion.objects.exists()


def test_after_terminated_nothing_is_believed(session: Session) -> None:
    report(session, v.PASSED)
    report(session, v.TERMINATED)
    assert Launch.objects.get().ended_at is not None
    report(session, v.COMPLETED)
    assert Claim.objects.latest("pk").doubts == ["after_the_end"]
    assert not Completion.objects.exists()


def test_a_course_that_is_done_within_minutes_is_doubted(cast: Cast, course: Activity) -> None:
    quick = Session(person=cast.bruno.uuid, registration=Assignment.objects.get(person=cast.bruno).registration)
    quick.enter()
    report(quick, v.PASSED)
    assert Claim.objects.get().doubts == ["too_quick"]


def test_the_word_of_a_launched_course_does_not_complete_what_runs_here(session: Session) -> None:
    Activity.objects.update(word=Activity.Word.SITE)
    report(session, v.PASSED)
    assert Claim.objects.get().doubts == ["not_its_word"]


def said_by(store: Store, cast: Cast, course: Activity, **changes: Any) -> None:
    registration = str(Assignment.objects.get(person=cast.bruno).registration)
    actor = {"account": {"homePage": home_page(), "name": str(cast.bruno.uuid)}}
    for verb in (v.PASSED, v.COMPLETED):
        given = {"actor": actor, "verb": {"id": verb}, "object": {"id": course.iri},
                 "context": {"registration": registration}, "timestamp": None, "result": None}  # fmt: skip
        assert store.post(statement(**{**given, **changes})).status_code == 200


def test_a_system_that_is_named_as_trusted_is_believed(cast: Cast, course: Activity) -> None:
    provider = Store("statements/write", "claim")
    course.word = Activity.Word.TRUSTED
    course.save()
    course.trusted.add(provider.credential)
    said_by(provider, cast, course)
    assert Completion.objects.filter(person=cast.bruno).count() == 2


@pytest.mark.parametrize(
    ("changes", "doubts"),
    [
        ({"actor": {"account": {"homePage": home_page(), "name": str(uuid.UUID(int=7))}}},
         ["foreign_actor", "other_registration"]),
        ({"actor": {"mbox": "mailto:bruno@example.org"}}, ["foreign_actor", "other_registration"]),
        ({"context": None}, ["other_registration"]),
        ({"timestamp": "2031-01-01T00:00:00Z"}, ["impossible_time"]),
    ],
)  # fmt: skip
def test_a_trusted_system_too_is_doubted_where_it_must_be_wrong(
    cast: Cast, course: Activity, changes: dict[str, Any], doubts: list[str]
) -> None:
    provider = Store("statements/write", "claim")
    course.word = Activity.Word.TRUSTED
    course.save()
    course.trusted.add(provider.credential)
    said_by(provider, cast, course, **changes)
    assert [claim.doubts for claim in Claim.objects.all()] == [doubts, doubts]
    assert not Completion.objects.exists()


def test_nobody_else_s_word_counts(cast: Cast, course: Activity) -> None:
    said_by(Store("statements/write", "claim"), cast, course)
    assert {tuple(claim.doubts) for claim in Claim.objects.all()} == {("not_its_word",)}
    said_by(Store("all"), cast, course)
    assert Claim.objects.count() == 2, "who may do everything else is not weighed unless that is said"
    assert not Completion.objects.exists()
    assert not Effect.objects.exists()


def test_what_is_about_no_activity_of_ours_is_no_claim(cast: Cast, course: Activity) -> None:
    said_by(Store("statements/write", "claim"), cast, course, object={"id": "https://example.org/elsewhere"})
    assert not Claim.objects.exists()


def test_hr_accepts_a_doubted_report_on_screen_and_it_counts(cast: Cast, session: Session) -> None:
    report(session, v.COMPLETED)
    report(session, v.PASSED, success=True, score={"scaled": 0.5})
    claim = Claim.objects.get(is_believed=False)
    assert cast.dora.user is not None
    cast.dora.user.groups.add(ensure_groups()["HR"])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    client = Client()
    client.force_login(cast.dora.user)
    listed = client.get("/admin/compliance/claims/").content.decode()
    assert cast.bruno.name in listed
    shown = client.get(f"/admin/compliance/claims/{claim.pk}/").content.decode()
    assert "below the pass mark" in shown
    assert "Accept this report" in shown
    exported = client.get("/admin/compliance/claims/?export=csv")
    assert b"below_mastery" in b"".join(exported.streaming_content)  # type: ignore[attr-defined]
    client.post(f"/admin/compliance/claims/{claim.pk}/")
    claim.refresh_from_db()
    assert (claim.is_believed, claim.accepted_by, claim.doubts) == (True, cast.dora.user, ["below_mastery"])
    assert Completion.objects.filter(person=cast.bruno).count() == 2
    assert "Accept this report" not in client.get(f"/admin/compliance/claims/{claim.pk}/").content.decode()
    with pytest.raises(CannotBeAccepted):
        accept(claim=claim, by=cast.dora.user)


def test_nobody_accepts_a_report_about_themselves_or_without_the_permission(cast: Cast, session: Session) -> None:
    report(session, v.PASSED, success=True, score={"scaled": 0.5})
    claim = Claim.objects.get()
    user = cast.bruno.user
    assert user is not None
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_compliance", "accept_claim"])
    )
    OfficeAccess.objects.create(user=user, office=cast.headquarters)
    client = Client()
    client.force_login(user)
    client.post(f"/admin/compliance/claims/{claim.pk}/")
    claim.refresh_from_db()
    assert not claim.is_believed
    head = cast.chen.user
    assert head is not None
    head.groups.add(ensure_groups()["Heads of office"])
    OfficeAccess.objects.create(user=head, office=cast.headquarters)
    client.force_login(head)
    assert client.get(f"/admin/compliance/claims/{claim.pk}/").status_code == 200
    assert client.post(f"/admin/compliance/claims/{claim.pk}/").status_code in (302, 403)
    claim.refresh_from_db()
    assert not claim.is_believed


@pytest.mark.parametrize("duration", ["PT0.5H10M", "PT99999999999999H", "P9999999999D"])
def test_a_duration_that_nobody_can_add_up_is_a_doubt_and_no_dead_end(session: Session, duration: str) -> None:
    report(session, v.PASSED, success=True, duration=duration)
    assert Claim.objects.get().doubts == ["impossible_time"]
    assert not Effect.objects.exists()


@pytest.mark.parametrize("case", ["satisfied", "no registration", "voided"])
def test_what_could_complete_nothing_cannot_be_accepted(cast: Cast, course: Activity, case: str) -> None:
    provider = Store("statements/write", "claim")
    if case == "voided":
        said_by(provider, cast, course)
        target = str(Statement.objects.get(verb=Claim.objects.earliest("pk").statement.verb).statement_id)
        assert provider.post(voiding(target)).status_code == 200
    else:
        changes = {"verb": {"id": v.SATISFIED}} if case == "satisfied" else {"context": None}
        said_by(provider, cast, course, **changes)
    with pytest.raises(CannotBeAccepted):
        accept(claim=Claim.objects.earliest("pk"), by=cast.dora.user)


def test_what_was_taken_back_does_not_count_any_more(cast: Cast, session: Session, course: Activity) -> None:
    Activity.objects.filter(pk=course.pk).update(word=Activity.Word.TRUSTED)
    provider = Store("statements/write", "claim")
    course.trusted.add(provider.credential)
    registration = {"registration": session.told["registration"]}
    actor = json.loads(session.told["actor"])

    def say(verb: str) -> str:
        given = {"actor": actor, "verb": {"id": verb}, "object": {"id": course.iri}, "context": registration}
        found: list[str] = provider.post(statement(**{**given, "timestamp": None, "result": None})).json()
        return found[0]

    passed = say(v.PASSED)
    assert provider.post(voiding(passed)).status_code == 200
    say(v.COMPLETED)
    assert not Completion.objects.exists()
    say(v.PASSED)
    assert Completion.objects.filter(person=cast.bruno).exists()


@pytest.mark.django_db(transaction=True)
def test_two_halves_that_come_at_the_same_moment_complete_it(cast: Cast, course: Activity) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    Activity.objects.filter(pk=course.pk).update(word=Activity.Word.TRUSTED)
    provider = Store("statements/write", "claim")
    course.trusted.add(provider.credential)
    registration = str(Assignment.objects.get(person=cast.bruno).registration)
    actor = {"account": {"homePage": home_page(), "name": str(cast.bruno.uuid)}}

    def say(verb: str) -> None:
        body = statement(actor=actor, verb={"id": verb}, object={"id": course.iri}, context={"registration": registration},
                         timestamp=None, result=None)  # fmt: skip
        assert provider.post(body).status_code == 200

    for _ in range(5):
        at_once(partial(say, v.PASSED), partial(say, v.COMPLETED))
    assert Completion.objects.filter(person=cast.bruno, activity=course).count() == 1
