"""Badges that are refused unread, and the pure rules by which they are read, signed and compared."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from courses.models import ExternalPage
from courses.players.external.badge_signatures import is_signed_by, thumbprint
from courses.players.external.reading_badges import BadBadge, Recipient, is_given_to, loads, read
from courses.players.external.rules import is_below
from tests.cast import Cast
from tests.courses.badges import (
    ED,
    RSA,
    assertion,
    baked,
    coded,
    credential,
    jwk_of,
    page,
    refusal,
    signed,
)
from tests.courses.external import DONE_ON, picture, standing_clock

__all__ = ["page", "standing_clock"]


def with_header(**header: Any) -> str:
    return f"{coded(json.dumps(header).encode())}.{coded(json.dumps(credential()).encode())}.{coded(b'x' * 32)}"


@pytest.mark.django_db
def test_what_can_never_be_trusted_is_refused_with_clear_words(page: ExternalPage, cast: Cast) -> None:
    for algorithm in ("none", "None", "HS256", "ES256", "PS256", "", None, ["EdDSA"]):
        assert refusal(page, cast, with_header(alg=algorithm)) == "badge_algorithm"
    assert refusal(page, cast, with_header(alg="EdDSA", crit=["b64"], b64=False)) == "badge_kind"
    assert refusal(page, cast, signed({"type": ["VerifiableCredential"]})) == "badge_kind"
    assert refusal(page, cast, signed(credential(validUntil="2026-11-24T00:00:00Z"))) == "badge_ended"
    assert refusal(page, cast, signed({**credential(), "exp": 1700000000})) == "badge_ended"
    assert refusal(page, cast, signed(credential(validUntil="0001-01-01T00:00:00+14:00"))) == "badge_ended"
    for end in ("01.01.2020", "soon", 1700000000, ["2020-01-01"], {}):
        assert refusal(page, cast, signed(credential(validUntil=end))) == "badge_broken"
    for end in ("1700000000", [], 1e300):
        assert refusal(page, cast, signed({**credential(), "exp": end})) == "badge_broken"
    assert refusal(page, cast, signed(credential(deep=json.loads("[" * 40 + "]" * 40)))) == "badge_nested"
    assert refusal(page, cast, '{"a":' * 30_000) == "badge_large"
    assert refusal(page, cast, '{"a":' * 10_000) == "badge_nested"
    assert refusal(page, cast, '{"id": 1, "id": 2}') == "badge_broken"
    assert refusal(page, cast, "a.b.c") == "badge_broken"
    assert refusal(page, cast, json.dumps(credential(proof={"type": "DataIntegrityProof"}))) == "badge_kind"
    assert refusal(page, cast, json.dumps(assertion(id="http://127.0.0.1/x"))) == "badge_kind"
    assert refusal(page, cast, "my badge") == "badge_none"
    assert refusal(page, cast) == "empty"
    assert refusal(page, cast, upload=picture("PNG")) == "badge_none"
    assert refusal(page, cast, upload=picture("JPEG")) == "badge_none"
    assert refusal(page, cast, upload=baked(signed(credential()), packed=True)) == "badge_kind"
    assert refusal(page, cast, upload=baked("x" * 100_001)) == "badge_large"
    assert refusal(page, cast, upload=b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xffiTXt") == "badge_none"
    assert refusal(page, cast, upload=b"x" * 5_000_001) == "too_large"


@pytest.mark.django_db
def test_the_form_takes_a_badge_and_says_in_words_what_is_wrong(page: ExternalPage, cast: Cast) -> None:
    client = Client()
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    client.cookies["django_language"] = "en"
    address = f"/learning/proof/new/{page.pk}/badge/"
    assert "Hand in an Open Badge" in client.get(f"/learning/proof/new/{page.pk}/file/").content.decode()
    assert "Or its text, or its address" in client.get(address).content.decode()
    answer = client.post(address, {"on": str(DONE_ON), "badge": with_header(alg="none")})
    assert answer.status_code == 422
    assert "only RS256 and EdDSA are" in answer.content.decode()
    assert list(answer.context["form"].errors) == ["badge"]
    upload = SimpleUploadedFile("badge.png", baked(signed(credential())), "image/png")
    shown = client.post(address, {"on": str(DONE_ON), "upload": upload}, follow=True).content.decode()
    assert "Your proof is being checked." in shown


def test_signatures_are_those_of_the_rfcs() -> None:
    """RFC 8037, appendix A.4, and RFC 7515, appendix A.2."""
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    token = (
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )
    assert is_signed_by(token, key)
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert not is_signed_by(token.replace("RXhh", "RXhi"), key)
    key = {"kty": "RSA", "e": "AQAB", "n": (
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs"
        "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV"
        "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
    )}  # fmt: skip
    token = (
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ"
        "cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-e"
        "OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    )
    assert is_signed_by(token, key)
    assert not is_signed_by(token, jwk_of(RSA))


def test_the_key_and_not_the_header_says_which_algorithm_is_meant() -> None:
    public = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for secret in (public, jwk_of(RSA)["n"].encode()):
        body = coded(b'{"alg":"HS256"}') + "." + coded(b"{}")
        token = f"{body}.{coded(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"
        assert not is_signed_by(token, jwk_of(RSA))
    assert not is_signed_by(signed({}, ED), jwk_of(RSA))
    assert not is_signed_by(signed({}, RSA), jwk_of(ED))
    assert not is_signed_by(coded(b'{"alg":"none"}') + "." + coded(b"{}") + ".", jwk_of(ED))
    for weak in ({"kty": "oct", "k": coded(b"secret")}, {"kty": "RSA"}, {}, {"kty": "OKP", "crv": "Ed25519", "x": 7},
                 jwk_of(rsa.generate_private_key(65537, 1024))):  # fmt: skip
        assert not is_signed_by(signed({}, ED), weak)
        assert thumbprint(weak) == ""


def test_addresses_are_compared_plain_or_hashed_with_sha256_only() -> None:
    def hashed(text: str, name: str = "sha256") -> Recipient:
        return Recipient(f"{name}${hashlib.new(name, text.encode()).hexdigest()}", True, "")

    mine = ["Bruno@Example.org", ""]
    assert is_given_to([Recipient("bruno@example.ORG", False)], mine)
    assert is_given_to([hashed("bruno@example.org")], mine)
    assert is_given_to([hashed("Bruno@Example.org")], mine)
    assert not is_given_to([hashed("bruno@example.org", "md5"), hashed(""), Recipient("", False)], mine)
    assert not is_given_to([], mine)


def test_json_of_strangers_is_read_with_care() -> None:
    for text, reason in (("[" * 100_000, "badge_nested"), ('{"a": NaN}', "badge_broken"), ("[]", "badge_broken"),
                         ('{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "badge_broken"), ("9" * 5000, "badge_broken"),
                        ):  # fmt: skip
        with pytest.raises(BadBadge) as bad:
            loads(text)
        assert bad.value.reason == reason
    assert loads('{"a": "\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')
    with pytest.raises(BadBadge):
        read(b"\xff\xfe")


def test_what_lies_below_an_issuer_does_not_climb_out_of_it() -> None:
    assert is_below("https://a.example/1#k", "https://a.example/1")
    assert is_below("https://a.example/1/keys", "https://a.example/1/")
    for other in (
        "https://a.example/12",
        "https://a.example/1/../2",
        "https://a.example/1/%2E%2e/2",
        "https://b.example",
    ):
        assert not is_below(other, "https://a.example/1")
