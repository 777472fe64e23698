"""Our keys: the first of LMS_LTI_KEYS signs launches, and the public half of each is published."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from courses.conf import conf
from courses.players.external.badge_signatures import LEAST_BITS, MOST_BITS

ALGORITHM = "RS256"


def make_key() -> str:
    """A new key as LMS_LTI_KEYS takes it: PKCS #8 in base64, one word."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=LEAST_BITS)
    plain = serialization.NoEncryption()
    return base64.b64encode(
        made.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
    ).decode()


def can_sign() -> bool:
    return bool(conf.LTI_KEYS.split())


def read_keys() -> tuple[RSAKey, ...]:
    """Raises ValueError for what is no key."""
    return tuple(_read(word) for word in conf.LTI_KEYS.split())


def published() -> dict[str, Any]:
    """The JWK Set by which tools check our signatures."""
    return {
        "keys": [
            {**key.as_dict(private=False), "kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}
            for key in read_keys()
        ]
    }


def signed(claims: dict[str, Any]) -> str:
    key = read_keys()[0]
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": key.thumbprint()}, claims, key, algorithms=[ALGORITHM])


@lru_cache(maxsize=8)
def _read(word: str) -> RSAKey:
    try:
        found = serialization.load_der_private_key(base64.b64decode(word, validate=True), password=None)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ValueError("LMS_LTI_KEYS holds what is no key; manage.py lti_key makes one.") from error
    if not isinstance(found, rsa.RSAPrivateKey) or not LEAST_BITS <= found.key_size <= MOST_BITS:
        raise ValueError(
            f"LMS_LTI_KEYS are RSA keys of {LEAST_BITS} to {MOST_BITS} bits; manage.py lti_key makes one."
        )
    plain = serialization.NoEncryption()
    return RSAKey.import_key(found.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
