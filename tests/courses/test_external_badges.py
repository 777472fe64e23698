"""Open Badges as proof: what is taken, whom the site believes about whom they are from, and what it refuses unread."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from courses.models import ExternalPage, Proof
from courses.players.external import deciding
from courses.players.external.badge_signatures import is_signed_by, keys_in, thumbprint
from courses.players.external.examining import examine
from courses.players.external.handing_in import CannotHandIn
from courses.players.external.reading_badges import BadBadge, Recipient, is_given_to, loads, read
from courses.players.external.rules import is_below
from lms.people.models import Person
from lms.requirements.models import Completion
from tests.cast import Cast, make_requirement
from tests.courses.external import DONE_ON, NOW, give_rights, hand, make_external, picture
from tests.courses.test_external_examining import HOST, provider

ISSUER, ACHIEVEMENT = f"https://{HOST}/issuers/1", "https://other.example/achievements/bsafe"
DID = f"did:web:{HOST}"
ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RSA = rsa.generate_private_key(65537, 2048)


@pytest.fixture(autouse=True)
def _now(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    with time_machine.travel(NOW, tick=False):
        yield


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


@pytest.mark.django_db
def test_a_badge_whose_key_the_page_names_passes_and_a_person_decides(page: ExternalPage, cast: Cast) -> None:
    proof = give(page, cast.bruno, signed(credential()))
    assert found(proof) == ALL_GOOD
    assert not Completion.objects.exists()
    assert cast.dora.user is not None
    client = Client()
    client.force_login(cast.dora.user)
    client.cookies["django_language"] = "en"
    shown = client.get(f"/admin/proofs/{proof.key}/").content.decode()
    assert "The badge comes from its issuer" in shown
    saved = client.get(f"/admin/proofs/{proof.key}/{proof.files.get().key}/")
    assert saved.content.decode() == signed(credential())
    assert saved["Content-Disposition"].endswith('.txt"')
    deciding.accept(proof=proof, by=cast.dora, ticked=True, seen=proof.evidence())
    assert Completion.objects.filter(person=cast.bruno, source="proof").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [b"iTXt", b"tEXt"])
def test_it_is_found_in_a_picture_and_known_again_outside_of_it(page: ExternalPage, cast: Cast, kind: bytes) -> None:
    upload = ContentFile(baked(signed(credential()), kind=kind))
    proof = hand(page, cast.bruno, way="badge", upload=upload)
    assert found(proof) == ALL_GOOD
    other = give(page, cast.chen, signed(credential()))
    assert found(other)["recipient"] == ("unknown", "other_address")
    assert other.checks.get(name="same_file").said == "by_other"


@pytest.mark.django_db
def test_a_key_that_only_the_badge_itself_names_proves_nothing(page: ExternalPage, cast: Cast) -> None:
    own = ed25519.Ed25519PrivateKey.generate()
    page.link_hosts = ""
    page.save()
    told = found(give(page, cast.bruno, signed(credential(), own)))
    assert told.pop("signature") == ("unknown", "other_host")
    assert told == dict.fromkeys(told, ("unknown", "hearsay"))
    assert found(give(page, cast.chen, signed(credential(), own)))["recipient"] == ("unknown", "other_address")


@pytest.mark.django_db
def test_a_key_is_looked_up_where_the_issuer_is(
    page: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path
) -> None:
    profile = {"id": ISSUER, "publicKey": [{"id": f"{ISSUER}/keys#1", "publicKeyJwk": jwk_of(RSA)}]}
    badges = [signed(credential(), RSA), signed(credential(), RSA, kid=f"{ISSUER}#1"),
              signed(credential(), ed25519.Ed25519PrivateKey.generate())]  # fmt: skip
    proofs = [give(page, who, text) for who, text in zip((cast.bruno, cast.chen, cast.eve), badges, strict=True)]
    with provider(monkeypatch, tmp_path, answers(**{"1": profile})) as got:
        told = [found(proof)["signature"] for proof in proofs]
    assert told == [("passed", ""), ("passed", ""), ("unknown", "key_unknown")]
    assert len(got) == 3
    assert all(request.startswith(b"GET /issuers/1 HTTP/1.1") for request in got)


@pytest.mark.django_db
def test_a_did_is_a_document_on_a_host_that_the_page_names(
    page: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path
) -> None:
    said = credential(issuer=DID)
    document = {"id": DID, "verificationMethod": [
        {"id": f"{DID}#old", "publicKeyJwk": jwk_of(RSA)}, {"id": f"{DID}#key", "publicKeyJwk": jwk_of(ED)},
    ]}  # fmt: skip
    proofs = [
        give(page, cast.bruno, signed(said, kid=f"{DID}#key")),
        give(page, cast.chen, signed(said, kid=f"{DID}#old")),
    ]
    with provider(monkeypatch, tmp_path, answers(did=document)) as got:
        assert found(proofs[0]) == ALL_GOOD
        forged = found(proofs[1])
        assert (forged["signature"], forged["issuer"]) == (("failed", "badge_forged"), ("unknown", "hearsay"))
    assert got[0].startswith(b"GET /.well-known/did.json HTTP/1.1")


def test_a_key_that_a_did_has_for_other_purposes_signs_no_badge() -> None:
    methods = [
        {"id": f"{DID}#{name}", "publicKeyJwk": jwk_of(key)} for name, key in (("sign-in", RSA), ("badges", ED))
    ]
    document = {"id": DID, "verificationMethod": methods, "authentication": [f"{DID}#sign-in"]}
    assert len(list(keys_in(document))) == 2
    for told in ([f"{DID}#badges"], ["#badges"], f"{DID}#badges", [methods[1]]):
        assert [name for name, _key in keys_in({**document, "assertionMethod": told})] == [f"{DID}#badges"]
    assert not list(keys_in({**document, "assertionMethod": []}))


@pytest.mark.django_db
def test_nobody_is_asked_whom_the_page_does_not_name(page: ExternalPage, cast: Cast, monkeypatch: Any) -> None:
    import socket

    proofs = [
        give(page, cast.bruno, signed(credential(issuer="https://evil.example"), kid="https://evil.example/k")),
        give(page, cast.chen, signed(credential(), kid="https://169.254.169.254/latest")),
        give(page, cast.eve, signed(credential(), kid=f"{ISSUER}/../2/keys")),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: pytest.fail("asked"))
    told = [found(proof) for proof in proofs]
    monkeypatch.undo()
    assert [item["signature"] for item in told] == [("unknown", "key_unknown")] * 3
    assert [item["issuer"] for item in told] == [("failed", "other_issuer"), *[("unknown", "hearsay")] * 2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "name", "told"),
    [
        ({"issuer": {"id": "https://evil.example/\x00\ud800"}}, "issuer", ("failed", "other_issuer")),
        ({"credentialSubject": {"achievement": {"id": "https://other.example/yoga"}}}, "course",
         ("failed", "other_badge")),
        ({"credentialSubject": {"achievement": {"id": ACHIEVEMENT}}}, "recipient", ("unknown", "no_recipient")),
        ({"validFrom": "2024-01-05T00:00:00Z"}, "date", ("failed", "badge_date")),
        ({"validFrom": None}, "date", ("unknown", "no_date")),
        ({"validFrom": "9999-12-31T23:59:59-12:00"}, "date", ("unknown", "no_date")),
        ({"validFrom": None, "nbf": 253402300799}, "date", ("unknown", "no_date")),
        ({"credentialStatus": {"id": "x", "type": "BitstringStatusListEntry"}}, "status", ("unknown", "status_kind")),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_told_by_its_name(
    page: ExternalPage, cast: Cast, changes: dict[str, Any], name: str, told: tuple[str, str]
) -> None:
    page.link_hosts = ""
    page.save()
    assert found(give(page, cast.bruno, signed(credential(**changes))))[name] == told


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["https://\x00", "https://\ud800/x", "\x00", 7, "https://evil.example:444/\x00"])
def test_an_address_in_it_that_is_none_hinders_no_check(page: ExternalPage, cast: Cast, address: Any) -> None:
    status = {"id": address, "type": "1EdTechRevocationList"}
    assert found(give(page, cast.bruno, signed(credential(credentialStatus=status))))["status"] == (
        "unknown", "other_host",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["Failed", "Enrolled", "InProgress", "Withdrew", "failed", 7])
def test_one_that_says_that_it_was_not_completed_is_not_for_the_course(
    page: ExternalPage, cast: Cast, status: Any
) -> None:
    subject = {**credential()["credentialSubject"], "result": [{"status": "Completed"}, {"status": status}]}
    proof = give(page, cast.bruno, signed(credential(credentialSubject=subject)))
    assert found(proof)["course"] == ("failed", "badge_result")
    subject["result"] = [{"value": "80", "type": ["Result"]}, {"status": "Completed"}]
    proof = give(page, cast.chen, signed(credential(credentialSubject=subject)))
    assert found(proof)["course"] == ("passed", "")


@pytest.mark.django_db
def test_one_with_the_address_of_another_of_our_people_is_theirs(page: ExternalPage, cast: Cast) -> None:
    Person.objects.filter(pk=cast.eve.pk).update(personal_email="Eve@private.example")
    subject = {**credential()["credentialSubject"], "id": "mailto:eve@private.example", "identifier": []}
    proof = give(page, cast.bruno, signed(credential(credentialSubject=subject)))
    assert found(proof)["recipient"] == ("failed", "badge_of_other")
    assert found(give(page, cast.eve, signed(credential(credentialSubject=subject))))["recipient"] == ("passed", "")


@pytest.mark.django_db
def test_the_same_badge_is_known_again_in_whatever_guise(page: ExternalPage, cast: Cast) -> None:
    text = signed(credential())
    again = signed(credential(name="Reissued"))
    other = text[:-1] + chr(ord(text[-1]) + 1)
    assert base64.urlsafe_b64decode(text.rsplit(".", 1)[1] + "==") == base64.urlsafe_b64decode(
        other.rsplit(".", 1)[1] + "=="
    )
    give(page, cast.bruno, text)
    for person, guise in ((cast.chen, other), (cast.eve, again)):
        proof = give(page, person, guise)
        found(proof)
        assert proof.checks.get(name="same_file").said == "by_other"
    stranger = give(page, cast.amina, signed(credential(id="urn:other")))
    found(stranger)
    assert stranger.checks.get(name="same_file").outcome == "passed"


@pytest.mark.django_db
def test_a_hosted_badge_is_known_again_by_its_address(page: ExternalPage, cast: Cast) -> None:
    address = assertion()["id"]
    page.link_hosts = ""
    page.save()
    give(page, cast.bruno, address)
    for person, guise in (
        (cast.chen, json.dumps(assertion())),
        (cast.eve, json.dumps(assertion(), indent=3)),
        (cast.amina, f"{address}#mine"),
    ):
        proof = give(page, person, guise)
        found(proof)
        assert proof.checks.get(name="same_file").said == "by_other"


@pytest.mark.django_db
def test_an_issuer_in_the_token_that_is_not_the_credential_s_is_none(page: ExternalPage, cast: Cast) -> None:
    said = {"iss": "https://evil.example", "vc": credential()}
    assert found(give(page, cast.bruno, signed(said)))["issuer"] == ("failed", "other_issuer")


@pytest.mark.django_db
def test_one_that_is_revoked_is_seen(page: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path) -> None:
    status = {"id": f"https://{HOST}/revoked", "type": "1EdTechRevocationList"}
    proof = give(page, cast.bruno, signed(credential(credentialStatus=status)))
    other = give(page, cast.chen, signed(credential(id="urn:other", credentialStatus=status)))
    nameless = give(page, cast.eve, signed(credential(id=None, credentialStatus=status)))
    listed = {"revokedCredential": [{"id": "https://other.example/credentials/7"}]}
    with provider(monkeypatch, tmp_path, answers(revoked=listed)):
        assert found(proof)["status"] == ("failed", "badge_revoked")
        assert found(other)["status"] == ("passed", "")
        assert found(nameless)["status"] == ("unknown", "status_kind")


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [{}, {"error": "come back later"}, {"revokedCredential": "soon"}])
def test_what_is_no_list_of_revoked_badges_says_nothing(
    page: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path, answer: Any
) -> None:
    status = {"id": f"https://{HOST}/revoked", "type": "1EdTechRevocationList"}
    proof = give(page, cast.bruno, signed(credential(credentialStatus=status)))
    with provider(monkeypatch, tmp_path, answers(revoked=answer)):
        assert found(proof)["status"] == ("unknown", "no_document")


@pytest.mark.django_db
def test_an_end_that_lies_beyond_all_calendars_is_none(page: ExternalPage, cast: Cast) -> None:
    proof = give(page, cast.bruno, signed(credential(validUntil="9999-12-31T23:59:59-12:00")))
    assert found(proof) == ALL_GOOD


@pytest.mark.django_db
def test_one_that_ends_after_it_was_handed_in_is_seen(page: ExternalPage, cast: Cast) -> None:
    proof = give(page, cast.bruno, signed(credential(validUntil="2026-11-26T00:00:00Z")))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert found(proof)["status"] == ("failed", "badge_ended")


def assertion(**changes: Any) -> dict[str, Any]:
    said = {
        "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": f"https://{HOST}/assertions/9",
        "recipient": {"type": "email", "hashed": False, "identity": "Bruno@Example.org"},
        "badge": f"https://{HOST}/classes/bsafe", "issuedOn": f"{DONE_ON}T10:00:00+00:00",
        "verification": {"type": "HostedBadge"},
    }  # fmt: skip
    return {**said, **changes}


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["json", "address", "picture"])
def test_a_hosted_badge_is_what_its_issuer_keeps_and_not_what_is_handed_in(
    page: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path, form: str
) -> None:
    page.badge_achievements = f"https://{HOST}/classes/bsafe"
    page.save()
    text = json.dumps(assertion(recipient={"type": "email", "identity": "mallory@example.org"}))
    text = assertion()["id"] if form == "address" else text
    upload = ContentFile(baked(text, keyword=b"openbadges")) if form == "picture" else None
    proof = hand(page, cast.bruno, way="badge", badge="" if upload else text, upload=upload)
    kept = {"9": assertion(), "bsafe": {"type": "BadgeClass", "issuer": ISSUER}}
    with provider(monkeypatch, tmp_path, answers(**kept)):
        assert found(proof) == {**ALL_GOOD, "signature": ("passed", "kept_by_issuer")}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kept", "name", "told"),
    [
        ({"9": 410}, "status", ("failed", "badge_gone")),
        ({"9": assertion(revoked=True)}, "status", ("failed", "badge_revoked")),
        ({"9": assertion(expires="2026-11-01T00:00:00Z")}, "status", ("failed", "badge_ended")),
        ({"9": assertion(expires="soon")}, "signature", ("unknown", "no_document")),
        ({"9": assertion(id="https://evil.example/9")}, "signature", ("unknown", "no_document")),
        ({"9": assertion(id=None)}, "signature", ("unknown", "no_document")),
        ({"9": assertion(badge="https://evil.example/class")}, "signature", ("unknown", "other_host")),
        ({"9": assertion(badge={"id": "x", "issuer": "https://evil.example/i"})}, "signature",
         ("failed", "kept_by_other")),
        ({"9": 302}, "signature", ("unknown", "status")),
        ({"9": ["no", "object"]}, "signature", ("unknown", "no_document")),
    ],
)  # fmt: skip
def test_a_hosted_badge_that_is_not_good_is_told_so(
    page: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path, kept: dict[str, Any], name: str, told: Any
) -> None:
    proof = give(page, cast.bruno, assertion()["id"])
    with provider(monkeypatch, tmp_path, answers(**{"bsafe": {"issuer": ISSUER}, **kept})):
        assert found(proof)[name] == told


def refusal(page: ExternalPage, cast: Cast, badge: str = "", upload: bytes | None = None) -> str:
    with pytest.raises(CannotHandIn) as cannot:
        hand(page, cast.bruno, way="badge", badge=badge, upload=ContentFile(upload) if upload is not None else None)
    assert not Proof.objects.exists()
    return cannot.value.reason


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
