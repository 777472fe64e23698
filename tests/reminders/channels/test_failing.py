"""Posts to servers that fail, refuse, drip, flood, lead elsewhere or say nothing."""

from __future__ import annotations

import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from reminders.channels import outbound
from reminders.channels.models import ChannelAddress, Post
from reminders.channels.posting import LOST_IN_A_ROW, post_waiting
from tests.cast import Cast
from tests.reminders.channels.conftest import WEEK_LATER
from tests.reminders.channels.stand_in import StandIn, answer, standing_in
from tests.reminders.channels.test_posting import nudge, others_written_to


def test_a_server_that_fails_is_tried_again_later_each_time_and_given_up_after_a_day(
    written_to: Cast, stand_in: StandIn
) -> None:
    stand_in.always = answer(500, "rollup_error")
    at, waits = WEEK_LATER, []
    assert nudge(at) == 0
    while (post := Post.objects.get()).state == "ready":
        assert (post.because, post.detail) == ("not_now", "500 rollup_error")
        assert post_waiting(at=post.not_before - timedelta(seconds=1)) == 0
        waits.append(post.not_before - at)
        at = post.not_before
        post_waiting(at=at)
    assert (post.state, post.because, post.detail) == ("failed", "late", "500 rollup_error")
    assert len(stand_in.got) == len(waits) + 1
    assert waits[0] < timedelta(minutes=3)
    assert waits[3] > waits[0]
    assert sum(waits, timedelta()) < timedelta(days=1)


def test_a_server_that_fails_once_gets_it_later(written_to: Cast, stand_in: StandIn) -> None:
    stand_in.answers = [answer(503)]
    assert nudge() == 0
    assert nudge(WEEK_LATER + timedelta(minutes=10)) == 1


@pytest.mark.parametrize("late", [False, True])
def test_what_429_asks_for_is_obeyed(written_to: Cast, stand_in: StandIn, late: bool) -> None:
    stand_in.answers = [answer(429, "rate_limited", Retry_After="200000" if late else "7200")]
    assert nudge() == 0
    post = Post.objects.get()
    if late:
        assert (post.state, post.because, post.detail) == ("failed", "late", "429 rate_limited")
        return
    assert post.not_before >= WEEK_LATER + timedelta(hours=2)
    assert nudge(WEEK_LATER + timedelta(minutes=119)) == 0
    assert nudge(WEEK_LATER + timedelta(minutes=121)) == 1


@pytest.mark.parametrize(("status", "word"), [(404, "no_service"), (410, "channel_is_archived")])
def test_an_address_that_is_gone_is_switched_off(written_to: Cast, stand_in: StandIn, status: int, word: str) -> None:
    ChannelAddress.objects.create(person=written_to.chen, channel="teams", url=stand_in.teams)
    gone = answer(status, word)  # in whatever order the two are posted
    stand_in.always = lambda handler: (gone if handler.path.startswith("/services/") else answer(202))(handler)
    assert nudge() == 1  # the other channel
    address = ChannelAddress.objects.get(channel="slack")
    assert (address.is_active, address.off_because) == (False, f"{status} {word}")
    assert address.off_at is not None
    assert ChannelAddress.objects.get(channel="teams").is_active
    post = Post.objects.get(channel="slack")
    assert (post.state, post.because) == ("failed", "gone")
    assert nudge(WEEK_LATER + timedelta(hours=1)) == 0
    assert len(stand_in.got) == 2


def test_teams_says_in_a_word_why_not(written_to: Cast, stand_in: StandIn) -> None:
    ChannelAddress.objects.update(channel="teams", url=stand_in.teams)
    stand_in.answers = [
        answer(401, '{"error": {"code": "DirectApiAuthorizationRequired", "message": "sig=the-secret-key"}}')
    ]
    assert nudge() == 0
    post = Post.objects.get()
    assert (post.state, post.because, post.detail) == ("failed", "refused", "401 DirectApiAuthorizationRequired")


def test_a_redirect_is_not_followed(written_to: Cast, stand_in: StandIn) -> None:
    with standing_in() as inner:
        stand_in.answers = [answer(307, Location=f"{inner.origin}/services/T/B/x")]
        assert nudge() == 0
        assert not inner.got
    assert (Post.objects.get().state, Post.objects.get().detail) == ("failed", "307")


def drip(handler: BaseHTTPRequestHandler) -> None:
    for letter in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
        handler.wfile.write(bytes([letter]))
        time.sleep(0.05)


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(1000):
        handler.wfile.write(b"o")
        time.sleep(0.05)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


@pytest.mark.parametrize("how", [drip, hang_up])
def test_what_was_handed_over_without_an_answer_is_not_repeated(
    written_to: Cast, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, how: Any
) -> None:
    monkeypatch.setattr(outbound, "WHOLE", 0.6)
    stand_in.answers = [how]
    begun = time.monotonic()
    assert nudge() == 0
    assert time.monotonic() - begun < 4
    assert (Post.objects.get().state, Post.objects.get().because) == ("failed", "unsure")
    assert nudge(WEEK_LATER + timedelta(hours=3)) == 0
    assert len(stand_in.got) == 1


def test_an_accepted_post_counts_though_its_answer_never_ends(
    written_to: Cast, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "WHOLE", 0.6)
    stand_in.answers = [drip_body]
    assert nudge() == 1


def test_little_of_a_huge_answer_is_read(written_to: Cast, stand_in: StandIn) -> None:
    written: list[int] = []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(2000):
            handler.wfile.write(b"o" * 100_000)
            written.append(100_000)

    stand_in.answers = [flood]
    assert nudge() == 1
    time.sleep(0.2)
    assert sum(written) < 50_000_000  # of 200 million: what the sockets hold


def test_a_server_that_is_down_is_left_in_peace_and_gets_all_later(written_to: Cast, stand_in: StandIn) -> None:
    others_written_to(written_to, stand_in, LOST_IN_A_ROW + 2)
    stand_in.always = answer(500)
    assert nudge() == 0
    assert len(stand_in.got) == LOST_IN_A_ROW
    assert set(Post.objects.values_list("state", flat=True)) == {"ready"}
    stand_in.always = answer(200, "ok")
    assert nudge(WEEK_LATER + timedelta(hours=1)) == LOST_IN_A_ROW + 3


def test_no_address_is_said_anywhere(written_to: Cast, stand_in: StandIn, caplog: Any) -> None:
    for reply in (answer(500, stand_in.slack), answer(404, stand_in.slack), hang_up):
        Post.objects.all().delete()
        ChannelAddress.objects.update(is_active=True)
        stand_in.answers = [reply]
        nudge()
        assert "secret" not in repr(list(Post.objects.values())) + str(ChannelAddress.objects.get().off_because)
    Post.objects.all().delete()
    ChannelAddress.objects.update(is_active=True, url="http://127.0.0.1:1/services/T/B/secret")
    nudge()
    assert (Post.objects.get().state, Post.objects.get().because) == ("failed", "refused")
    assert "secret" not in repr(list(Post.objects.values())) + caplog.text
