"""LTI 1.3: tokens for tools, and what an attacker gets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.test import Client

from courses.models import ExternalPage, Tool, ToolToken
from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Statement
from lms.lrs.recording import actor_of
from lms.requirements.claiming import can_count
from lms.requirements.models import Activity, Claim, Completion
from tests.cast import Cast
from tests.courses.external import NOW, make_external, standing_clock
from tests.courses.lti import (
    OTHER,
    TOOL,
    KeyHost,
    Keys,
    ask_token,
    begun,
    claims,
    host,
    key_host,
    make_tool,
    post_score,
    request_of,
    score,
    signed,
    signed_in,
    token_of,
)
from tests.courses.test_lti_scores import DONE, page, report, said, tool

pytestmark = pytest.mark.django_db
__all__ = ["host", "page", "standing_clock", "tool"]


# ---- tokens


def test_a_token_is_short_lived_kept_as_a_hash_and_for_one_line_item(
    cast: Cast, page: ExternalPage, tool: Tool, host: KeyHost
) -> None:
    answer = ask_token(signed(claims(tool)))
    given = answer.json()
    assert (given["token_type"], given["expires_in"], given["scope"]) == (
        "Bearer", 600, "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    )  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"
    kept = ToolToken.objects.get()
    assert kept.token_hash == hashlib.sha256(given["access_token"].encode()).hexdigest()
    other = make_tool(make_external("other"), host.origin)
    unknown = Tool(line_item=uuid.uuid4())
    foreign = post_score(other, given["access_token"], score(cast.bruno.uuid, DONE))
    none = post_score(unknown, given["access_token"], score(cast.bruno.uuid, DONE))
    assert (
        (foreign.status_code, foreign.content) == (none.status_code, none.content) == (404, b'{"error": "not_found"}')
    )
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert post_score(tool, given["access_token"], score(cast.bruno.uuid, DONE)).status_code == 401
    assert not Statement.objects.filter(credential__isnull=False).exists()
    assert post_score(tool, given["access_token"], score(cast.bruno.uuid, DONE)).status_code == 204


@pytest.mark.parametrize("how", ["tool", "credential"])
def test_switched_off_it_is_off_at_once(cast: Cast, tool: Tool, how: str) -> None:
    token = token_of(tool)
    if how == "tool":
        Tool.objects.update(is_active=False)
    else:
        type(tool.credential).objects.update(is_active=False)
    assert post_score(tool, token, score(cast.bruno.uuid, DONE)).status_code == 401
    assert ask_token(signed(claims(tool))).status_code == 401
    assert not said(tool)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer guessed", "Basic Z3Vlc3NlZA==", "Bearer \u00e9"])
def test_without_a_token_nothing_is_taken(cast: Cast, tool: Tool, header: str) -> None:
    answer = Client(headers={"Authorization": header}).post(
        f"/lti/lineitems/{tool.line_item}/scores", json.dumps(score(cast.bruno.uuid, DONE)),
        content_type="application/vnd.ims.lis.v1.score+json",
    )  # fmt: skip
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_tool_may_ask_for_more_and_gets_the_scores(tool: Tool) -> None:
    more = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem https://purl.imsglobal.org/spec/lti-ags/scope/score"
    assert ask_token(signed(claims(tool)), scope=more).json()["scope"].endswith("/score")
    refused = ask_token(signed(claims(tool)), scope="https://purl.imsglobal.org/spec/lti-ags/scope/lineitem")
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_scope"})
    assert ask_token(signed(claims(tool)), grant_type="password").json() == {"error": "unsupported_grant_type"}
    assert ask_token(signed(claims(tool)), client_assertion_type="x").json() == {"error": "invalid_client"}


# ---- attackers


def coded(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def with_hmac(said: dict[str, Any], secret: str, **header: Any) -> str:
    """HS256 by hand: PyJWT refuses to take a public key for a secret."""
    body = f"{coded({'alg': 'HS256', 'kid': TOOL.name, **header})}.{coded(said)}"
    return f"{body}.{coded(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest())}"


def by_hand(said: dict[str, Any], **header: Any) -> str:
    """RS256 without a library that looks at the claims."""
    body = f"{coded({'alg': 'RS256', 'kid': TOOL.name, **header})}.{coded(said)}"
    key = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    return f"{body}.{coded(key.sign(body.encode(), key.prepare_key(TOOL.private)))}"


def refused(assertion: str) -> None:
    answer = ask_token(assertion)
    assert (answer.status_code, answer.content) == (401, b'{"error": "invalid_client"}')
    assert not ToolToken.objects.exists()


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "PS256", "RS384", "ES256"])
def test_another_algorithm_than_rs256_is_none(tool: Tool, algorithm: str) -> None:
    good = signed(claims(tool)).split(".")
    head = coded({"alg": algorithm, "kid": TOOL.name, "typ": "JWT"})
    refused(f"{head}.{good[1]}.")
    refused(f"{head}.{good[1]}.{good[2]}")
    if algorithm in ("PS256", "RS384"):
        refused(jwt.encode(claims(tool), TOOL.private, algorithm=algorithm, headers={"kid": TOOL.name}))


def test_the_public_key_is_no_secret_for_an_hmac(tool: Tool) -> None:
    for secret in (TOOL.public, TOOL.public.strip(), json.dumps(TOOL.jwk)):
        refused(with_hmac(claims(tool), secret))
        refused(with_hmac(claims(tool), secret, alg="RS256"))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"}, {"sub": "somebody"}, {"iss": "somebody", "sub": "somebody"}, {"iss": None}, {"sub": None},
        {"aud": "https://elsewhere.example/token"}, {"aud": "http://localhost:8000"}, {"aud": None}, {"aud": []},
        {"jti": None}, {"jti": ""}, {"jti": "x" * 256}, {"jti": 7}, {"exp": None}, {"iat": None},
        {"exp": "soon"}, {"exp": True}, {"exp": 10**12}, {"iat": -1},
    ],
)  # fmt: skip
def test_claims_that_are_not_exactly_right_are_not_believed(tool: Tool, changes: dict[str, Any]) -> None:
    refused(by_hand({name: value for name, value in {**claims(tool), **changes}.items() if value is not None}))


def test_what_is_signed_by_hand_is_believed_where_it_is_right(tool: Tool) -> None:
    """Without which the refusals here would prove nothing."""
    assert ask_token(by_hand(claims(tool))).status_code == 200
    assert (
        ask_token(by_hand(claims(tool, aud=["https://x.example", "http://localhost:8000/lti/token"]))).status_code
        == 200
    )


@pytest.mark.parametrize(
    "seconds",
    [
        {"iat": -120, "exp": 0}, {"iat": -120, "exp": -1}, {"iat": 61, "exp": 120}, {"iat": 0, "exp": 3601},
        {"iat": 0, "exp": 60, "nbf": 120},
    ],
)  # fmt: skip
def test_expired_not_yet_valid_or_good_for_too_long(tool: Tool, seconds: dict[str, int]) -> None:
    now = int(time.time())
    refused(signed(claims(tool, **{name: now + value for name, value in seconds.items()})))


def test_an_assertion_is_good_once(tool: Tool, host: KeyHost) -> None:
    said = claims(tool)
    assert ask_token(signed(said)).status_code == 200
    again = ask_token(signed(said))
    assert (again.status_code, again.json()) == (401, {"error": "invalid_client"})
    renamed = ask_token(signed({**said, "exp": said["exp"] + 5}))
    assert renamed.status_code == 401, "the id alone says that it is the same"
    other = make_tool(make_external("other"), host.origin)
    assert ask_token(signed(claims(other, jti=said["jti"]))).status_code == 200, "ids are those of one tool"


def test_a_key_that_is_not_registered_signs_nothing(tool: Tool, host: KeyHost) -> None:
    refused(signed(claims(tool), OTHER))
    refused(signed(claims(tool), OTHER, kid=TOOL.name))
    refused(
        signed(claims(tool), OTHER, kid=TOOL.name, jwk=OTHER.jwk, jku=f"{host.origin}/other", x5u="https://x.example")
    )
    refused(signed(claims(tool), OTHER, kid="../keys"))
    head, payload, signature = signed(claims(tool)).split(".")
    refused(f"{head}.{coded({**claims(tool), 'x': 1})}.{signature}")
    refused(f"{head}.{payload}.{signature[:-4]}AAAA")
    refused(f"{head}.{payload}")
    refused(by_hand(claims(tool), crit=["exp"]))
    for algorithm in ("none", "HS256", "RS512"):
        refused(by_hand(claims(tool), alg=algorithm))


def test_the_key_of_one_tool_reports_nothing_for_another(cast: Cast, tool: Tool, settings: Any, host: KeyHost) -> None:
    """The other tool has its keys at an address of its own."""
    with key_host() as elsewhere:
        elsewhere.keys = [OTHER.jwk]
        settings.LMS_LTI_STAND_IN = elsewhere.origin
        other = make_tool(make_external("other"), elsewhere.origin)
        refused(signed(claims(tool), OTHER))
        refused(signed(claims(tool, iss=other.client_id), OTHER))
        token = token_of(other, OTHER)
        assert post_score(tool, token, score(cast.bruno.uuid, DONE)).status_code == 404
        assert post_score(other, token, score(cast.bruno.uuid, DONE)).status_code == 204
    claim = Claim.objects.get()
    assert (claim.is_believed, can_count(claim)) == (False, False)
    assert not Completion.objects.exists()


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_key_that_is_too_short_or_made_for_something_else_is_none(tool: Tool, host: KeyHost) -> None:
    short = Keys("short", bits=1024)
    host.keys = [
        short.jwk,
        {**OTHER.jwk, "use": "enc"},
        {**TOOL.jwk, "alg": "RS512"},
        {"kty": "oct", "kid": "oct", "k": "AAAA"},
    ]
    for keys in (short, OTHER, TOOL):
        refused(signed(claims(tool), keys))
    refused(with_hmac(claims(tool), "\0\0\0", kid="oct"))


def test_keys_are_asked_for_twice_a_minute_at_most_and_a_new_one_is_found(tool: Tool, host: KeyHost) -> None:
    token_of(tool)
    token_of(tool)
    assert host.asked == 1
    for name in "abcdef":
        refused_as_unknown = ask_token(signed(claims(tool), OTHER, kid=name))
        assert refused_as_unknown.status_code == 401
    assert host.asked == 1
    host.keys = [OTHER.jwk]
    with time_machine.travel(NOW + timedelta(seconds=31), tick=False):
        token_of(tool, OTHER)
        assert host.asked == 2
        assert ask_token(signed(claims(tool))).status_code == 401, "a key that is no longer published is none"


def test_when_the_keys_cannot_be_fetched_those_that_are_known_are_good_for_minutes(tool: Tool, host: KeyHost) -> None:
    token_of(tool)
    host.status = 500
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert ask_token(signed(claims(tool), OTHER)).status_code == 401
        token_of(tool)
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        assert ask_token(signed(claims(tool))).status_code == 401


def test_a_learner_cannot_report_for_themselves(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    """The launch that goes through the browser lets nobody report: not as a token, and not as a request for one."""
    client = signed_in(cast.bruno)
    answer = client.post(
        f"/lti/lineitems/{tool.line_item}/scores", json.dumps(score(cast.bruno.uuid, DONE)),
        content_type="application/vnd.ims.lis.v1.score+json",
    )  # fmt: skip
    assert answer.status_code == 401
    handed = client.get("/learning/tool/authorize/", request_of(tool, begun(client, page)))
    id_token = handed.context["answer"].id_token
    refused(id_token)
    assert post_score(tool, id_token, score(cast.bruno.uuid, DONE)).status_code == 401


def test_no_verb_of_ours_is_said_by_a_tool_of_anybody_but_its_user(cast: Cast, tool: Tool) -> None:
    """Statements of a tool are about its own part alone, by the user whom it named."""
    report(tool, cast)
    (told,) = said(tool)
    assert told.actor == actor_of(cast.bruno.uuid)
    assert told.verb == verb_key(v.PASSED)
    assert told.data["object"]["id"] == Activity.objects.get(part_of=tool.activity).iri
