"""Pure: one fixed-length key for each way to name an agent, a verb or an activity. xAPI 1.0.3 part two, 2.4.2.

A key is the first 128 bits of a BLAKE2 hash of the normalised name. It needs no table and no look-up, two processes agree
on it without talking, and an index on it stays small however long the IRI is (decision 0006).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any
from uuid import UUID


class Key(UUID):
    """A UUID that remembers how it is written, since it is written into several columns and very many rows.

    ``text`` is the canonical form; ``Key(text)`` takes it on trust.
    """

    __slots__ = ("text",)
    text: str

    def __init__(self, text: str) -> None:
        super().__init__(text)
        object.__setattr__(self, "text", text)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=50_000)
def _key(name: str) -> Key:
    return Key(str(UUID(bytes=hashlib.blake2b(name.encode(), digest_size=16).digest())))


def verb_key(iri: str) -> UUID:
    return _key(f"verb|{iri}")


def activity_key(iri: str) -> UUID:
    return _key(f"activity|{iri}")


def account_key(home_page: str, name: str) -> UUID:
    return _key(f"account|{home_page}|{name}")


def agent_key(agent: dict[str, Any]) -> UUID:
    """By the inverse functional identifier; an anonymous group is named by its members."""
    if "account" in agent:
        return account_key(agent["account"]["homePage"], agent["account"]["name"])
    for name in ("mbox", "openid"):
        if name in agent:
            return _key(f"{name}|{agent[name]}")
    if "mbox_sha1sum" in agent:
        return _key(f"mbox_sha1sum|{agent['mbox_sha1sum'].lower()}")
    members = sorted(str(agent_key(member)) for member in agent.get("member", []))
    return _key("group|" + "|".join(members))
