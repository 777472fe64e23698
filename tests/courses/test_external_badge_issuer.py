"""Open Badges that another library has made, signed and baked, with the key where that library publishes it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from openbadgeslib.keys import KeyType
from openbadgeslib.ob2 import Assertion, BadgeClass, IdentityObject, OB2Signer, Verification
from openbadgeslib.ob3 import status_entry

from courses.models import ExternalPage, Proof
from tests.cast import Cast
from tests.courses.badge_issuer import COURSE, BadgeIssuer
from tests.courses.badges import ALL_GOOD, DID, ISSUER, answers, found, page, refusal
from tests.courses.external import DONE_ON, hand, picture, standing_clock
from tests.courses.test_external_examining import HOST, provider

__all__ = ["page", "standing_clock"]
pytestmark = pytest.mark.django_db
ADDRESS, AT = "bruno@example.org", datetime.combine(DONE_ON, time(10), UTC)


@pytest.fixture
def course(page: ExternalPage) -> ExternalPage:
    page.badge_issuers, page.badge_achievements = DID, COURSE
    page.save()
    return page


def give(course: ExternalPage, cast: Cast, picture: bytes) -> Proof:
    return hand(course, cast.bruno, way="badge", upload=ContentFile(picture))


@pytest.mark.parametrize("kind", [KeyType.ED25519, KeyType.RSA])
def test_its_badge_passes_with_the_key_in_its_did_document(
    course: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path, kind: KeyType
) -> None:
    issuer = BadgeIssuer(kind, DID)
    proof = give(course, cast, issuer.badge(ADDRESS, at=AT))
    with provider(monkeypatch, tmp_path, answers(did=issuer.document(BadgeIssuer(KeyType.ECC)))):
        assert found(proof) == ALL_GOOD


def test_one_that_another_signed_in_its_name_does_not(
    course: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path
) -> None:
    proof = give(course, cast, BadgeIssuer(name=DID).badge(ADDRESS, at=AT))
    with provider(monkeypatch, tmp_path, answers(did=BadgeIssuer(name=DID).document())):
        assert found(proof) == {
            **dict.fromkeys(ALL_GOOD, ("unknown", "hearsay")),
            "signature": ("unknown", "key_unknown"),
        }


def test_whether_its_list_of_bits_revokes_it_cannot_be_told(
    course: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path
) -> None:
    issuer = BadgeIssuer(name=DID)
    status = [status_entry(f"https://{HOST}/status", "revocation", 7)]
    proof = give(course, cast, issuer.badge(ADDRESS, at=AT, credential_status=status))
    with provider(monkeypatch, tmp_path, answers(did=issuer.document())):
        assert found(proof) == {**ALL_GOOD, "status": ("unknown", "status_kind")}


def test_a_kind_of_key_that_is_not_looked_at_is_refused_in_words(course: ExternalPage, cast: Cast) -> None:
    assert refusal(course, cast, upload=BadgeIssuer(KeyType.ECC, DID).badge(ADDRESS, at=AT)) == "badge_algorithm"


def test_its_hosted_badge_passes_by_its_address_and_is_refused_as_a_signature(
    course: ExternalPage, cast: Cast, monkeypatch: Any, tmp_path: Path
) -> None:
    course.badge_issuers, course.badge_achievements = ISSUER, f"https://{HOST}/classes/bsafe"
    course.save()
    said = Assertion(
        id=f"https://{HOST}/assertions/9", recipient=IdentityObject.create(ADDRESS, salt="pepper"), issued_on=AT,
        badge=course.badge_achievements, verification=Verification(type="HostedBadge"),
    )  # fmt: skip
    about = BadgeClass(
        id=said.badge, name="BSAFE", description="Safety.", image=f"https://{HOST}/bsafe.png", issuer=ISSUER,
        criteria=f"https://{HOST}/criteria",
    )  # fmt: skip
    signed = OB2Signer(BadgeIssuer().private, algorithm="EdDSA").sign_into_png(said, picture("PNG"))
    assert refusal(course, cast, upload=signed) == "badge_kind"
    proof = hand(course, cast.bruno, way="badge", badge=said.id)
    with provider(monkeypatch, tmp_path, answers(**{"9": said.to_dict(), "bsafe": about.to_dict()})):
        assert found(proof) == {**ALL_GOOD, "signature": ("passed", "kept_by_issuer")}
