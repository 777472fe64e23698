"""Pure: a statement in which no agent can be recognised, and the same agent is always the same. Imports no Django."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from lms.lrs.keys import agent_key


def hidden(data: dict[str, Any], *, secret: bytes, home_page: str) -> dict[str, Any]:
    """The statement with every agent replaced by an account whose name is a keyed hash of who it was."""

    def agent(value: dict[str, Any]) -> dict[str, Any]:
        if value.get("objectType") == "Group" and "member" in value:
            return {"objectType": "Group", "member": [agent(member) for member in value["member"]]}
        code = hmac.new(secret, agent_key(value).bytes, hashlib.sha256).hexdigest()[:32]
        kind = {"objectType": value["objectType"]} if "objectType" in value else {}
        return {**kind, "account": {"homePage": home_page, "name": code}}

    found = {**data, "actor": agent(data["actor"])}
    target = data["object"]
    if target.get("objectType") in ("Agent", "Group"):
        found["object"] = agent(target)
    elif target.get("objectType") == "SubStatement":
        found["object"] = hidden(target, secret=secret, home_page=home_page)
    if "context" in data:
        found["context"] = _context(data["context"], agent)
    found.pop("authority", None)
    return found


def _context(context: dict[str, Any], agent: Any) -> dict[str, Any]:
    found = dict(context)
    for name in ("instructor", "team"):
        if name in found:
            found[name] = agent(found[name])
    for name, key in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in found:
            found[name] = [{**entry, key: agent(entry[key])} for entry in found[name]]
    return found
