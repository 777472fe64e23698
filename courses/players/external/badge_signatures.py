"""Pure: whether a compact JWS was signed by a key, and which keys a document of an issuer holds. Imports no Django.

The key's type says which algorithm it may be used with; the header of the token never does alone (RFC 8725, 3.1 and 3.2).
"""

from __future__ import annotations

import re
import warnings
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey, RSAKey

LEAST_BITS, MOST_BITS = 2048, 8192
MADE_FOR = {"RSA": ("RS256",), "OKP": ("EdDSA", "Ed25519")}
DID_WEB = re.compile(r"did:web:([a-z0-9.-]+)((?::[\w.-]+)*)", re.ASCII | re.IGNORECASE)


def is_signed_by(token: str, jwk: Mapping[str, Any]) -> bool:
    """False as well where the key is no public RSA key of 2048 bits or more, nor one of Ed25519."""
    try:
        key = _imported(jwk)
        registry = jws.JWSRegistry(algorithms=list(MADE_FOR[str(jwk["kty"])]), strict_check_header=False)
        registry.max_header_length = 8192
        with warnings.catch_warnings():
            # RFC 9864 asks for the name Ed25519; Open Badges 3.0 has EdDSA, and the key is one of Ed25519 in any case.
            warnings.simplefilter("ignore", SecurityWarning)
            jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, KeyError, ValueError, TypeError, AttributeError):
        return False
    return True


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638; empty where it is no key that is used here."""
    try:
        return _imported(jwk).thumbprint()
    except (JoseError, KeyError, ValueError, TypeError, AttributeError):
        return ""


def keys_in(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and key: of a JWK, a JWK Set, a DID document, or an issuer's profile. Of a DID document that says which keys
    make assertions, only those (DID core, 5.3.2): it may have others to sign in with."""
    if "kty" in document:
        yield str(document.get("kid", "")), document
    asserting = _items(document.get("assertionMethod"))
    for name in ("keys", "verificationMethod", "assertionMethod", "publicKey"):
        for item in _items(document.get(name)):
            if not isinstance(item, dict):
                continue
            known_as = str(item.get("id") or item.get("kid") or "")
            if name == "verificationMethod" and "assertionMethod" in document and not _is_meant(known_as, asserting):
                continue
            jwk = item if "kty" in item else item.get("publicKeyJwk")
            if isinstance(jwk, dict):
                yield known_as, jwk


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_meant(name: str, references: list[Any]) -> bool:
    """By its whole name, or what comes after the ``#`` alone."""
    return any(item in (name, "#" + name.partition("#")[2]) for item in references if isinstance(item, str) and item)


def document_of(issuer: str) -> str:
    """The address at which an issuer says who they are; empty where there is none."""
    if issuer.startswith("https://"):
        return issuer.partition("#")[0]
    found = DID_WEB.fullmatch(issuer)
    if found is None:
        return ""
    path = found[2].replace(":", "/") or "/.well-known"
    return f"https://{found[1].lower()}{path}/did.json"


def _imported(jwk: Mapping[str, Any]) -> RSAKey | OKPKey:
    """The public members only."""
    if jwk["kty"] == "RSA":
        if not LEAST_BITS <= int.from_bytes(urlsafe_b64decode(str(jwk["n"]) + "==")).bit_length() <= MOST_BITS:
            raise ValueError("too short, or too long")
        return RSAKey.import_key({name: str(jwk[name]) for name in ("kty", "n", "e")})
    if jwk["kty"] == "OKP" and jwk["crv"] == "Ed25519":
        return OKPKey.import_key({name: str(jwk[name]) for name in ("kty", "crv", "x")})
    raise ValueError("another kind of key")
