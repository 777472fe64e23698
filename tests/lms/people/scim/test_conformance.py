"""Held against RFC 7643 and 7644 by scim2-tester, over HTTP."""

from __future__ import annotations

import http.client
import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import scim2_tester.filling
from scim2_client import BaseSyncSCIMClient
from scim2_tester import Status, check_server

from lms.people.models import Organisation
from tests.cast import Cast, lay_ground
from tests.lms.people.scim.provider import EMPLOYMENT, ENTERPRISE, Provider

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Response:
    status_code: int
    headers: Any
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Wire(BaseSyncSCIMClient):
    """A client that speaks HTTP with nothing but the standard library."""

    def __init__(self, address: str, secret: str) -> None:
        super().__init__()
        self.address, self.secret = urlsplit(address), secret

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return True

    def _parse_json(self, response: Any) -> Any:
        return json.loads(response.content)

    def request(self, method: str, url: str, **said: Any) -> Any:
        connection = http.client.HTTPConnection(self.address.netloc, timeout=30)
        content = json.dumps(said["json"]).encode() if said.get("json") is not None else None
        headers = {**dict(said.get("headers") or {}), "Authorization": f"Bearer {self.secret}"}
        query = f"?{urlencode(said['params'])}" if said.get("params") else ""
        path = url if url.startswith("/scim/") else f"/scim/v2/{url.lstrip('/')}"
        connection.request(method, urlsplit(path).path + query, content, headers)
        answer = connection.getresponse()
        response = Response(answer.status, answer.headers, answer.read())
        connection.close()
        return response


def fitting(path: Any) -> Any:
    """Values that a schema has no way to ask for: a code that is known, a day, a number of 32 characters at most."""
    known = {
        f"{ENTERPRISE}:employeeNumber": f"T{uuid.uuid4().hex[:12]}",
        f"{ENTERPRISE}:department": "WCA-SN",
        f"{ENTERPRISE}:organization": "PP001",
        f"{EMPLOYMENT}:joinedOn": "2026-02-02",
        f"{EMPLOYMENT}:contractEndsOn": "2030-12-31",
        f"{EMPLOYMENT}:language": "ar",
        "preferredLanguage": "ar",
        "timezone": "Africa/Dakar",
    }
    return known.get(str(path)) or known.get(str(path).removeprefix("urn:ietf:params:scim:schemas:core:2.0:User:"))


def test_scim2_tester_finds_nothing(live_server: Any, cast: Cast, settings: Any, monkeypatch: Any) -> None:
    lay_ground()
    settings.LMS_SITE_URL = live_server.url
    settings.LMS_FEED_MOST_LEAVERS_PERCENT = 100  # the tester takes away all that it made
    Organisation.objects.create(code="PP001", name="A partner")
    examples = scim2_tester.filling.get_random_example_value
    monkeypatch.setattr(scim2_tester.filling, "get_random_example_value", lambda path: fitting(path) or examples(path))
    client = Wire(live_server.url, Provider().secret)
    results = check_server(client, resource_types=["User"])
    failed = [(found.title, found.reason) for found in results if found.status not in (Status.SUCCESS, Status.SKIPPED)]
    assert failed == []
    assert sum(found.status == Status.SUCCESS for found in results) > 40
