"""LTI 1.3, two at the same moment: the same score, the same request for a token, the same launch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Tool, ToolToken
from courses.players.external.kinds import rule_of
from lms.lrs.models import Statement
from lms.requirements.models import Completion
from tests.at_once import at_once
from tests.cast import Cast, make_requirement
from tests.courses.external import make_external
from tests.courses.lti import (
    KeyHost,
    ask_token,
    begun,
    claims,
    host,
    make_tool,
    post_score,
    request_of,
    score,
    signed,
    signed_in,
    token_of,
)

__all__ = ["host"]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


@pytest.fixture
def tool(cast: Cast, host: KeyHost) -> Tool:
    page = make_external()
    make_requirement("bsafe", page.activity)
    cast.assign(timezone.localdate())
    return make_tool(page, host.origin)


def test_the_same_score_at_once_is_one_statement_and_one_completion(cast: Cast, tool: Tool) -> None:
    token, sent = token_of(tool), score(cast.bruno.uuid, timezone.now())
    answers = at_once(*[lambda: post_score(tool, token, sent).status_code] * 3)
    assert answers == [204, 204, 204]
    assert Statement.objects.filter(credential=tool.credential).count() == 1
    assert Completion.objects.count() == 2


def test_two_passing_scores_at_once_are_one_completion(cast: Cast, tool: Tool) -> None:
    token, now = token_of(tool), timezone.now()
    sent = [score(cast.bruno.uuid, now - timedelta(minutes=place)) for place in (1, 2)]
    answers = at_once(*[lambda one=one: post_score(tool, token, one).status_code for one in sent])
    assert answers == [204, 204]
    assert Statement.objects.filter(credential=tool.credential).count() == 2
    assert Completion.objects.count() == 2


def test_an_assertion_used_at_once_gives_one_token(tool: Tool) -> None:
    token_of(tool)  # so that its keys are known
    assertion = signed(claims(tool))
    answers = at_once(*[lambda: ask_token(assertion).status_code] * 3)
    assert sorted(answers) == [200, 401, 401]
    assert ToolToken.objects.count() == 2


def test_a_launch_asked_for_at_once_is_answered_once(cast: Cast, tool: Tool) -> None:
    client = signed_in(cast.bruno)
    page = rule_of(tool.activity)
    assert page is not None
    given = begun(client, page)

    def ask() -> int:
        own = Client()
        own.cookies = client.cookies
        return own.get("/learning/tool/authorize/", request_of(tool, given)).status_code

    assert sorted(at_once(ask, ask, ask)) == [200, 400, 400]
