"""Whether a credential is good, over HTTP: header, expiry, limit, rotation, last use (xAPI 1.0.3 part three, 4)."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from lms.lrs import authenticating
from lms.lrs.models import Credential
from tests.lms.lrs.client import Store, statement

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    authenticating.forget()


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic ", "Basic é", "Basic !!!!", "Basic YQ", basic(b"nobody:secret"), basic(b"no colon"), basic(b":"),
     basic(b"\xff:\xff"), basic(b"a\x00b:c"), "Bearer abc", "Basic " + "A" * 10_000, "Digest YTpi", basic(b"x" * 5000)],
)  # fmt: skip
def test_4_what_is_no_credential_is_asked_for_one(db: None, client: Client, header: str) -> None:
    answer = client.get("/xapi/statements", headers={"Authorization": header, "X-Experience-API-Version": "1.0.3"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="xAPI"')


def test_4_the_secret_decides_and_the_scheme_is_any_case(db: None) -> None:
    store = Store("all")
    wrong = basic(f"{store.credential.key}:{store.secret}x".encode())
    assert store.call("GET", "statements", Authorization=wrong).status_code == 401
    right = basic(f"{store.credential.key}:{store.secret}".encode()).replace("Basic", "bAsIc")
    assert store.call("GET", "statements", Authorization=right).status_code == 200


def test_a_credential_ends_when_it_expires(db: None) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        store = Store("all", expires_at=NOON + timedelta(seconds=3))
        assert store.get().status_code == 200
        clock.shift(2)
        assert store.get().status_code == 200
        clock.shift(1)
        assert store.get().status_code == 401  # even though it is still remembered
        assert store.post(statement()).status_code == 401


def test_a_credential_that_is_taken_away_ends_when_it_is_forgotten(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authenticating, "CACHE_SECONDS", 0.05)
    store = Store("all")
    assert store.get().status_code == 200
    Credential.objects.update(is_active=False)
    time.sleep(0.06)
    assert store.get().status_code == 401


def test_a_limit_counts_the_minute_and_says_when_to_come_back(db: None) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        store, other = Store("all", per_minute=3), Store("all", per_minute=3)
        assert [store.get().status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        refused = store.post(statement())
        assert (refused.status_code, refused.json()["error"]) == (429, "Too many requests in this minute.")
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert other.get().status_code == 200
        clock.shift(60)
        assert store.get().status_code == 200


def test_a_wrong_secret_does_not_use_up_the_limit_of_the_right_one(db: None) -> None:
    store = Store("all", per_minute=1)
    wrong = basic(f"{store.credential.key}:guess".encode())
    for _ in range(3):
        assert store.call("GET", "statements", Authorization=wrong).status_code == 401
    assert store.get().status_code == 200


def test_a_new_secret_ends_the_old_one(db: None) -> None:
    store = Store("all")
    assert store.get().status_code == 200
    renewed = store.credential.rotate()
    authenticating.forget()
    assert store.get().status_code == 401
    fresh = basic(f"{store.credential.key}:{renewed}".encode())
    assert store.call("GET", "statements", Authorization=fresh).status_code == 200
    store.credential.refresh_from_db()
    assert renewed not in (store.credential.secret_hash, store.credential.key)


def test_the_last_use_is_known_to_the_minute(db: None) -> None:
    def last_use(store: Store) -> datetime | None:
        store.credential.refresh_from_db()
        return store.credential.last_used_at

    with time_machine.travel(NOON, tick=False) as clock:
        store = Store("all")
        assert last_use(store) is None
        store.get()
        assert last_use(store) == NOON
        for seconds, expected in ((30, 0), (40, 70)):
            clock.shift(seconds)
            authenticating.forget()
            store.get()
            assert last_use(store) == NOON + timedelta(seconds=expected)
