"""Pure: agents and groups. xAPI 1.0.3 part two, 2.4.2."""

from __future__ import annotations

from typing import Any

from lms.lrs.rules.values import Rule, account_name, fail, iri, mbox, optional, properties, sha1, text

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
AGENT = frozenset({"objectType", "name", *IDENTIFIERS})
GROUP = AGENT | {"member"}
ACCOUNT = frozenset({"homePage", "name"})


def account(value: Any, at: str) -> None:
    properties(value, at, required=ACCOUNT, allowed=ACCOUNT)
    iri(value["homePage"], f"{at}.homePage")
    account_name(value["name"], f"{at}.name")


RULES: dict[str, Rule] = {"name": text, "mbox": mbox, "mbox_sha1sum": sha1, "openid": iri, "account": account}


def actor(value: Any, at: str) -> None:
    """An agent, an identified group or an anonymous group."""
    kind = value.get("objectType", "Agent") if isinstance(value, dict) else "Agent"
    if kind == "Group":
        group(value, at)
    elif kind == "Agent":
        agent(value, at)
    else:
        fail(f"{at}.objectType", "Agent or Group is expected")


def agent(value: Any, at: str) -> None:
    """Exactly one inverse functional identifier."""
    properties(value, at, allowed=AGENT)
    if value.get("objectType", "Agent") != "Agent":
        fail(f"{at}.objectType", "an agent is expected")
    given = sum(name in value for name in IDENTIFIERS)
    if given != 1:
        fail(at, f"exactly one of {', '.join(IDENTIFIERS)} is needed, not {given}")
    optional(value, at, RULES)


def group(value: Any, at: str) -> None:
    """At most one identifier; without one the group is its members."""
    properties(value, at, allowed=GROUP, required=frozenset({"objectType"}))
    if value["objectType"] != "Group":
        fail(f"{at}.objectType", "a group is expected")
    given = sum(name in value for name in IDENTIFIERS)
    if given > 1:
        fail(at, f"at most one of {', '.join(IDENTIFIERS)} is allowed, not {given}")
    if not given and not value.get("member"):
        fail(at, "an anonymous group needs members")
    optional(value, at, RULES)
    members = value.get("member", [])
    if not isinstance(members, list):
        fail(f"{at}.member", "a list is expected")
    for place, member in enumerate(members):
        agent(member, f"{at}.member[{place}]")


def authority(value: Any, at: str) -> None:
    """An agent, or the pair of consumer and user of OAuth (part two, 2.4.9)."""
    actor(value, at)
    if value.get("objectType") == "Group" and (
        any(name in value for name in IDENTIFIERS) or len(value.get("member", [])) != 2
    ):
        fail(at, "a group as authority is anonymous and has two members")
