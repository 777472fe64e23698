"""Who talks to the record store: Basic credentials, their scopes and their bounds (xAPI 1.0.3 part three, 4)."""

from __future__ import annotations

import base64
import time
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from lms.conf import conf
from lms.lrs.indexing import Index
from lms.lrs.keys import account_key, agent_key
from lms.lrs.models import Credential, Scope
from lms.lrs.receiving import Received

CACHE_SECONDS = 5
CACHE_MOST = 1000
AUTHORITY_OF_LAUNCHES = "launched"
_cached: dict[str, tuple[float, Credential]] = {}


class NotAuthenticated(Exception):
    """No credential, or not a good one; the two are not told apart."""


class NotAllowed(Exception):
    """The credential is good, but not for this."""


class TooMany(Exception):
    """More requests in this minute than the credential may make."""


def credential_of(header: str) -> Credential:
    """The credential behind an Authorization header. Raises NotAuthenticated or TooMany."""
    scheme, _, encoded = header.partition(" ")
    try:
        key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:  # neither Base64 nor UTF-8, or not even ASCII
        raise NotAuthenticated from error
    if scheme.lower() != "basic" or "\x00" in key:
        raise NotAuthenticated
    credential = _known(key)
    if credential is None or not credential.matches(secret):
        raise NotAuthenticated
    if credential.expires_at is not None and credential.expires_at <= timezone.now():
        raise NotAuthenticated
    if credential.per_minute is not None:
        _count(credential)
    return credential


def _known(key: str) -> Credential | None:
    """From memory for a few seconds: a credential that is taken away works no longer than that. That of a launch is asked
    for each time, since nothing may be taken in a session once it was abandoned (cmi5 section 9.3.6)."""
    now = time.monotonic()
    kept = _cached.get(key)
    if kept is not None and kept[0] > now:
        return kept[1]
    _cached.pop(key, None)
    credential = Credential.objects.filter(key=key, is_active=True).first()
    if credential is not None:
        if not credential.is_of_a_launch:
            if len(_cached) >= CACHE_MOST:
                _cached.clear()
            _cached[key] = (now + CACHE_SECONDS, credential)
        _mark_use(credential)
    return credential


def forget() -> None:
    """Ask the database again, at the next request."""
    _cached.clear()


def _mark_use(credential: Credential) -> None:
    """To the minute, so that a busy credential is not a busy row."""
    now = timezone.now()
    due = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    Credential.objects.filter(due, pk=credential.pk).update(last_used_at=now)


def _count(credential: Credential) -> None:
    """Counted in Django's cache; where that is per process, so is the limit."""
    name = f"lms.lrs.requests.{credential.pk}.{int(time.time() // 60)}"
    cache.add(name, 0, timeout=120)
    if cache.incr(name) > (credential.per_minute or 0):
        raise TooMany


def need(credential: Credential, scope: Scope) -> None:
    """Raises NotAllowed."""
    if not credential.may(scope):
        raise NotAllowed(f"This credential lacks the scope {scope.value}.")


def may_read(credential: Credential) -> Credential | None:
    """None for every statement, the credential for its own only. Raises NotAllowed."""
    if credential.may(Scope.READ):
        return None
    need(credential, Scope.READ_OWN)
    return credential


def may_say(credential: Credential, received: Received, found: Index) -> None:
    """The statement keeps within the credential's bounds. Raises NotAllowed."""
    if credential.actor is not None and found.actor != agent_key(credential.actor):
        raise NotAllowed("This credential may not write about this actor.")
    if credential.registration is not None:
        said = received.data.get("context", {}).get("registration", "")
        if said.lower() != str(credential.registration):
            raise NotAllowed("This credential may not write about another registration.")
    if credential.activity_prefix:
        target = received.data["object"]
        if found.activity is None or not target["id"].startswith(credential.activity_prefix):
            raise NotAllowed("This credential may not write about this activity.")


def may_touch(credential: Credential, *, activity: str | None, agent: UUID | None, registration: UUID | None) -> None:
    """A document keeps within the credential's bounds. Raises NotAllowed."""
    if agent is not None and credential.actor is not None and agent != agent_key(credential.actor):
        raise NotAllowed("This credential may not touch documents of this agent.")
    if activity is not None and not activity.startswith(credential.activity_prefix):
        raise NotAllowed("This credential may not touch documents of this activity.")
    if registration is not None and credential.registration not in (None, registration):
        raise NotAllowed("This credential may not touch documents of another registration.")


def may_void(credential: Credential, targets: Iterable[UUID], own: Container[UUID]) -> None:
    """Only what it said itself, unless it may do everything; nothing in advance of its being said; nothing at all from a
    launched course. Raises NotAllowed."""
    if credential.is_of_a_launch:
        raise NotAllowed("A launched course may not void statements.")
    if not credential.may(Scope.ALL) and any(target not in own for target in targets):
        raise NotAllowed("This credential may void its own statements only.")


@dataclass
class Vouched:
    """Whose statements an agent vouches for: this site's own, those of launched courses, those of these credentials."""

    site: bool = False
    launched: bool = False
    credentials: list[int] = field(default_factory=list)


def vouched_by(agent: UUID) -> Vouched:
    """The statements for which this agent is the authority."""
    rows = Credential.objects.filter(launch=None).only("pk", "key", "authority").order_by("pk")
    return Vouched(
        site=agent == account_key(conf.IRI_BASE, "safeguard"),
        launched=agent == account_key(conf.IRI_BASE, AUTHORITY_OF_LAUNCHES),
        credentials=[credential.pk for credential in rows if agent == authority_key(credential)],
    )


def authority_key(credential: Credential) -> UUID:
    return agent_key(credential.authority) if credential.authority else account_key(conf.IRI_BASE, credential.key)
