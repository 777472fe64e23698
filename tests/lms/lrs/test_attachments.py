"""Attachments over HTTP, in and out (xAPI 1.0.3 part two, 2.4.11, and part three, 1.5.2)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lrs import attachments, receiving
from lms.lrs.models import Attachment, Statement
from lms.lrs.rules.values import InvalidStatement
from tests.lms.lrs.client import ACTIVITY, Store, account, statement
from tests.lms.lrs.multipart import BOUNDARY, KIND, body, declared, joined, part, read, sha2
from tests.lms.lrs.test_rules import GOOD

CONTENT = bytes(range(256)) + b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n\r\n"
FILE = "https://example.org/file.png"


@pytest.fixture
def store(db: None) -> Store:
    return Store("statements/write", "statements/read")


def send(store: Store, content: bytes, kind: str = KIND) -> Any:
    return store.call("POST", "statements", body=content, kind=kind)


def refused(answer: Any) -> str:
    assert answer.status_code == 400, answer.content
    assert not Statement.objects.exists()
    assert not Attachment.objects.exists()
    return str(answer.json()["error"])


def test_1_5_2_what_is_sent_along_is_given_back_to_the_byte(store: Store) -> None:
    sent = statement(attachments=[declared(CONTENT)])
    assert send(store, body(sent, part(CONTENT))).json() == [sent["id"]]
    told, found = read(store.get(statementId=sent["id"], attachments="true"))
    assert (told["id"], found) == (sent["id"], {sha2(CONTENT): CONTENT})
    told, found = read(store.get(attachments="true"))
    assert ([item["id"] for item in told["statements"]], found) == ([sent["id"]], {sha2(CONTENT): CONTENT})
    plain = store.get(statementId=sent["id"])
    assert plain.headers["Content-Type"] == "application/json"
    assert plain.json()["attachments"] == sent["attachments"]


def test_1_5_2_put_takes_a_statement_with_its_attachment(store: Store) -> None:
    sent = statement(attachments=[declared(CONTENT)])
    query = {"statementId": sent["id"]}
    for _ in range(2):
        assert store.call("PUT", "statements", query, body(sent, part(CONTENT)), KIND).status_code == 204
    assert Attachment.objects.count() == 1


def test_1_5_2_many_statements_share_one_part(store: Store) -> None:
    sent = [statement(attachments=[declared(CONTENT)]) for _ in range(3)]
    sent.append(statement(attachments=[declared(b"other"), declared(b"far", fileUrl=FILE)]))
    assert send(store, body(sent, part(CONTENT), part(b"other"))).status_code == 200
    _, found = read(store.get(attachments="true"))
    assert found == {sha2(CONTENT): CONTENT, sha2(b"other"): b"other"}


def test_1_5_2_an_attachment_within_a_substatement(store: Store) -> None:
    inner = {"objectType": "SubStatement", "actor": account("b"), "verb": GOOD["verb"], "object": {"id": ACTIVITY},
             "attachments": [declared(CONTENT)]}  # fmt: skip
    sent = statement(object=inner, context=None)
    assert "neither" in refused(send(store, body(sent)))
    assert send(store, body(sent, part(CONTENT))).status_code == 200
    assert read(store.get(attachments="true"))[1] == {sha2(CONTENT): CONTENT}


def test_1_5_1_as_json_every_attachment_names_its_file(store: Store) -> None:
    assert "fileUrl" in refused(store.post(statement(attachments=[declared(CONTENT)])))
    assert store.post(statement(attachments=[declared(CONTENT, fileUrl=FILE)])).status_code == 200
    told, found = read(store.get(attachments="true"))
    assert (len(told["statements"]), found) == (1, {})


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_2_4_11_every_sha_2_is_known_in_capitals_too(store: Store, bits: int) -> None:
    name = hashlib.new(f"sha{bits}", CONTENT).hexdigest()
    sent = statement(attachments=[declared(CONTENT, sha2=name.upper())])
    assert send(store, body(sent, part(CONTENT, X_Experience_API_Hash=name))).status_code == 200
    assert read(store.get(attachments="true"))[1] == {name: CONTENT}


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ([], "neither"),
        ([part(b"other")], "neither"),
        ([part(CONTENT), part(b"surplus")], "no statement declares"),
        ([part(CONTENT, X_Experience_API_Hash=sha2(b"other"))], "SHA-2"),
        ([part(CONTENT, X_Experience_API_Hash="")], "SHA-2"),
        ([part(CONTENT, X_Experience_API_Hash="é" * 32)], "SHA-2"),
        ([part(CONTENT, Content_Transfer_Encoding="")], "binary"),
        ([part(CONTENT, Content_Transfer_Encoding="base64")], "binary"),
        ([b"no headers at all"], "empty line"),
        ([b""], "empty line"),
    ],
)
def test_1_5_2_parts_that_do_not_fit_are_refused(store: Store, parts: list[bytes], named: str) -> None:
    assert named in refused(send(store, body(statement(attachments=[declared(CONTENT)]), *parts)))


@pytest.mark.parametrize(
    "kind",
    ["multipart/mixed", "multipart/mixed; boundary=", 'multipart/mixed; boundary=""', "multipart/mixed; boundary=other",
     "multipart/mixed; boundary=" + "x" * 71, "multipart/mixed; boundary=é",
     "multipart/form-data; boundary=x", 'multipart/mixed; boundary="a', "application/json", "", "text/plain"],
)  # fmt: skip
def test_1_5_2_without_its_boundary_nothing_is_read(store: Store, kind: str) -> None:
    assert refused(send(store, body(statement(attachments=[declared(CONTENT)]), part(CONTENT)), kind))


def test_1_5_2_a_body_that_ends_early_is_refused(store: Store) -> None:
    whole = body(statement(attachments=[declared(b"content")]), part(b"content"))
    end = whole.rindex(b"--")
    for length in (1, 30, 200, len(whole) // 2, end - 20, end - 1, end, end + 1):
        assert refused(send(store, whole[:length]))


@pytest.mark.parametrize(
    "first",
    [part(CONTENT), b"Content-Type: text/plain\r\n\r\n{}", b"\r\n\r\n{}", b"Content-Type: application/json\r\n\r\n",
     b"Content-Type: application/json\r\n\r\n\xff", b"\x00", b"Content-Type: application/json\r\n\r\n[]"],
)  # fmt: skip
def test_1_5_2_the_first_part_holds_the_statements(store: Store, first: bytes) -> None:
    assert refused(send(store, joined(first, part(CONTENT))))


def test_1_5_2_a_preamble_and_an_epilogue_say_nothing(store: Store) -> None:
    whole = body(statement(attachments=[declared(CONTENT)]), part(CONTENT))
    assert send(store, b"This is multipart.\r\n" + whole + b"The end.").status_code == 200


def test_a_huge_number_of_parts_is_refused(store: Store) -> None:
    assert refused(send(store, joined(*[part(b"")] * 20_000)))
    assert refused(send(store, body(statement(), *[part(b"x")] * 20_000)))
    assert refused(send(store, (b"--" + BOUNDARY.encode() + b"\r\n") * 100_000))


def test_what_a_database_could_not_hold_of_a_part_is_no_error_of_ours(store: Store) -> None:
    kinds = ["a\x00b", "x" * 5000, "é/ü", "a\nX-Other: b"]
    for kind in kinds:
        content = kind.encode()
        answer = send(store, body(statement(attachments=[declared(content)]), part(content, Content_Type=kind)))
        assert answer.status_code in (200, 400), kind
    assert store.get(attachments="true").status_code == 200


@given(cut=st.binary(max_size=60), at=st.integers(0, 800), length=st.integers(0, 100))
def test_any_damage_to_a_body_is_refused_in_words_or_does_no_harm(cut: bytes, at: int, length: int) -> None:
    whole = body(GOOD | {"attachments": [declared(b"content")]}, part(b"content"))
    damaged = whole[:at] + cut + whole[at + length :]
    try:
        text, parts = attachments.split(attachments.parts_of(damaged, KIND))
        received = receiving.read(text)
        attachments.check(received, parts)
    except InvalidStatement:
        return
    assert json.loads(text)["actor"]
