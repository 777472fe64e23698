"""Pure: an Open Badge as it is handed in, and what it says. Nothing here believes it. Imports no Django.

Open Badges 3.0 as a VC-JWT (section 8.2 of its specification), 2.0 as a hosted assertion, either baked into a PNG or not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MOST_TEXT, DEEPEST = 100_000, 20
LAST = 2200
"""No end is meant by a year as late as that, and nobody can calculate with the last one of all."""
ALGORITHMS = ("RS256", "EdDSA", "Ed25519")
PNG, BAKED = b"\x89PNG\r\n\x1a\n", (b"openbadges", b"openbadgecredential")
COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
ADDRESS = re.compile(r"https://[!-~]{1,480}")


class BadBadge(ValueError):
    """``reason``: badge_none (there is none in it), badge_large, badge_nested, badge_broken, badge_algorithm, badge_kind
    (signed or kept in a way that is not looked at here). In words: ``wording.CANNOT``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Recipient:
    """To whom it was given, by an address; ``identity`` may be a hash of it and the salt."""

    identity: str
    is_hashed: bool
    salt: str = ""

    @property
    def address(self) -> str:
        """Empty where it is told by its hash only."""
        return "" if self.is_hashed else self.identity.removeprefix("mailto:")


@dataclass(frozen=True)
class Facts:
    issuer: str
    achievements: frozenset[str]
    recipients: tuple[Recipient, ...]
    given_at: datetime | None
    ends_at: datetime | None
    is_revoked: bool = False
    results: frozenset[str] = frozenset()
    """What became of it, as Open Badges 3.0 calls that: Completed, Failed, InProgress and the like."""


@dataclass(frozen=True)
class Badge:
    """Either a ``token`` with its header and payload, or the ``address`` at which its issuer keeps it."""

    text: str
    token: str = ""
    address: str = ""
    header: Mapping[str, Any] = field(default_factory=dict)
    credential: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts | None = None

    @property
    def known_by(self) -> str:
        """The same in whatever guise it comes: where it is kept; its issuer's name for it; else all that is signed."""
        if self.facts is None:
            return self.address.partition("#")[0]
        name = self.credential.get("id")
        return json.dumps([self.facts.issuer, name]) if name else self.token.rpartition(".")[0]


def read(content: bytes) -> Badge:
    """Raises BadBadge."""
    try:
        text = (_baked(content) if content.startswith(PNG) else content).decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise BadBadge("badge_none") from error
    if len(text) > MOST_TEXT:
        raise BadBadge("badge_large")
    if COMPACT.fullmatch(text):
        return _of_token(text)
    if ADDRESS.fullmatch(text):
        return Badge(text, address=text)
    if not text.startswith("{"):
        raise BadBadge("badge_none")
    return _of_json(text)


def loads(text: str | bytes) -> dict[str, Any]:
    """A JSON object, neither deep nor with a key twice. Raises BadBadge."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    if _depth(words) > DEEPEST:
        raise BadBadge("badge_nested")
    try:
        found = json.loads(words, object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError) as error:
        raise BadBadge("badge_broken") from error
    if not isinstance(found, dict):
        raise BadBadge("badge_broken")
    return found


def facts_of_credential(credential: Mapping[str, Any], claims: Mapping[str, Any]) -> Facts:
    """Of an AchievementCredential (3.0); ``claims`` are those of the token, which may say the same. Raises BadBadge."""
    subject = _mapping(credential.get("credentialSubject"))
    achievements = {_id(item) for item in _list(subject.get("achievement"))} - {""}
    recipients = [
        Recipient(str(item.get("identityHash", "")), item.get("hashed") is not False, str(item.get("salt", "")))
        for item in map(_mapping, _list(subject.get("identifier")))
        if item.get("identityType") == "emailAddress"
    ]
    if str(subject.get("id", "")).startswith("mailto:"):
        recipients.append(Recipient(str(subject["id"]).removeprefix("mailto:"), False))
    ends = [_end(credential, "validUntil"), _end(credential, "expirationDate"), _end(claims, "exp", _epoch)]
    issuer = _id(credential.get("issuer"))
    return Facts(
        issuer=issuer if claims.get("iss", issuer) == issuer else "",
        achievements=frozenset(achievements),
        recipients=tuple(recipients),
        given_at=_usual(
            _parsed(credential.get("validFrom") or credential.get("issuanceDate")) or _epoch(claims.get("nbf"))
        ),
        ends_at=min((moment for moment in ends if moment), default=None),
        results=frozenset(
            str(item["status"]) for item in map(_mapping, _list(subject.get("result"))) if "status" in item
        ),
    )


def facts_of_assertion(assertion: Mapping[str, Any], badge_class: Mapping[str, Any]) -> Facts:
    """Of a hosted Assertion (2.0) and the BadgeClass that it names. Raises BadBadge."""
    said = _mapping(assertion.get("recipient"))
    is_address = said.get("type") == "email"
    recipient = Recipient(str(said.get("identity", "")), said.get("hashed") is True, str(said.get("salt", "")))
    return Facts(
        issuer=_id(badge_class.get("issuer")),
        achievements=frozenset({_id(assertion.get("badge"))} - {""}),
        recipients=(recipient,) if is_address else (),
        given_at=_usual(_parsed(assertion.get("issuedOn"))),
        ends_at=_end(assertion, "expires"),
        is_revoked=assertion.get("revoked", False) is not False,
    )


def is_given_to(recipients: Iterable[Recipient], addresses: Iterable[str]) -> bool:
    """Whether one of them is one of the addresses. SHA-256 only."""
    mine = {form for address in addresses if address for form in (address, address.lower())}
    for item in recipients:
        said = item.identity.removeprefix("mailto:")
        if not item.is_hashed and said.lower() in mine:
            return True
        if item.is_hashed and said.startswith("sha256$"):
            wanted = said.removeprefix("sha256$").lower().encode()
            hashes = (hashlib.sha256((address + item.salt).encode()).hexdigest().encode() for address in mine)
            if any(hmac.compare_digest(found, wanted) for found in hashes):
                return True
    return False


def _of_token(text: str) -> Badge:
    head, payload, _signature = text.split(".")
    header, claims = loads(_decoded(head)), loads(_decoded(payload))
    if header.get("alg") not in ALGORITHMS:
        raise BadBadge("badge_algorithm")
    if "crit" in header or "b64" in header:
        raise BadBadge("badge_kind")
    credential = claims["vc"] if isinstance(claims.get("vc"), dict) else claims
    if not {"AchievementCredential", "OpenBadgeCredential"} & {str(item) for item in _list(credential.get("type"))}:
        raise BadBadge("badge_kind")
    return Badge(text, token=text, header=header, credential=credential, facts=facts_of_credential(credential, claims))


def _of_json(text: str) -> Badge:
    """A hosted assertion names its address, where the one that counts is kept; what is handed in is not believed."""
    said = loads(text)
    kind = _mapping(said.get("verification") or said.get("verify")).get("type")
    is_hosted = kind in ("hosted", "HostedBadge", "HostedVerification")
    address = said.get("id", "")
    if not is_hosted or not isinstance(address, str) or not ADDRESS.fullmatch(address):
        raise BadBadge("badge_kind")
    return Badge(text, address=address)


def _baked(content: bytes) -> bytes:
    """What stands in the tEXt or iTXt chunk of the badge (Open Badges Baking); never in a compressed one."""
    place = len(PNG)
    while place + 8 <= len(content):
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + length]
        keyword, _, rest = data.partition(b"\0")
        if kind in (b"tEXt", b"iTXt") and keyword in BAKED:
            if kind == b"tEXt":
                return rest
            if rest[:1] != b"\0":
                raise BadBadge("badge_kind")
            return rest[2:].split(b"\0", 2)[-1]
        place += 12 + length
    raise BadBadge("badge_none")


def _depth(text: str) -> int:
    """Of brackets outside of texts; counted before anything is parsed."""
    depth = deepest = 0
    in_text = is_escaped = False
    for mark in text:
        if in_text:
            in_text = is_escaped or mark != '"'
            is_escaped = mark == "\\" and not is_escaped
        elif mark == '"':
            in_text = True
        elif mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _never(constant: str) -> None:
    raise ValueError(constant)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadBadge("badge_broken") from error


def _mapping(value: Any) -> Mapping[str, Any]:
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _id(value: Any) -> str:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""


def _usual(moment: datetime | None) -> datetime | None:
    return moment if moment and 1970 < moment.year < LAST else None


def _epoch(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
    except (OverflowError, OSError, ValueError):
        return None


def _parsed(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _end(said: Mapping[str, Any], name: str, read: Callable[[Any], datetime | None] = _parsed) -> datetime | None:
    """None where there is none. One that is not understood is not taken for none. Raises BadBadge."""
    if said.get(name) is None:
        return None
    found = read(said[name])
    if found is None:
        raise BadBadge("badge_broken")
    return found if found.year < LAST else None
