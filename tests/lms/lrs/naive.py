"""What GET statements should find, said as plainly as possible, to hold the record store against (part three, 2.1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.lms.lrs.client import VOIDED

Agent = Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """A statement that is stored: what it says, who vouches for it, and when."""

    data: dict[str, Any]
    authority: Agent
    stored: str

    @property
    def target(self) -> str | None:
        about = self.data["object"]
        return about["id"] if about.get("objectType") == "StatementRef" else None

    @property
    def voids(self) -> bool:
        return self.data["verb"]["id"] == VOIDED


def find(kept: Sequence[Kept], asked: Mapping[str, Any], *, of: Agent | None = None) -> list[str]:
    """The ids, in the order of the answer. ``of``: only what this authority vouches for."""
    voided = {one.target for one in kept if one.voids}
    found = [
        one.data["id"]
        for one in kept
        if (one.voids or one.data["id"] not in voided)
        and (of is None or one.authority == of)
        and one.stored > asked.get("since", "")
        and one.stored <= asked.get("until", "9")
        and any(meets(subject, asked) for subject in subjects(one, kept))
    ]
    return found if asked.get("ascending") == "true" else found[::-1]


def subjects(one: Kept, kept: Sequence[Kept]) -> list[Kept]:
    """The statement, the one that it speaks of, the one that this speaks of …"""
    by_id = {other.data["id"]: other for other in kept}
    chain = [one]
    while (following := by_id.get(chain[-1].target or "")) is not None and following not in chain:
        chain.append(following)
    return chain


def meets(one: Kept, asked: Mapping[str, Any]) -> bool:
    agents, activities = direct_agents(one.data), direct_activities(one.data)
    if asked.get("related_agents") == "true":
        agents = all_agents(one.data) | named(one.authority)
    if asked.get("related_activities") == "true":
        activities = all_activities(one.data)
    return (
        ("agent" not in asked or who(asked["agent"]) in agents)
        and ("activity" not in asked or asked["activity"] in activities)
        and ("verb" not in asked or asked["verb"] == one.data["verb"]["id"])
        and ("registration" not in asked or asked["registration"] == one.data.get("context", {}).get("registration"))
    )


def who(agent: Agent) -> Any:
    if "account" in agent:
        return agent["account"]["homePage"], agent["account"]["name"]
    return agent.get("mbox") or frozenset(who(member) for member in agent["member"])


def named(agent: Agent) -> set[Any]:
    return {who(agent)}.union(*(named(member) for member in agent.get("member", [])))


def direct_agents(data: Mapping[str, Any]) -> set[Any]:
    about = data["object"]
    return named(data["actor"]) | (named(about) if about.get("objectType") in ("Agent", "Group") else set())


def all_agents(data: Mapping[str, Any]) -> set[Any]:
    context = data.get("context", {})
    parties = [context[name] for name in ("instructor", "team") if name in context]
    parties += [entry["agent"] for entry in context.get("contextAgents", [])]
    parties += [entry["group"] for entry in context.get("contextGroups", [])]
    within = all_agents(data["object"]) if data["object"].get("objectType") == "SubStatement" else set()
    return direct_agents(data).union(within, *(named(party) for party in parties))


def direct_activities(data: Mapping[str, Any]) -> set[str]:
    return {data["object"]["id"]} if data["object"].get("objectType", "Activity") == "Activity" else set()


def all_activities(data: Mapping[str, Any]) -> set[str]:
    context = {one["id"] for many in data.get("context", {}).get("contextActivities", {}).values() for one in many}
    within = all_activities(data["object"]) if data["object"].get("objectType") == "SubStatement" else set()
    return direct_activities(data) | context | within
