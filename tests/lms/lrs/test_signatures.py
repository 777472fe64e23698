"""Signed statements over HTTP (xAPI 1.0.3 part two, 2.6)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from lms.lrs.models import Statement
from tests.lms.lrs.client import Store, statement
from tests.lms.lrs.multipart import KIND, SIGNATURE, certificate, declared, read, rsa_key, sha2, signed, token

RSA_OID = bytes.fromhex("06092a864886f70d010101")
UNKNOWN_OID = bytes.fromhex("06092a864886f70d01017f")


@pytest.fixture
def store(db: None) -> Store:
    return Store("statements/write", "statements/read")


def send(store: Store, said: dict[str, Any], jws: bytes) -> Any:
    return store.call("POST", "statements", body=signed(said, jws), kind=KIND)


def refused(answer: Any) -> str:
    assert answer.status_code == 400, answer.content
    assert not Statement.objects.exists()
    return str(answer.json()["error"])


def chain(name: str) -> list[str]:
    return [base64.b64encode(certificate(rsa_key(name))).decode()]


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512"])
@pytest.mark.parametrize("x5c", [True, False])
def test_2_6_a_signature_is_kept_and_given_back(store: Store, alg: str, x5c: bool) -> None:
    said = statement()
    jws = token(said, key=rsa_key("ours"), alg=alg, x5c=chain("ours") if x5c else None)
    assert send(store, said, jws).status_code == 200
    told, found = read(store.get(statementId=said["id"], attachments="true"))
    assert (told["attachments"][0]["usageType"], found) == (SIGNATURE, {sha2(jws): jws})


def test_2_6_what_was_signed_may_lack_what_the_store_gives(store: Store) -> None:
    said = statement(id=None)
    assert send(store, said, token(said, key=rsa_key("ours"))).status_code == 200
    assert send(store, statement(), token(said, key=rsa_key("ours"))).status_code == 200


@pytest.mark.parametrize("alg", ["HS256", "none", "ES256", "PS256", "rs256", "", None, 1, ["RS256"], {}])
def test_2_6_other_algorithms_are_refused(store: Store, alg: Any) -> None:
    said = statement()
    assert refused(send(store, said, token(said, key=rsa_key("ours"), x5c=chain("ours"), alg=alg)))


def test_2_6_a_signature_of_another_statement_is_refused(store: Store) -> None:
    said = statement()
    for other in (
        statement(), {**said, "verb": {"id": "https://example.org/failed"}}, {**said, "result": {"success": False}},
        {**said, "actor": {"mbox": "mailto:x@example.org"}}, {}, [said], "x", None, 1,
    ):  # fmt: skip
        assert refused(send(store, said, token(other, key=rsa_key("ours"), x5c=chain("ours"))))


def test_2_6_a_payload_changed_after_signing_is_refused(store: Store) -> None:
    said, other = statement(), statement()
    head, _, proof = token(said, key=rsa_key("ours"), x5c=chain("ours")).split(b".")
    payload = token(other, key=rsa_key("ours")).split(b".")[1]
    assert "certificate" in refused(send(store, other, head + b"." + payload + b"." + proof))


def test_2_6_a_certificate_of_another_key_is_refused(store: Store) -> None:
    said = statement()
    assert "certificate" in refused(send(store, said, token(said, key=rsa_key("ours"), x5c=chain("theirs"))))


def test_2_6_a_certificate_that_cannot_be_used_is_refused_in_words(store: Store) -> None:
    said, key = statement(), rsa_key("ours")
    curve = base64.b64encode(certificate(ec.generate_private_key(ec.SECP256R1()))).decode()
    own = certificate(key)
    strange = base64.b64encode(own.replace(RSA_OID, UNKNOWN_OID)).decode()
    for x5c in (["x"], ["é"], [""], [1], "x", {"a": 1}, [curve], [strange], [base64.b64encode(own[:-9]).decode()], 1):
        assert refused(send(store, said, token(said, key=key, x5c=x5c))), x5c


@pytest.mark.parametrize(
    "jws",
    [b"", b"a.b", b"a.b.c", b"a.b.c.d", b"\xff.\xff.\xff", b"..", b"bnVsbA.bnVsbA.bnVsbA", b"W10.W10.W10",
     b"eyJhbGciOiJSUzI1NiJ9.W10." , b"eyJhbGciOiJSUzI1NiJ9." + base64.urlsafe_b64encode(b"[" * 50_000) + b"."],
)  # fmt: skip
def test_2_6_what_is_no_signature_is_refused_in_words(store: Store, jws: bytes) -> None:
    assert refused(send(store, statement(), jws))


def test_2_6_a_signature_is_sent_along_as_an_octet_stream(store: Store) -> None:
    said = statement()
    jws = token(said, key=rsa_key("ours"))
    far = declared(jws, usageType=SIGNATURE, contentType="application/octet-stream", fileUrl="https://example.org/s")
    assert "sent along" in refused(store.post({**said, "attachments": [far]}))
    other = signed(said, jws).replace(b'"contentType": "application/octet-stream"', b'"contentType": "text/plain"')
    assert "octet-stream" in refused(store.call("POST", "statements", body=other, kind=KIND))


def test_2_6_the_signed_statement_may_be_spelt_differently(store: Store) -> None:
    said = statement()
    turned = json.loads(json.dumps(said, sort_keys=True))
    turned["id"] = said["id"].upper()
    turned["verb"]["display"] = {"de": "bestanden"}
    assert send(store, said, token(turned, key=rsa_key("ours"), x5c=chain("ours"))).status_code == 200
