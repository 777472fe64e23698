"""What the record store takes and what it refuses, by clause."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.lrs.indexing import index, ordinary_index
from lms.lrs.receiving import read
from lms.lrs.rules.shapes import ordinary
from lms.lrs.rules.statements import statement
from lms.lrs.rules.values import InvalidStatement

GOOD: dict[str, Any] = {
    "id": "12345678-1234-4234-8234-123456789012",
    "actor": {"account": {"homePage": "https://example.org", "name": "a"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en-US": "passed"}},
    "object": {"id": "https://example.org/a", "definition": {"name": {"en": "A"}, "type": "https://example.org/t"}},
    "result": {"score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10}, "success": True, "duration": "PT1H30M5.5S"},
    "context": {"registration": "12345678-1234-4234-8234-123456789013", "revision": "1"},
    "timestamp": "2026-11-23T12:00:00.123+01:00",
}


def changed(path: str, value: Any) -> dict[str, Any]:
    statement = copy.deepcopy(GOOD)
    *way, last = path.split(".")
    place: Any = statement
    for name in way:
        place = place.setdefault(name, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return statement


def test_a_good_statement_is_kept_as_it_came() -> None:
    assert [item.data for item in read(json.dumps(GOOD).encode())] == [GOOD]
    assert [item.data for item in read(json.dumps([GOOD, GOOD]).encode())] == [GOOD, GOOD]


def test_numbers_order_and_escapes_survive_to_the_letter() -> None:
    pieces = '"result":{"score":{"raw":5.50,"scaled":1e-1}, "response":"caf\\u00e9 \\/ \\ud83d\\ude00"}'
    body = json.dumps(changed("result", ...))[:-1] + "," + pieces + "}"
    (received,) = read(body.encode())
    assert pieces.removeprefix('"result":') in received.text({"stored": '"now"'}).decode()


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("actor", ..., "$: actor is missing"),
        ("verb", ..., "$: verb is missing"),
        ("object", ..., "$: object is missing"),
        ("extra", 1, "$.extra"),
        ("id", "not-a-uuid", "$.id"),
        ("id", GOOD["id"] + "\n", "$.id"),
        ("verb.id", "https://example.org/did\n", "$.verb.id"),
        ("id", None, "$.id: null"),
        ("actor", {}, "$.actor: exactly one"),
        ("actor", {"mbox": "mailto:a@b.c", "openid": "https://a.b"}, "$.actor: exactly one"),
        ("actor", {"mbox": "a@b.c"}, "$.actor.mbox"),
        ("actor", {"mbox_sha1sum": "xyz"}, "$.actor.mbox_sha1sum"),
        ("actor", {"objectType": "Robot", "mbox": "mailto:a@b.c"}, "$.actor.objectType"),
        ("actor", {"objectType": "Group"}, "$.actor: an anonymous group"),
        ("actor.account", {"name": "a"}, "homePage is missing"),
        ("verb.id", "passed", "$.verb.id"),
        ("verb.display", {"not a tag!": "x"}, "$.verb.display"),
        ("object.id", "no iri", "$.object.id"),
        ("object.definition", {"interactionType": "guess"}, "interactionType"),
        ("object.definition", {"choices": [{"id": "a"}, {"id": "a"}]}, "stands here twice"),
        ("object", {"objectType": "StatementRef", "id": "x"}, "$.object.id"),
        ("result.score.scaled", 1.1, "$.result.score.scaled"),
        ("result.score.raw", 11, "$.result.score.raw"),
        ("result.score.min", 10, "$.result.score: min"),
        ("result.score.raw", True, "a number is expected"),
        ("result.success", "true", "$.result.success"),
        ("result.duration", "1 hour", "$.result.duration"),
        ("result.duration", "P", "$.result.duration"),
        ("result.duration", "PT", "$.result.duration"),
        ("result.extensions", {"not an iri": 1}, "$.result.extensions"),
        ("context.registration", "x", "$.context.registration"),
        ("context.team", {"mbox": "mailto:a@b.c"}, "$.context.team"),
        ("context.contextActivities", {"sideways": []}, "sideways"),
        ("context.statement", {"id": GOOD["id"]}, "$.context.statement"),
        ("context.language", "?", "$.context.language"),
        ("timestamp", "2026-11-23T12:00:00-00:00", "$.timestamp"),
        ("timestamp", "2026-13-23T12:00:00Z", "$.timestamp"),
        ("timestamp", "yesterday", "$.timestamp"),
        ("verb.id", "http://adlnet.gov/expapi/verbs/voided", "voiding needs a StatementRef"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(path: str, value: Any, named: str) -> None:
    with pytest.raises(InvalidStatement) as refused:
        read(json.dumps(changed(path, value)).encode())
    assert named in str(refused.value)


def test_revision_and_platform_need_an_activity() -> None:
    about_agent = changed("object", {"objectType": "Agent", "mbox": "mailto:a@b.c"})
    with pytest.raises(InvalidStatement, match="revision"):
        read(json.dumps(about_agent).encode())


def test_a_substatement_holds_no_substatement() -> None:
    inner = {name: GOOD[name] for name in ("actor", "verb", "object")} | {"objectType": "SubStatement"}
    assert read(json.dumps({**GOOD, "context": {}, "object": inner}).encode())
    with pytest.raises(InvalidStatement, match="objectType"):
        read(json.dumps({**GOOD, "context": {}, "object": {**inner, "object": inner}}).encode())


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"[1]", b'{"a":1,"a":2}', b"\xff\xfe", b'{"id": NaN}', b"[" * 100_000,
     b'{"a":' * 5_000 + b"1" + b"}" * 5_000, json.dumps(GOOD).encode("utf-16"), json.dumps(GOOD).encode("utf-8-sig"),
     json.dumps(GOOD).replace("0.5", "1e999").encode()],
)  # fmt: skip
def test_what_is_no_statement_is_refused_and_never_breaks_anything(body: bytes) -> None:
    with pytest.raises(InvalidStatement):
        read(body)


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300)
@given(path=st.sampled_from(["actor", "verb", "object", "result", "context", "result.score", "object.definition",
                             "context.contextActivities", "actor.account", "timestamp"]), value=json_values)  # fmt: skip
def test_any_json_in_any_place_is_taken_or_refused_in_words(path: str, value: Any) -> None:
    try:
        read(json.dumps(changed(path, value)).encode())
    except InvalidStatement as refused:
        assert str(refused).startswith("$")


@given(body=st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused_in_words(body: bytes) -> None:
    try:
        read(body)
    except InvalidStatement as refused:
        assert str(refused).startswith("$")


@settings(max_examples=300)
@given(
    path=st.sampled_from(
        [
            "actor",
            "actor.name",
            "actor.account.name",
            "verb.id",
            "verb.display",
            "object.id",
            "object.definition.name",
            "result.score.raw",
            "result.score.min",
            "result.duration",
            "context.registration",
            "context.language",
            "context.extensions",
            "timestamp",
            "id",
            "context.contextActivities.parent",
        ]
    ),
    value=json_values
    | st.sampled_from(
        [
            "PT1H",
            "P1W2D",
            "fr",
            "fr-FR",
            "2026-02-30T00:00:00Z",
            "2026-02-28T23:59:59Z",
            11,
            -1,
            10,
            "http://a b",
            "http://a.b",
            {"http://a.b": None},
            [{"id": "a:b"}],
        ]
    ),
)
def test_what_the_quick_check_waves_through_is_valid_and_found_as_ever(path: str, value: Any) -> None:
    data = changed(path, value)
    if path != "timestamp":
        data["timestamp"] = ORDINARY["timestamp"]
    shape = ordinary(json.dumps(data).encode())
    if shape is not None:
        statement(data)
        assert ordinary_index(shape) == index(data)


ORDINARY = {**GOOD, "timestamp": "2026-11-23T12:00:00.123Z"}


def test_the_ordinary_statement_takes_the_quick_way() -> None:
    for text in (json.dumps(ORDINARY), json.dumps(ORDINARY, separators=(",", ":")), json.dumps(ORDINARY) + "\n"):
        (received,) = read(text.encode())
        assert received.shape is not None or "\n" in text
        assert received.data == ORDINARY
    for path, value in (
        ("result.score.min", 11),
        ("verb.id", "http://adlnet.gov/expapi/verbs/voided"),
        ("verb.id", "no IRI"),
        ("verb.display", {"english": "did"}),
        ("context.extensions", {"no IRI": 1}),
        ("actor.account.name", "line\nend"),
    ):
        assert ordinary(json.dumps(changed(path, value)).encode()) is None, path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"verb":', '"verb":1,"verb":'),
        ('"verb":', '"verb" :1,"verb":'),
        ('"verb":', '"verb"\n:1,"verb":'),
        ('"verb":', '"verb":"\\u0022:","verb":'),
        ('"platform":"', '"platform":"\\u0022:\\"\\u003a","platform":"'),
        ('"name":"ada"', '"name":"\\"\\u003A","name":"ada"'),
    ],
)
def test_a_key_that_stands_there_twice_is_found_however_it_is_written(before: str, after: str) -> None:
    text = json.dumps({**ORDINARY, "context": {"platform": "x"}}, separators=(",", ":"))
    doubled = (
        text.replace(before, after)
        if before in text
        else text.replace('"verb":', after.replace("name", "verb") + ',"verb":')
    )
    with pytest.raises(InvalidStatement):
        read(doubled.encode())
    with pytest.raises(InvalidStatement):
        read(f"[{doubled}]".encode())


def test_what_the_store_adds_leaves_every_other_letter_as_it_was() -> None:
    text = json.dumps(ORDINARY).replace('"scaled": 0.5', '"scaled": 5.0e-1')
    (received,) = read(text.encode())
    assert received.shape is not None
    assert received.text({"stored": '"now"', "version": '"1.0.0"'}).decode() == (
        text[:-1] + ',"stored":"now","version":"1.0.0"}'
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "12345678-1234-4234-8234-123456789012\n"),
        ("context.registration", "12345678-1234-4234-8234-123456789013\n"),
        ("timestamp", "2026-11-23T12:00:00Z\n"),
        ("timestamp", "2026-11-23T12:00:0\u0662Z"),
        ("result.duration", "PT1S\n"),
        ("result.duration", "PT\u0661S"),
        ("result.score", {"raw": 9007199254740993, "max": 9007199254740992}),
    ],
)
def test_a_line_end_a_foreign_digit_or_a_huge_number_does_not_slip_through(path: str, value: Any) -> None:
    data = changed(path, value)
    if path != "timestamp":
        data["timestamp"] = ORDINARY["timestamp"]
    for body in (json.dumps(data), json.dumps([data])):
        with pytest.raises(InvalidStatement):
            read(body.encode())
