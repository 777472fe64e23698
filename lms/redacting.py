"""Texts that must not tell anybody's address."""

from __future__ import annotations

import re

LIKE_AN_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[^\s<>@,;:\"()]{1,189}")


def without_addresses(text: str) -> str:
    """Who may read why a message did not go may not know somebody's private address for that."""
    return LIKE_AN_ADDRESS.sub("…", text)
