"""Pure: the signed request of a tool for a token (RFC 7523, OAuth 2.0 client assertion). Imports no Django.

RS256 and nothing else; the tool's registered keys and no other. What the header says of itself decides nothing.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from courses.players.external.badge_signatures import is_signed_by
from lms.lrs.rules.json_text import decode
from lms.lrs.rules.values import InvalidStatement

MOST_TEXT = 8_000
LONGEST = timedelta(hours=1)
CLOCKS_DIFFER = timedelta(minutes=1)
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class BadAssertion(ValueError):
    """It is not believed. The tool is not told why: that would help only somebody who is not the tool."""


@dataclass(frozen=True)
class Assertion:
    """As it was sent; nothing in it is true before ``check``."""

    token: str
    key_id: str
    claims: Mapping[str, Any]

    @property
    def client_id(self) -> str:
        return str(self.claims["sub"])


def read(token: str) -> Assertion:
    """Raises BadAssertion."""
    if len(token) > MOST_TEXT or not COMPACT.fullmatch(token):
        raise BadAssertion("no compact token")
    head, payload, _ = token.split(".")
    header, claims = _object(head), _object(payload)
    if header.get("alg") != "RS256" or "crit" in header:
        raise BadAssertion("algorithm")
    for value in (header.get("kid"), claims.get("sub"), claims.get("jti")):
        if not isinstance(value, str) or not 1 <= len(value) <= 255:
            raise BadAssertion("kid, sub and jti")
    return Assertion(token, header["kid"], claims)


def check(found: Assertion, *, keys: Iterable[Mapping[str, Any]], audience: str, now: datetime) -> datetime:
    """When it expires. Raises BadAssertion unless one of the tool's keys signed it, for us, a moment ago."""
    if not any(is_signed_by(found.token, key) for key in keys if fits(key, found.key_id)):
        raise BadAssertion("signature")
    claims, aud = found.claims, found.claims.get("aud")
    if claims.get("iss") != found.client_id or audience not in (aud if isinstance(aud, list) else [aud]):
        raise BadAssertion("iss or aud")
    issued, expires = _moment(claims.get("iat")), _moment(claims.get("exp"))
    if issued > now + CLOCKS_DIFFER or expires <= now or expires - issued > LONGEST:
        raise BadAssertion("iat or exp")
    if "nbf" in claims and _moment(claims["nbf"]) > now + CLOCKS_DIFFER:
        raise BadAssertion("nbf")
    return expires


def fits(key: Mapping[str, Any], key_id: str) -> bool:
    """A key for RS256 signatures of that name; is_signed_by looks at its length."""
    made_for = key.get("alg", "RS256"), key.get("use", "sig")
    return key.get("kty") == "RSA" and key.get("kid") == key_id and made_for == ("RS256", "sig")


def _object(part: str) -> dict[str, Any]:
    try:
        found = decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, InvalidStatement) as error:
        raise BadAssertion("JSON") from error
    if not isinstance(found, dict):
        raise BadAssertion("JSON")
    return found


def _moment(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**33:
        raise BadAssertion("a moment")
    return datetime.fromtimestamp(value, UTC)
