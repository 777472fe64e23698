"""A client of the record store for the tests: one credential, one version, the Django test client."""

from __future__ import annotations

import base64
import copy
import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from lms.lrs.models import Credential
from tests.lms.lrs.test_rules import GOOD

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
ACTIVITY = "https://example.org/a"


class Store:
    """A client with one credential."""

    def __init__(self, *scopes: str, version: str = "1.0.3", mount: str = "/xapi/", **limits: Any) -> None:
        self.credential, self.secret = Credential.issue(name="A system", scopes=list(scopes), **limits)
        self.mount = mount
        self.client = Client(headers={"Authorization": self.basic(), "X-Experience-API-Version": version})

    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.credential.key}:{self.secret}".encode()).decode()

    def call(
        self,
        method: str,
        resource: str,
        query: Mapping[str, Any] | None = None,
        body: Any = b"",
        kind: str = "application/json",
        **headers: str,
    ) -> Any:
        """Any request. Bytes go as they are, everything else as JSON; ``if_match="*"`` becomes ``If-Match: *``."""
        address = self.mount + resource + ("?" + urlencode(query) if query else "")
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, address, content, content_type=kind, headers=named)

    def post(self, data: Any, **headers: Any) -> Any:
        return self.call("POST", "statements", body=data, **headers)

    def put(self, data: Any, identity: str) -> Any:
        return self.call("PUT", "statements", {"statementId": identity}, data)

    def get(self, **query: str) -> Any:
        return self.call("GET", "statements", query)

    def ids(self, **query: str) -> list[str]:
        """The ids on the first page."""
        return [found["id"] for found in self.get(**query).json()["statements"]]

    def pages(self, **query: str) -> Iterator[list[str]]:
        """The ids of each page, followed by ``more`` to the last."""
        answer = self.get(**query).json()
        yield [found["id"] for found in answer["statements"]]
        while answer["more"]:
            answer = self.client.get(answer["more"]).json()
            yield [found["id"] for found in answer["statements"]]


def statement(**changes: Any) -> dict[str, Any]:
    """A good statement of its own id; ``None`` takes a property away."""
    made = {**copy.deepcopy(GOOD), "id": str(uuid.uuid4()), **changes}
    return {name: value for name, value in made.items() if value is not None}


def account(name: str, /, **more: Any) -> dict[str, Any]:
    return {"account": {"homePage": "https://example.org", "name": name}, **more}


def reference(identity: str) -> dict[str, Any]:
    return {"objectType": "StatementRef", "id": identity}


def voiding(identity: str, **changes: Any) -> dict[str, Any]:
    """A statement that voids another."""
    return statement(**{"verb": {"id": VOIDED}, "object": reference(identity), "context": None, **changes})
