"""Documents of one kind in one context, for the tests."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.lms.lrs.client import ACTIVITY, Store, account

AGENT = json.dumps(account("a"))
OTHER_AGENT = json.dumps(account("b"))
ONE = "12345678-1234-4234-8234-123456789013"
TWO = "12345678-1234-4234-8234-123456789014"
STATE: tuple[str, str, dict[str, str]] = ("activities/state", "stateId", {"activityId": ACTIVITY, "agent": AGENT})
ACTIVITY_PROFILE: tuple[str, str, dict[str, str]] = ("activities/profile", "profileId", {"activityId": ACTIVITY})
AGENT_PROFILE: tuple[str, str, dict[str, str]] = ("agents/profile", "profileId", {"agent": AGENT})
ALL = (STATE, ACTIVITY_PROFILE, AGENT_PROFILE)
PROFILES = (ACTIVITY_PROFILE, AGENT_PROFILE)
every_kind = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind[0])
every_profile = pytest.mark.parametrize("kind", PROFILES, ids=lambda kind: kind[0])


class Shelf:
    """Documents of one kind, in one context."""

    def __init__(self, store: Store, kind: tuple[str, str, dict[str, str]], **context: str) -> None:
        self.store = store
        self.resource, self.parameter, given = kind
        self.context = {**given, **context}

    def call(
        self, method: str, name: str = "one", body: Any = b"", kind: str = "application/json", **more: str
    ) -> Any:
        query = {**self.context, **({self.parameter: name} if name else {})}
        return self.store.call(method, self.resource, query, body, kind, **more)

    def put_new(self, name: str, body: Any, kind: str = "application/json") -> Any:
        return self.call("PUT", name, body, kind, if_none_match="*")

    def names(self, **more: str) -> list[str]:
        return self.store.call("GET", self.resource, {**self.context, **more}).json()


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"'
