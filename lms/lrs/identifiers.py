"""Pure: one text for each way to name an actor, so that an actor can be looked up. xAPI 1.0.3 part two, 2.4.2."""

from __future__ import annotations

import hashlib
from typing import Any


def account_key(home_page: str, name: str) -> str:
    return f"account|{home_page}|{name}"


def _bounded(key: str) -> str:
    """A key too long for its column gives way to its hash: two long names never become one."""
    return key if len(key) <= 500 else "sha256|" + hashlib.sha256(key.encode()).hexdigest()


def actor_key(actor: dict[str, Any]) -> str:
    """The normalised inverse functional identifier; an anonymous group is named by its members."""
    if "account" in actor:
        return _bounded(account_key(actor["account"]["homePage"], actor["account"]["name"]))
    for name in ("mbox", "mbox_sha1sum", "openid"):
        if name in actor:
            return _bounded(f"{name}|{actor[name]}")
    members = sorted(actor_key(member) for member in actor.get("member", []))
    return "group|" + hashlib.sha256("\n".join(members).encode()).hexdigest()
