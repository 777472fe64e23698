"""An issuer of Open Badges 3.0 whose keys, signatures, documents and pictures are all made by ``openbadgeslib``."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

from openbadgeslib.keys import KeyFactory, KeyType, alg_for_key_type, public_jwk_from_pem
from openbadgeslib.ob3 import Achievement, IdentityObject, Issuer, OB3Signer, OpenBadgeCredential, build_did_document

from tests.courses.external import picture

COURSE, ISSUER = "https://provider.example/courses/bsafe", "https://provider.example/issuer"


class BadgeIssuer:
    def __init__(self, kind: KeyType = KeyType.ED25519, name: str = ISSUER) -> None:
        self.name, self.algorithm = name, alg_for_key_type(kind)
        self.private, public = KeyFactory(kind).generate_keypair()
        self.jwk: dict[str, Any] = public_jwk_from_pem(public)

    @property
    def thumbprint(self) -> str:
        """RFC 7638, by hand: what an author writes behind the issuer on the page of the course."""
        members = {name: self.jwk[name] for name in ("crv", "e", "kty", "n", "x") if name in self.jwk}
        told = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(hashlib.sha256(told).digest()).rstrip(b"=").decode()

    def document(self, *others: BadgeIssuer) -> dict[str, Any]:
        """As it stands at the issuer's did:web; the keys of the others come first."""
        keys = [(f"key-{number}", issuer.jwk) for number, issuer in enumerate((*others, self))]
        document: dict[str, Any] = build_did_document(self.name, keys)
        return document

    def badge(self, email: str, *, at: datetime | None = None, **more: Any) -> bytes:
        """The picture with the signed credential baked into it; given now where nothing else is said."""
        said = OpenBadgeCredential(
            issuer=Issuer(id=self.name, name="Other Agency"), recipient_id=None, issuance_date=at,
            achievement=Achievement(COURSE, "BSAFE", "Safety in the field.", "Passed the final test."),
            identifiers=[IdentityObject.create(email, salt="pepper")], **more,
        )  # fmt: skip
        baked: bytes = OB3Signer(self.private, algorithm=self.algorithm).sign_into_png(said, picture("PNG"))
        return baked
