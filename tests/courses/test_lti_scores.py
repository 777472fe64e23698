"""LTI 1.3: what a tool reports, for whom it counts, and what an attacker gets."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from courses.models import ExternalPage, Tool
from courses.players.external.lti.scores import Score
from lms.lrs import vocabulary as v
from lms.lrs.models import Statement
from lms.lrs.recording import home_page
from lms.requirements.claiming import accept, can_count
from lms.requirements.merging import merge
from lms.requirements.models import Activity, Assignment, Claim, Completion
from tests.cast import Cast, make_person, make_requirement
from tests.courses.external import NOW, give_rights, make_external, standing_clock
from tests.courses.lti import (
    KeyHost,
    ask_token,
    host,
    launch,
    make_tool,
    post_score,
    score,
    signed_in,
    token_of,
)

pytestmark = pytest.mark.django_db
__all__ = ["host", "standing_clock"]
BEGAN, DONE = NOW - timedelta(hours=3), NOW - timedelta(hours=1)


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    page: ExternalPage = make_external(mastery=80)
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


@pytest.fixture
def tool(cast: Cast, page: ExternalPage, host: KeyHost) -> Tool:
    """Bruno was sent there three hours ago."""
    tool = make_tool(page, host.origin)
    with time_machine.travel(BEGAN, tick=False):
        launch(signed_in(cast.bruno), page, tool)
    return tool


def owed(cast: Cast, code: str = "bsafe") -> Assignment:
    return Assignment.objects.get(person=cast.bruno, requirement__code=code)


def report(tool: Tool, cast: Cast, **changes: Any) -> None:
    at = changes.pop("at", DONE)
    user = changes.pop("user", cast.bruno.uuid)
    assert post_score(tool, token_of(tool), score(user, at, **changes)).status_code == 204


def said(tool: Tool) -> list[Statement]:
    return list(Statement.objects.filter(credential=tool.credential).order_by("pk"))


# ---- what counts


def test_a_score_that_reaches_the_mark_completes_the_course(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    report(tool, cast)
    part, whole = Completion.objects.order_by("sequence")
    assert (part.person, part.source, whole.source, whole.activity) == (
        cast.bruno, "reported", "reported", page.activity,
    )  # fmt: skip
    assert part.completed_at == DONE
    assert owed(cast).completion == whole
    claim = Claim.objects.get()
    assert (claim.person, claim.doubts, claim.is_believed) == (cast.bruno, [], True)
    (told,) = said(tool)
    assert claim.statement == told
    assert told.registration == owed(cast).registration
    assert told.data["actor"]["account"] == {"homePage": home_page(), "name": str(cast.bruno.uuid)}
    assert told.data["verb"]["id"] == v.PASSED
    assert told.data["result"]["score"] == {"scaled": 0.9}
    assert told.data["result"]["duration"] == "PT7200S"
    assert list(told.data["result"]["extensions"].values()) == [
        {"activityProgress": "Completed", "gradingProgress": "FullyGraded", "scoreGiven": 9.0, "scoreMaximum": 10.0}
    ]
    assert told.pk < part.statement_id, "what was said is stored before what follows from it"
    call_command("verify_ledger")


@pytest.mark.parametrize(
    ("changes", "verb"),
    [
        ({"activityProgress": "Initialized"}, v.PROGRESSED),
        ({"activityProgress": "Started"}, v.PROGRESSED),
        ({"activityProgress": "InProgress"}, v.PROGRESSED),
        ({"activityProgress": "Submitted"}, v.PROGRESSED),
        ({"gradingProgress": "Pending"}, v.PROGRESSED),
        ({"gradingProgress": "PendingManual"}, v.PROGRESSED),
        ({"gradingProgress": "Failed"}, v.PROGRESSED),
        ({"gradingProgress": "NotReady"}, v.PROGRESSED),
        ({"scoreGiven": None, "scoreMaximum": None}, v.PROGRESSED),
        ({"scoreGiven": 7.99}, v.FAILED),
        ({"scoreGiven": 0}, v.FAILED),
        ({"scoreGiven": 79.999, "scoreMaximum": 100}, v.FAILED),
    ],
)
def test_anything_else_is_kept_and_completes_nothing(
    cast: Cast, page: ExternalPage, tool: Tool, changes: dict[str, Any], verb: str
) -> None:
    report(tool, cast, **changes)
    (told,) = said(tool)
    assert told.data["verb"]["id"] == verb
    assert told.data["result"].get("success", False) is False
    assert not Completion.objects.exists()
    assert not Claim.objects.exists()


@pytest.mark.parametrize(("given", "most"), [(8, 10), (80, 100), (0.8, 1), (2.4, 3), (12, 10)])
def test_the_mark_itself_is_enough_however_it_is_divided(cast: Cast, tool: Tool, given: float, most: float) -> None:
    report(tool, cast, scoreGiven=given, scoreMaximum=most)
    assert owed(cast).completion is not None
    assert said(tool)[0].data["result"]["score"]["scaled"] <= 1


def test_no_mark_is_missed_by_the_way_in_which_machines_write_fractions(cast: Cast) -> None:
    for mark in range(1, 101):
        exactly = Score(
            user=cast.bruno.uuid, at=DONE, activity="Completed", grading="FullyGraded", given=mark / 100, most=1
        )
        assert exactly.reaches(mark)
        assert not exactly.reaches(mark + 1)


def test_the_mark_is_that_of_the_english_edition(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    page.mastery = 95
    page.save_revision().publish()
    report(tool, cast)
    assert not Completion.objects.exists()
    assert said(tool)[0].data["context"]["extensions"][v.MASTERY_SCORE] == 0.95


def test_after_a_failed_attempt_a_passed_one_counts_and_a_failed_one_takes_nothing_back(
    cast: Cast, page: ExternalPage, tool: Tool
) -> None:
    report(tool, cast, at=DONE - timedelta(minutes=30), scoreGiven=3)
    assert not Completion.objects.exists()
    report(tool, cast)
    assert Completion.objects.count() == 2
    report(tool, cast, at=DONE + timedelta(minutes=30), scoreGiven=2)
    assert Completion.objects.count() == 2
    assert owed(cast).completion is not None
    assert [item.data["verb"]["id"] for item in said(tool)] == [v.FAILED, v.PASSED, v.FAILED]


def test_the_same_score_twice_is_one_statement_and_one_completion(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    for _ in range(3):
        report(tool, cast)
    page.mastery = 95
    page.save_revision().publish()
    report(tool, cast)
    assert (len(said(tool)), Claim.objects.count(), Completion.objects.count()) == (1, 1, 2)


def test_a_better_score_later_changes_nothing(cast: Cast, tool: Tool) -> None:
    report(tool, cast)
    report(tool, cast, at=DONE + timedelta(minutes=5), scoreGiven=10)
    assert Completion.objects.count() == 2
    assert [claim.doubts for claim in Claim.objects.all()] == [[], []]


def test_a_pass_that_arrives_after_a_later_failure_says_how_things_stood(cast: Cast, tool: Tool) -> None:
    report(tool, cast, scoreGiven=2)
    report(tool, cast, at=DONE - timedelta(minutes=5))
    assert [item.data["verb"]["id"] for item in said(tool)] == [v.FAILED, v.PROGRESSED]
    assert not Completion.objects.exists()


def test_a_score_of_the_future_shuts_out_nothing(cast: Cast, tool: Tool) -> None:
    report(tool, cast, at=NOW + timedelta(days=900), scoreGiven=2)
    report(tool, cast)
    assert owed(cast).completion is not None


# ---- what is doubted


@pytest.mark.parametrize(
    ("at", "doubts"),
    [
        (NOW + timedelta(minutes=10), ["impossible_time"]),
        (NOW - timedelta(days=3000), ["impossible_time"]),
        (BEGAN + timedelta(minutes=11), ["too_quick"]),
        (BEGAN - timedelta(minutes=2), ["too_quick"]),
    ],
)
def test_a_time_that_cannot_be_or_is_too_short_is_doubted(cast: Cast, tool: Tool, at: Any, doubts: list[str]) -> None:
    report(tool, cast, at=at)
    assert Claim.objects.get().doubts == doubts
    assert not Completion.objects.exists()


def test_hr_may_accept_who_was_quick(cast: Cast, tool: Tool) -> None:
    give_rights(cast)
    report(tool, cast, at=BEGAN + timedelta(minutes=5))
    completion = accept(claim=Claim.objects.get(), by=cast.dora.user)
    assert completion is not None
    assert (completion.person, completion.source) == (cast.bruno, "reported")
    call_command("verify_ledger")


def test_who_is_assigned_but_was_never_sent_there_counts(cast: Cast, page: ExternalPage, host: KeyHost) -> None:
    tool = make_tool(page, host.origin)
    report(tool, cast)
    assert owed(cast).completion is not None


def test_of_nobody_and_of_somebody_else_the_answer_is_the_same_and_nothing_counts(
    cast: Cast, page: ExternalPage, tool: Tool
) -> None:
    stranger = make_person("P00098", cast.country, name="Not Asked")
    Assignment.objects.filter(person=stranger).delete()
    token, answers = token_of(tool), []
    for user in (cast.bruno.uuid, stranger.uuid, uuid.uuid4()):
        answer = post_score(tool, token, score(user, DONE))
        answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    assert len({str(item) for item in answers}) == 1
    assert set(Completion.objects.values_list("person", flat=True)) == {cast.bruno.pk}
    doubted = Claim.objects.filter(is_believed=False).order_by("pk")
    assert [(claim.person, "other_registration" in claim.doubts) for claim in doubted] == [
        (stranger, True),
        (None, True),
    ]
    assert not any(can_count(claim) for claim in doubted)
    assert len(said(tool)) == 3


def test_a_tool_that_the_course_no_longer_trusts_completes_nothing(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    Activity.objects.get(part_of=page.activity).trusted.clear()
    report(tool, cast)
    assert "not_its_word" in Claim.objects.get().doubts
    assert not Completion.objects.exists()


def test_a_score_is_for_the_obligation_for_which_somebody_was_sent_there(
    cast: Cast, page: ExternalPage, tool: Tool
) -> None:
    """A tool may repeat an old score under a new time: a cycle that opened since is not met by it."""
    report(tool, cast)
    first = owed(cast)
    renewed = NOW + timedelta(days=740)
    with time_machine.travel(renewed, tick=False):
        cast.assign(renewed.date())
        second = Assignment.objects.filter(person=cast.bruno).latest("opened_on")
        assert second.pk != first.pk
        report(tool, cast, at=renewed - timedelta(hours=1))
        assert Assignment.objects.get(pk=second.pk).completion is None
        with time_machine.travel(renewed - timedelta(hours=5), tick=False):
            launch(signed_in(cast.bruno), page, tool)
        report(tool, cast, at=renewed - timedelta(minutes=30))
        assert Assignment.objects.get(pk=second.pk).completion is not None


def test_the_launch_of_a_record_that_was_merged_counts_for_the_one_that_is_kept(
    cast: Cast, page: ExternalPage, tool: Tool
) -> None:
    old = cast.bruno.uuid
    kept = make_person("P00099", cast.country, name="Bruno Late", joined_on=cast.bruno.joined_on)
    merge(kept=kept, merged=cast.bruno)
    report(tool, cast, user=old)
    assert set(Completion.objects.values_list("person", flat=True)) == {kept.pk}


def test_the_learner_reads_that_the_provider_reported_it(cast: Cast, tool: Tool) -> None:
    report(tool, cast)
    shown = signed_in(cast.bruno).get(f"/learning/why/{owed(cast).pk}/").content.decode()
    assert "Reported by the provider of the course." in shown


# ---- what is no score


@pytest.mark.parametrize(
    "body",
    [
        b" ", b"[]", b"nonsense", b"\xff", b"{" * 5000, b'{"userId": 1, "userId": 2}',
        {"userId": None}, {"userId": "P00002"}, {"userId": 7}, {"timestamp": None}, {"timestamp": "yesterday"},
        {"timestamp": "2026-11-25T08:00:00"}, {"timestamp": "2026-11-25"}, {"timestamp": "0001-01-01T00:00:00+14:00"},
        {"timestamp": 1}, {"activityProgress": "Done"}, {"activityProgress": None}, {"activityProgress": ["Completed"]},
        {"gradingProgress": "fullygraded"}, {"gradingProgress": None}, {"scoreGiven": "9"}, {"scoreGiven": True},
        {"scoreGiven": -1}, {"scoreGiven": 10**400}, {"scoreMaximum": 0}, {"scoreMaximum": None}, {"scoreMaximum": -10},
    ],
)  # fmt: skip
def test_what_is_no_score_is_refused_and_nothing_is_kept(cast: Cast, tool: Tool, body: Any) -> None:
    sent = score(cast.bruno.uuid, DONE, **body) if isinstance(body, dict) else body
    answer = post_score(tool, token_of(tool), sent)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_score"
    assert not said(tool)


def test_what_is_no_number_is_no_score(cast: Cast, tool: Tool) -> None:
    for word in ("NaN", "Infinity", "1e999"):
        text = json.dumps(score(cast.bruno.uuid, DONE, scoreGiven=123454321)).replace("123454321", word)
        assert post_score(tool, token_of(tool), text).status_code == 400
    assert not said(tool)


def test_a_comment_and_whatever_else_is_sent_is_not_kept(cast: Cast, tool: Tool) -> None:
    report(tool, cast, comment="Bruno was rude to his supervisor", **{"https://tool.example/more": {"name": "Bruno"}})
    (told,) = said(tool)
    assert "Bruno" not in told.raw
    assert "rude" not in told.raw
    assert owed(cast).completion is not None


def test_bounds_of_a_request(cast: Cast, tool: Tool) -> None:
    token, good = token_of(tool), score(cast.bruno.uuid, DONE)
    assert post_score(tool, token, {**good, "comment": "x" * 10_000}).status_code == 413
    assert post_score(tool, token, good, kind="application/json").status_code == 415
    client = Client(headers={"Authorization": f"Bearer {token}"})
    assert client.get(f"/lti/lineitems/{tool.line_item}/scores").status_code == 405
    assert ask_token("x" * 20_000).status_code == 400
    assert Client().get("/lti/token").status_code == 405
    assert not said(tool)
