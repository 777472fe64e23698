"""Pure: one text for each way to name an actor, so that an actor can be looked up. xAPI 1.0.3 part two, 2.4.2."""

from __future__ import annotations

import hashlib
from typing import Any


def account_key(home_page: str, name: str) -> str:
    return f"account|{home_page}|{name}"


def actor_key(actor: dict[str, Any]) -> str:
    """The normalised inverse functional identifier; an anonymous group is named by its members."""
    if "account" in actor:
        return account_key(actor["account"]["homePage"], actor["account"]["name"])[:500]
    for name in ("mbox", "mbox_sha1sum", "openid"):
        if name in actor:
            return f"{name}|{actor[name]}"[:500]
    members = sorted(actor_key(member) for member in actor.get("member", []))
    return "group|" + hashlib.sha256("\n".join(members).encode()).hexdigest()
