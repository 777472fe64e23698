"""Open Badges as proof: what is taken, whom the site believes about whom they are from, and what it refuses unread."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.core.files.base import ContentFile
from django.test import Client

from courses.models import ExternalPage
from courses.players.external import deciding
from courses.players.external.badge_signatures import keys_in
from lms.people.models import Person
from lms.requirements.models import Completion
from tests.cast import Cast
from tests.courses.badges import (
    ACHIEVEMENT,
    ALL_GOOD,
    DID,
    ED,
    ISSUER,
    RSA,
    answers,
    assertion,
    baked,
    credential,
    found,
    give,
    jwk_of,
    page,
    signed,
)
from tests.courses.external import NOW, hand, standing_clock
from tests.courses.test_external_examining import HOST, provider

__all__ = ["page", "standing_clock"]


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
