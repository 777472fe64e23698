"""Takes a badge from a stranger, or refuses it: what is kept is its text, out of whatever it came in."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.core.files.base import File

from courses.players.external.checking_files import MOST_BYTES, BadFile, Checked
from courses.players.external.reading_badges import BadBadge, read

BADGE = "text/plain"


def check_badge(upload: File[Any] | None, text: str, *, now: datetime) -> Checked:
    """Raises BadFile. The same badge has the same hash, in whatever guise it comes."""
    content = upload.read(MOST_BYTES + 1) if upload is not None else text.strip().encode()
    if len(content) > MOST_BYTES:
        raise BadFile("too_large")
    if not content:
        raise BadFile("empty")
    try:
        badge = read(content)
    except BadBadge as bad:
        raise BadFile(bad.reason) from bad
    if badge.facts is not None and badge.facts.ends_at is not None and badge.facts.ends_at < now:
        raise BadFile("badge_ended")
    kept = badge.text.encode()
    return Checked(kept, BADGE, hashlib.sha256(badge.known_by.encode(errors="surrogatepass")).hexdigest())
