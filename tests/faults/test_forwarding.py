"""Statements reach a second store once each, whatever fails on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from lms.lrs.forwarding import queueing, remote, sending
from lms.lrs.models import Credential, ForwardingTarget, Outgoing, Statement
from lms.lrs.receiving import read
from lms.lrs.recording import entries_of, store
from tests.faults.second_store import KEY, ROOT, Proxy, SecondStore, second
from tests.lms.lrs.test_rules import GOOD

__all__ = ["second"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    # tincan leaves the socket of a call that failed to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def proxy(second: SecondStore) -> Iterator[Proxy]:
    found = Proxy(second)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def target(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForwardingTarget]:
    monkeypatch.setenv("LMS_FORWARD_SECOND", KEY)
    queueing.forget()
    found = ForwardingTarget.objects.create(
        name="second", endpoint=proxy.url, credential_name="LMS_FORWARD_SECOND",
        since=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    yield found
    queueing.forget()


def say(count: int, **changes: Any) -> list[str]:
    """New statements in one batch; their ids."""
    batch = [{**GOOD, "id": str(uuid.uuid4()), **changes} for _ in range(count)]
    store(entries_of(read(json.dumps(batch).encode()), credential=None, version="1.0.3", now=timezone.now()))
    return [item["id"] for item in batch]


def arrived(second: SecondStore, ids: list[str]) -> list[str]:
    """Those of these ids that the second store has, in its order, doubles included."""
    return [item["id"] for item in second.statements() if item["id"] in set(ids)]


def wake(target: ForwardingTarget) -> None:
    """As if the pause were over."""
    ForwardingTarget.objects.filter(pk=target.pk).update(next_try=None)


def test_every_statement_arrives_once_in_its_order_and_to_the_letter(
    target: ForwardingTarget, second: SecondStore
) -> None:
    ids = say(230)
    reports = sending.forward_all()
    assert (reports["second"].sent, reports["second"].error) == (230, "")
    assert arrived(second, ids) == ids
    there = next(item for item in second.statements() if item["id"] == ids[0])
    assert {name: there[name] for name in ("actor", "verb", "object", "result", "context", "timestamp")} == {
        name: GOOD[name] for name in ("actor", "verb", "object", "result", "context", "timestamp")
    }
    assert sending.forward_all()["second"].sent == 0
    target.refresh_from_db()
    assert (target.sent, target.waiting(), target.last_error) == (230, 0, "")


@pytest.mark.parametrize("fault", ["refuse", "cut", 500, 503, 429, 401])
def test_what_fails_on_the_way_is_sent_again_and_arrives_once(
    target: ForwardingTarget, proxy: Proxy, second: SecondStore, fault: Any
) -> None:
    ids = say(5)
    proxy.faults = [fault]
    assert sending.forward_all()["second"].error
    target.refresh_from_db()
    assert target.waiting() == 5
    assert target.failures == 1
    assert target.next_try is not None
    assert target.next_try > timezone.now() + timedelta(seconds=6)
    assert sending.forward_all() == {}, "it rests"
    wake(target)
    assert sending.forward_all()["second"].sent == 5
    assert arrived(second, ids) == ids
    target.refresh_from_db()
    assert (target.failures, target.last_error) == (0, "")


def test_a_target_that_hangs_does_not_hang_us(
    target: ForwardingTarget, proxy: Proxy, second: SecondStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SECONDS", 0.3)
    ids = say(2)
    proxy.faults = ["slow"]
    assert "imed" in sending.forward_all()["second"].error
    time.sleep(2)
    monkeypatch.setattr(remote, "SECONDS", 30.0)
    wake(target)
    sending.forward_all()
    assert arrived(second, ids) == ids


def test_one_statement_that_is_refused_is_set_aside_and_the_others_go(
    target: ForwardingTarget, second: SecondStore
) -> None:
    taken = say(1)
    sending.forward_all()
    ids = say(7)
    stranger = Statement.objects.get(statement_id=ids[3])
    clash = {**GOOD, "id": ids[3], "verb": {"id": "https://example.org/other"}}
    there = remote.Remote(version="1.0.3", endpoint=second.endpoint, username="second", password="store")
    there.put_in([json.dumps(clash)], [])
    report = sending.forward_all()["second"]
    assert (report.sent, report.set_aside, report.error) == (6, 1, "")
    aside = Outgoing.objects.get()
    assert (aside.statement, target.refused()) == (stranger, 1)
    assert aside.set_aside
    assert len(arrived(second, [*taken, *ids])) == 8


def test_what_is_there_already_and_says_the_same_is_settled(target: ForwardingTarget, second: SecondStore) -> None:
    ids = say(3)
    sending.forward_all()
    written = queueing.replay(target, datetime(2026, 1, 1, tzinfo=UTC))
    assert written == 3
    assert sending.forward_all()["second"].sent == 3
    assert arrived(second, ids) == ids


def test_filters_and_the_date_decide_what_goes(target: ForwardingTarget, second: SecondStore) -> None:
    ForwardingTarget.objects.update(verbs="https://example.org/wanted", activity_prefix="https://example.org/in")
    queueing.forget()
    wanted = say(1, verb={"id": "https://example.org/wanted"}, object={"id": "https://example.org/inside"})
    say(1, verb={"id": "https://example.org/wanted"})
    say(1, object={"id": "https://example.org/inside"})
    ForwardingTarget.objects.update(since=timezone.now() + timedelta(days=1))
    queueing.forget()
    late = say(1, verb={"id": "https://example.org/wanted"}, object={"id": "https://example.org/inside"})
    sending.forward_all()
    assert arrived(second, wanted + late) == wanted


def test_hidden_agents_are_the_same_agent_each_time_and_nobody_else(
    target: ForwardingTarget, second: SecondStore
) -> None:
    ForwardingTarget.objects.update(pseudonymise=True)
    queueing.forget()
    ids = say(2) + say(1, actor={"name": "Amina Sow", "mbox": "mailto:amina@example.org"})
    sending.forward_all()
    there = {item["id"]: item for item in second.statements() if item["id"] in ids}
    actors = [there[identity]["actor"] for identity in ids]
    assert actors[0] == actors[1] != actors[2]
    assert "amina" not in json.dumps(list(there.values())).lower()


def test_a_killed_forwarder_loses_and_doubles_nothing(
    target: ForwardingTarget, proxy: Proxy, second: SecondStore
) -> None:
    ids = say(300)
    proxy.faults = [None, "slow", "slow", "slow"]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "forward_statements"], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env={**os.environ, "DATABASE_URL": database_url(), "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while proxy.calls < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert proxy.calls >= 2
    assert sending.forward_all() == {}, "the claim of the dead forwarder holds until its lease ends"
    ForwardingTarget.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    time.sleep(2)
    sending.forward_all()
    assert sorted(arrived(second, ids)) == sorted(ids)
    assert not Outgoing.objects.exists()


def database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    host = (found["HOST"] or found["OPTIONS"].get("host", "")).replace("/", "%2F")
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{host}:{found['PORT'] or 5432}/{found['NAME']}"


def test_the_command_says_what_it_did_and_fails_when_something_waits(target: ForwardingTarget, proxy: Proxy) -> None:
    say(2)
    out = StringIO()
    call_command("forward_statements", stdout=out)
    assert "second: 2 sent, 0 set aside." in out.getvalue()
    say(1)
    proxy.faults = [500]
    with pytest.raises(CommandError, match="what waits is kept"):
        call_command("forward_statements", stdout=out)
    wake(target)
    call_command("forward_statements", "--replay-from", "2026-01-01", stdout=out)
    assert "written down again" in out.getvalue()
    assert not Outgoing.objects.exists()


def test_healthz_shows_how_far_behind_it_is(target: ForwardingTarget, client: Any) -> None:
    say(2)
    told = client.get("/healthz").json()["checks"]["forwarding"]
    assert (told["waiting"], told["late"]) == (2, False)
    with override_settings(LMS_FORWARDING_LATE_SECONDS=-1):
        assert client.get("/healthz").json()["checks"]["forwarding"]["late"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("credential_name", "DATABASE_URL"), ("credential_name", "SECRET_KEY"), ("endpoint", "http://example.org/xapi/"),
     ("endpoint", "https://example.org/xapi")],
)  # fmt: skip
def test_a_target_cannot_be_made_to_give_secrets_away(target: ForwardingTarget, name: str, value: str) -> None:
    setattr(target, name, value)
    with pytest.raises(ValidationError):
        target.full_clean()


def test_without_its_key_nothing_is_sent_and_the_reason_is_shown(
    target: ForwardingTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LMS_FORWARD_SECOND")
    say(1)
    assert "LMS_FORWARD_SECOND" in sending.forward_all()["second"].error
    assert Credential.objects.count() == 0
