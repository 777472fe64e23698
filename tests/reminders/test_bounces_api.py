"""The webhook for what comes back: tokens, bounds, clear words, and nothing about who exists."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.tokens.models import AccessToken
from reminders.bounce_reports import MAX_BYTES
from reminders.models import Bounce, Message
from tests.cast import Cast
from tests.reminders.reports import written
from tests.reminders.test_returning import BRUNO, noon, of, returned, sent

__all__ = ["noon", "sent"]


@pytest.fixture
def key(db: None) -> str:
    return AccessToken.issue(name="The adapter", purpose=AccessToken.Purpose.BOUNCES)


def post(key: str, body: Any, kind: str = "application/json", **more: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = Client(raise_request_exception=True)
    return client.post("/api/v1/bounces", raw, content_type=kind, headers={"Authorization": f"Bearer {key}"}, **more)


def entry(message: Message, **more: Any) -> dict[str, Any]:
    told = {"message_id": message.message_id, "address": message.address, "kind": "bounce", "permanent": True}
    return told | {"reason": "550 5.1.1 nobody here", "at": "2026-11-24T09:00:09Z"} | more


def test_one_entry_or_a_list_or_the_report_itself(sent: Cast, key: str) -> None:
    bruno, amina = of(sent.bruno), of(sent.amina)
    assert post(key, entry(bruno)).json() == {"taken": 1}
    assert post(key, [entry(bruno), entry(amina, message_id=amina.message_id.strip("<>"))]).json() == {"taken": 2}
    assert post(key, returned(sent.bruno), "message/rfc822; charset=utf-8").json() == {"taken": 1}
    assert post(key, entry(bruno, kind="complaint", at=None)).json() == {"taken": 1}
    assert Bounce.objects.count() == 3
    assert Bounce.objects.is_dead(BRUNO)
    assert Bounce.objects.is_dead("amina@example.net")


def test_only_a_token_for_this_opens_it(sent: Cast, key: str) -> None:
    for purpose in set(AccessToken.Purpose) - {AccessToken.Purpose.BOUNCES}:
        other = AccessToken.issue(name="Another", purpose=purpose, office=sent.headquarters)
        assert post(other, entry(of(sent.bruno))).status_code == 401
    assert Client().post("/api/v1/bounces", b"{", content_type="application/json").status_code == 401
    for address in ("clearance/P00002", "compliance", "indicators"):
        assert Client().get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    AccessToken.objects.update(is_active=False)
    assert post(key, entry(of(sent.bruno))).status_code == 401
    assert not Bounce.objects.exists()


def test_an_unknown_address_is_answered_like_a_known_one(sent: Cast, key: str) -> None:
    bruno = of(sent.bruno)
    answers = {
        post(key, told).content
        for told in (
            entry(bruno), entry(bruno), entry(bruno, address="nobody@example.org"), entry(bruno, message_id="<no@x>"),
            entry(bruno, address="amina@example.net"),
        )
    }  # fmt: skip
    assert answers == {b'{"taken": 1}'}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "unsubscribe"}, "kind"),
        ({"permanent": "yes"}, "permanent"),
        ({"at": "yesterday"}, "at"),
        ({"address": "nobody"}, "address"),
        ({"message_id": "<a b>"}, "message_id"),
        ({"message_id": "x" * 300}, "message_id"),
        ({"reason": "x" * 20_000}, "reason"),
        ({"reason": None}, "reason"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_taken(sent: Cast, key: str, change: dict[str, Any], word: str) -> None:
    answer = post(key, entry(of(sent.bruno), **change))
    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xfe", "application/json", 400),
        (b'{"a": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"x":' * 100_000, "application/json", 400),
        (b"[" + b"{}," * 1000 + b"{}]", "application/json", 400),
        (b" " * (MAX_BYTES + 1), "application/json", 413),
        (b" " * 6_000_000, "message/rfc822", 413),
        (b"From: a@b\n\nI am away", "message/rfc822", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "multipart/form-data", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_cannot_be_read_is_refused_in_clear_words(
    db: None, key: str, body: bytes, kind: str, status: int
) -> None:
    answer = post(key, body, kind)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_list_has_a_bound(sent: Cast, key: str) -> None:
    answer = post(key, [entry(of(sent.bruno))] * 201)
    assert answer.status_code == 400
    assert not Bounce.objects.exists()


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-24T09:00:00"])
def test_a_time_out_of_reach_is_brought_into_reach(sent: Cast, key: str, at: str) -> None:
    assert post(key, entry(of(sent.bruno), at=at)).status_code == 200
    sent_at = of(sent.bruno).sent_at
    assert sent_at is not None
    assert sent_at <= Bounce.objects.get().at <= Bounce.objects.get().taken_at


def test_a_reason_is_cut_and_made_one_line(sent: Cast, key: str) -> None:
    assert post(key, entry(of(sent.bruno), reason="550 5.1.1 \x00\r\nBcc: x\u202e" + "é" * 900)).status_code == 200
    reason = Bounce.objects.get().reason
    assert len(reason) <= 200
    assert reason.isprintable()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["message_id", "address", "kind", "permanent", "reason", "at"]), inner)
        ),
        max_leaves=12,
    )
)
def test_whatever_is_posted_is_never_a_fault_of_ours(key: str, body: Any) -> None:
    assert post(key, json.dumps(body).encode()).status_code in (200, 400)


def test_the_description_of_the_interface_names_it(db: None) -> None:
    described = Client().get("/api/v1/openapi.json").json()["paths"]["/api/v1/bounces"]["post"]
    assert set(described["requestBody"]["content"]) == {"application/json", "message/rfc822"}


def test_reports_of_every_shape_are_taken(sent: Cast, key: str) -> None:
    message = of(sent.bruno)
    for shape in ("postfix", "exchange", "gmail", "sendmail", "complaint"):
        raw = written(shape, message_id=message.message_id, to=BRUNO)
        assert post(key, raw, "message/rfc822").status_code == 200
    assert Bounce.objects.filter(does_fit=True).count() == 3  # for good, passing, and the complaint
