"""An identity provider for the tests: one token, the Django test client."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from lms.people.models import Person
from lms.tokens.models import AccessToken

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
EMPLOYMENT = "urn:ietf:params:scim:schemas:extension:safeguard:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Provider:
    def __init__(self) -> None:
        self.secret = AccessToken.issue(name="Directory", purpose=AccessToken.Purpose.PROVISIONING)
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def call(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, f"/scim/v2/{address}", content, content_type="application/scim+json", headers=named
        )

    def get(self, address: str, **headers: str) -> Any:
        return self.call("GET", address, **headers)

    def post(self, body: Any) -> Any:
        return self.call("POST", "Users", body)

    def put(self, person: Person, body: Any, **headers: str) -> Any:
        return self.call("PUT", f"Users/{identity(person)}", body, **headers)

    def patch(self, person: Person, *operations: Any, **headers: str) -> Any:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.call("PATCH", f"Users/{identity(person)}", body, **headers)

    def patch_group(self, office: Any, *operations: Any, **headers: str) -> Any:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.call("PATCH", f"Groups/office~{office.pk}", body, **headers)

    def delete(self, person: Person, **headers: str) -> Any:
        return self.call("DELETE", f"Users/{identity(person)}", **headers)

    def found(self, query: str) -> list[Any]:
        answer = self.get(f"Users?filter={query}")
        assert answer.status_code == 200, answer.content
        return list(answer.json()["Resources"])


def identity(person: Person) -> str:
    return f"person~{person.pk}"


def joiner(**said: Any) -> dict[str, Any]:
    """A new person as a provider that was set up in full would send one."""
    return {
        "schemas": [CORE, ENTERPRISE, EMPLOYMENT],
        "userName": "fatou.diop@example.org",
        "externalId": "ext-1",
        "displayName": "Fatou Diop",
        "name": {"givenName": "Fatou", "familyName": "Diop"},
        "emails": [{"value": "fatou.diop@example.org", "type": "work", "primary": True}],
        "preferredLanguage": "fr-FR",
        "active": True,
        ENTERPRISE: {"employeeNumber": "P10001", "department": "WCA-SN"},
        EMPLOYMENT: {"category": "FTA", "joinedOn": "2026-12-07", "isManager": False},
        **said,
    }
