"""Badges as providers give them: made, signed, baked and kept by hand, without the product's own code."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from django.core.files.base import ContentFile

from courses.models import ExternalPage, Proof
from courses.players.external.badge_signatures import thumbprint
from courses.players.external.examining import examine
from courses.players.external.handing_in import CannotHandIn
from lms.people.models import Person
from tests.cast import Cast, make_requirement
from tests.courses.external import DONE_ON, NOW, give_rights, hand, make_external, picture
from tests.courses.test_external_examining import HOST

ISSUER, ACHIEVEMENT = f"https://{HOST}/issuers/1", "https://other.example/achievements/bsafe"
DID = f"did:web:{HOST}"
ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RSA = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    give_rights(cast)
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno@example.org")
    page: ExternalPage = make_external(
        ways=("file", "badge"), link_hosts=HOST, badge_achievements=ACHIEVEMENT,
        badge_issuers=f"{ISSUER} {thumbprint(jwk_of(ED))}\n{DID}",
    )  # fmt: skip
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


def coded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def jwk_of(key: Any) -> dict[str, str]:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": coded(raw)}
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA", "n": coded(numbers.n.to_bytes(key.key_size // 8)), "e": coded(numbers.e.to_bytes(3)),
    }  # fmt: skip


def credential(address: str = "bruno@example.org", **changes: Any) -> dict[str, Any]:
    salted = "sha256$" + hashlib.sha256(f"{address}salt".encode()).hexdigest()
    said = {
        "id": "https://other.example/credentials/7", "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": ISSUER, "type": ["Profile"]}, "validFrom": f"{DONE_ON}T10:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"], "achievement": {"id": ACHIEVEMENT, "name": "BSAFE"},
            "identifier": [{"type": "IdentityObject", "identityType": "emailAddress", "hashed": True, "salt": "salt",
                            "identityHash": salted}],
        },
    }  # fmt: skip
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def signed(said: dict[str, Any], key: Any = ED, **header: Any) -> str:
    """By hand, with ``cryptography``, and not with the library that checks it."""
    algorithm = "EdDSA" if isinstance(key, ed25519.Ed25519PrivateKey) else "RS256"
    header = {"alg": algorithm, "typ": "JWT", **(header or {"jwk": jwk_of(key)})}
    body = f"{coded(json.dumps(header).encode())}.{coded(json.dumps(said).encode())}"
    if algorithm == "EdDSA":
        return f"{body}.{coded(key.sign(body.encode()))}"
    return f"{body}.{coded(key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def baked(text: str, *, kind: bytes = b"iTXt", keyword: bytes = b"openbadgecredential", packed: bool = False) -> bytes:
    """A picture with the badge in it."""
    middle = b"" if kind == b"tEXt" else bytes([packed]) + b"\0\0\0"
    data = keyword + b"\0" + middle + (zlib.compress(text.encode()) if packed else text.encode())
    chunk = struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
    whole = picture("PNG")
    return whole[:33] + chunk + whole[33:]


def answers(**documents: Any) -> Any:
    """By the last word of the path; a number is a status."""

    def answer(request: bytes) -> bytes:
        word = request.split(b" ")[1].decode().rsplit("/", 1)[-1].removesuffix(".json")
        found = documents.get(word, 404)
        status, body = (found, b"") if isinstance(found, int) else (200, json.dumps(found).encode())
        return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body

    return answer


def found(proof: Proof) -> dict[str, tuple[str, str]]:
    examine(str(proof.key))
    checks = proof.checks.filter(name__startswith="badge")
    return {item.name.removeprefix("badge_"): (item.outcome, item.said) for item in checks}


def give(page: ExternalPage, person: Any, badge: str, **more: Any) -> Proof:
    return hand(page, person, way="badge", badge=badge, **more)


ALL_GOOD = dict.fromkeys(("signature", "issuer", "course", "recipient", "date", "status"), ("passed", ""))


def assertion(**changes: Any) -> dict[str, Any]:
    said = {
        "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": f"https://{HOST}/assertions/9",
        "recipient": {"type": "email", "hashed": False, "identity": "Bruno@Example.org"},
        "badge": f"https://{HOST}/classes/bsafe", "issuedOn": f"{DONE_ON}T10:00:00+00:00",
        "verification": {"type": "HostedBadge"},
    }  # fmt: skip
    return {**said, **changes}


def refusal(page: ExternalPage, cast: Cast, badge: str = "", upload: bytes | None = None) -> str:
    with pytest.raises(CannotHandIn) as cannot:
        hand(page, cast.bruno, way="badge", badge=badge, upload=ContentFile(upload) if upload is not None else None)
    assert not Proof.objects.exists()
    return cannot.value.reason
