"""The public keys of a tool, fetched from the address that was registered, and kept for minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache

from courses.models import Tool
from courses.players.external.lti.addresses import target
from courses.players.external.lti.assertions import fits
from courses.players.external.reading_badges import BadBadge, loads
from lms.outbound import Forbidden, NoAnswer, Unreachable, get

KEPT, NOT_SOONER = 600, 30  # seconds
MOST_BYTES, MOST_KEYS = 64 * 1024, 20


def keys_of(tool: Tool, key_id: str) -> list[Mapping[str, Any]]:
    """Those of that name. A name that is new is looked for at once, but an address is asked twice a minute at most."""
    name = f"lms_courses.keys.{hashlib.sha256(tool.jwks_url.encode()).hexdigest()}"
    kept: Sequence[Mapping[str, Any]] = cache.get(name) or []
    if not any(fits(key, key_id) for key in kept) and cache.add(f"{name}.asked", True, NOT_SOONER):
        found = _fetched(tool.jwks_url)
        if found:
            cache.set(name, found, KEPT)
            kept = found
    return [key for key in kept if fits(key, key_id)]


def _fetched(address: str) -> Sequence[Mapping[str, Any]]:
    """None of them where there is no answer: then those that are kept are good until their time is over."""
    try:
        answer = get(target(address), most=MOST_BYTES)
        document = loads(answer.text) if answer.status == 200 else {}
    except (Forbidden, Unreachable, NoAnswer, BadBadge):
        return []
    listed = document.get("keys")
    return [key for key in listed if isinstance(key, dict)][:MOST_KEYS] if isinstance(listed, list) else []
