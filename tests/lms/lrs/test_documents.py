"""State, activity profile and agent profile over HTTP, by clause of xAPI 1.0.3 part three and IEEE 9274.1.1."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.utils import timezone

from lms.lrs.models import Document
from tests.lms.lrs.client import ACTIVITY, Store, account
from tests.lms.lrs.shelf import (
    AGENT_PROFILE,
    ALL,
    ONE,
    OTHER_AGENT,
    STATE,
    TWO,
    Shelf,
    etag_of,
    every_kind,
    every_profile,
)


@pytest.fixture
def store(db: None) -> Store:
    return Store("state", "profile")


@every_kind
def test_2_2_what_is_put_is_given_back_to_the_byte(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    binary = bytes(range(256)) + b"\r\n--x\r\n"
    for body, content_type in (
        (binary, "image/png"),
        (b"\0", "text/plain"),
        ("é".encode(), "text/plain; charset=utf-8"),
    ):
        shelf.call("DELETE")
        assert shelf.put_new("one", body, content_type).status_code == 204
        found = shelf.call("GET")
        assert (found.status_code, found.content) == (200, body)
        assert found.headers["Content-Type"] == content_type
        assert found.headers["ETag"] == etag_of(body)
        head = shelf.call("HEAD")
        assert (head.headers["ETag"], head.headers["Content-Length"]) == (etag_of(body), str(len(body)))


@every_kind
def test_2_2_json_keeps_its_spelling(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    body = b'{ "b" : 1.50,\n"a":"caf\\u00e9" }'
    shelf.put_new("one", body)
    assert shelf.call("GET").content == body


@every_kind
def test_2_2_get_names_the_moment_of_the_last_change(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    shelf.put_new("one", b"1")
    past = timezone.now().replace(microsecond=0) - timedelta(days=1)
    Document.objects.update(updated=past)
    for name in ("one", ""):
        assert parsedate_to_datetime(shelf.call("GET", name).headers["Last-Modified"]) == past
    shelf.call("POST", body={}, kind="application/json", if_match="*")
    Document.objects.filter(content=b"1").update(updated=past)
    shelf.call("PUT", body=b"2", if_match="*")
    assert parsedate_to_datetime(shelf.call("GET").headers["Last-Modified"]) > past


@every_kind
def test_2_2_delete_takes_one_away_and_is_harmless_twice(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    shelf.put_new("one", b"1")
    shelf.put_new("two", b"2")
    for _ in range(2):
        assert shelf.call("DELETE").status_code == 204
    assert shelf.call("GET").status_code == 404
    assert shelf.names() == ["two"]


@every_kind
def test_2_3_the_list_holds_what_changed_after_since(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    assert shelf.names() == []
    moment = timezone.now()
    for number, name in enumerate(("one", "two", "three")):
        shelf.put_new(name, name.encode(), "text/plain")
        Document.objects.filter(name=name).update(updated=moment + timedelta(seconds=number))
    assert shelf.names() == ["one", "two", "three"]
    assert shelf.names(since=moment.isoformat()) == ["two", "three"]  # later than, not at
    assert shelf.names(since=(moment + timedelta(seconds=2)).isoformat()) == []
    assert shelf.call("GET", name="", body=b"", kind="").status_code == 200
    Document.objects.filter(name="one").update(updated=moment)
    shelf.call("PUT", "one", b"{}", if_match="*")
    assert "one" in shelf.names(since=moment.isoformat())


@every_kind
def test_2_2_post_merges_one_level_deep(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    shelf.put_new("one", {"a": {"x": 1}, "b": [1], "c": None})
    assert shelf.call("POST", body={"a": {"y": 2}, "d": "é"}).status_code == 204
    assert shelf.call("GET").json() == {"a": {"y": 2}, "b": [1], "c": None, "d": "é"}
    assert shelf.call("POST", "new", {"e": 1}).status_code == 204
    assert shelf.call("GET", "new").json() == {"e": 1}


@every_kind
@pytest.mark.parametrize(
    ("before", "said"),
    [
        ((b'{"a":1}', "application/json"), (b"text", "text/plain")),
        ((b'{"a":1}', "application/json"), (b'{"b":1}', "text/plain")),
        ((b'{"a":1}', "text/plain"), (b'{"b":1}', "application/json")),
        ((b"\x89PNG", "image/png"), (b'{"b":1}', "application/json")),
        ((b"[1]", "application/json"), (b'{"b":1}', "application/json")),
        ((b'{"a":1}', "application/json"), (b"[1]", "application/json")),
        ((b'{"a":1}', "application/json"), (b"{", "application/json")),
        ((b'{"a":1}', "application/json"), (b'{"b":1e999}', "application/json")),
        ((b'{"a":1}', "application/json"), (b'{"b":"\\ud800"}', "application/json")),
        ((b'{"a":1}', "application/json"), ('{"b":1}'.encode("utf-16"), "application/json")),
    ],
)
def test_2_2_only_json_objects_are_merged(store: Store, kind: Any, before: Any, said: Any) -> None:
    shelf = Shelf(store, kind)
    assert shelf.put_new("one", *before).status_code == 204
    assert shelf.call("POST", "one", *said).status_code == 400
    found = shelf.call("GET")
    assert (found.content, found.headers["Content-Type"]) == before


@every_kind
def test_2_2_json_that_is_none_is_not_kept_as_json(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    assert shelf.put_new("one", b"{").status_code == 400
    assert shelf.call("POST", body=b"[1]").status_code == 400
    assert not Document.objects.exists()


def test_2_3_state_is_kept_apart_by_agent_activity_and_registration(store: Store) -> None:
    contexts = [
        {},
        {"registration": ONE},
        {"registration": TWO},
        {"agent": OTHER_AGENT},
        {"activityId": ACTIVITY + "/b"},
    ]
    shelves = [Shelf(store, STATE, **context) for context in contexts]
    for number, shelf in enumerate(shelves):
        assert shelf.call("GET").status_code == 404
        shelf.call("PUT", body=str(number).encode())
    assert [shelf.call("GET").content for shelf in shelves] == [b"0", b"1", b"2", b"3", b"4"]
    shelves[1].call("PUT", "only here", b"5")
    assert shelves[1].names() == ["one", "only here"]
    assert shelves[2].names() == ["one"]
    assert sorted(shelves[0].names()) == ["one", "only here"]


def test_2_3_the_registration_is_the_same_in_capitals(store: Store) -> None:
    Shelf(store, STATE, registration="ABCDEF00-1234-4234-8234-123456789014").call("PUT", body=b"1")
    assert Shelf(store, STATE, registration="abcdef00-1234-4234-8234-123456789014").call("GET").content == b"1"


def test_2_3_delete_without_a_name_takes_all_of_the_context(store: Store) -> None:
    one, two, none, other = (
        Shelf(store, STATE, **context)
        for context in ({"registration": ONE}, {"registration": TWO}, {}, {"agent": OTHER_AGENT})
    )
    for shelf in (one, two, none, other):
        shelf.call("PUT", "first", b"1")
        shelf.call("PUT", "second", b"2")
    assert one.call("DELETE", name="").status_code == 204
    assert one.names() == []
    assert two.names() == ["first", "second"]
    assert none.call("DELETE", name="").status_code == 204
    assert (two.names(), other.names()) == ([], ["first", "second"])


@every_profile
def test_2_6_profiles_are_deleted_by_name_only(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    shelf.put_new("one", b"1")
    assert shelf.call("DELETE", name="").status_code == 400
    assert shelf.names() == ["one"]


@every_kind
def test_a_parameter_that_is_missing_wrong_or_unknown_is_named(store: Store, kind: Any) -> None:
    resource, parameter, context = kind
    for name in context:
        rest = {key: value for key, value in context.items() if key != name}
        answer = store.call("GET", resource, {**rest, parameter: "one"})
        assert (answer.status_code, name in answer.json()["error"]) == (400, True)
    for name, value in (
        ("agent", "{"), ("agent", "{}"), ("agent", '"x"'), ("activityId", "no iri"), ("registration", "x"),
        ("registration", ONE + "\n"), ("since", "yesterday"), ("activityId", ACTIVITY + "\n"), ("nonsense", "1"),
        (parameter, "x" * 1001), (parameter, "a\x00b"),
    ):  # fmt: skip
        answer = store.call("GET", resource, {**context, name: value})
        assert answer.status_code == 400, (name, value)
        assert answer.json()["error"]
    for method in ("PUT", "POST"):
        assert store.call(method, resource, context, b"{}", if_none_match="*").status_code == 400
    assert (
        store.call("GET", resource, {**context, parameter: "one", "since": "2020-01-01T00:00:00Z"}).status_code == 400
    )
    assert store.call("PATCH", resource, context).status_code == 405


def test_the_same_name_of_two_kinds_is_two_documents(store: Store) -> None:
    for number, kind in enumerate(ALL):
        Shelf(store, kind).put_new("one", str(number).encode())
    assert [Shelf(store, kind).call("GET").content for kind in ALL] == [b"0", b"1", b"2"]


def test_an_agent_is_the_same_however_it_is_spelt(store: Store) -> None:
    named = json.dumps({"name": "Ada", "objectType": "Agent", **account("a")})
    Shelf(store, AGENT_PROFILE).put_new("one", b"1")
    assert Shelf(store, AGENT_PROFILE, agent=named).call("GET").content == b"1"
