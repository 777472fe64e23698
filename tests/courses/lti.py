"""A provider's tool for the tests: its keys at an address of its own, what it signs, and where it is registered."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from jwcrypto.jwk import JWK

from courses.models import ExternalPage, Tool
from courses.players.external.lti.keys import make_key
from courses.players.external.lti.registering import register
from lms.people.models import Person

OUR_KEY = make_key()
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_URL = "http://localhost:8000/lti/token"


class Keys:
    """A key pair of a tool, as PEM and as a published JWK."""

    def __init__(self, name: str = "tool-1", bits: int = 2048) -> None:
        made = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self.private = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self.public = made.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()  # fmt: skip
        self.name = name
        self.jwk = {**JWK.from_pem(self.public.encode()).export_public(as_dict=True), "kid": name, "alg": "RS256",
                    "use": "sig"}  # fmt: skip


class KeyHost:
    """Where the tool publishes its keys; counts how often it was asked."""

    def __init__(self, origin: str) -> None:
        self.origin, self.keys, self.asked, self.status = origin, [TOOL.jwk], 0, 200


TOOL, OTHER = Keys(), Keys("other-1")


@contextmanager
def key_host() -> Iterator[KeyHost]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked += 1
            body = json.dumps({"keys": host.keys}).encode()
            self.send_response(host.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = KeyHost(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield host
    server.shutdown()
    server.server_close()


def make_tool(page: ExternalPage, origin: str) -> Tool:
    """Registered as an administrator does."""
    assert page.activity is not None
    tool = Tool(
        activity=page.activity, login_url=f"{origin}/login", target_link_uri=f"{origin}/course",
        redirect_uris=f"{origin}/launch\n{origin}/launch/2", jwks_url=f"{origin}/keys",
    )  # fmt: skip
    tool.full_clean(exclude=["credential", "client_id", "deployment_id"])
    return register(tool=tool)


def claims(tool: Tool, **changes: Any) -> dict[str, Any]:
    """Of a request for a token; None takes one out."""
    now = int(time.time())
    said = {"iss": tool.client_id, "sub": tool.client_id, "aud": TOKEN_URL, "iat": now, "exp": now + 60,
            "jti": str(uuid.uuid4()), **changes}  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def signed(said: dict[str, Any], keys: Keys = TOOL, **header: Any) -> str:
    """With PyJWT, which is not what checks it."""
    return jwt.encode(said, keys.private, algorithm="RS256", headers={"kid": keys.name, **header})


def ask_token(assertion: str, **changes: Any) -> Any:
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion,
            "scope": SCORE, **changes}  # fmt: skip
    return Client().post("/lti/token", urlencode(form), content_type="application/x-www-form-urlencoded")


def token_of(tool: Tool, keys: Keys = TOOL) -> str:
    answer = ask_token(signed(claims(tool), keys))
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def score(user: Any, at: datetime, **changes: Any) -> dict[str, Any]:
    said = {"userId": str(user), "timestamp": at.isoformat(), "activityProgress": "Completed",
            "gradingProgress": "FullyGraded", "scoreGiven": 9, "scoreMaximum": 10, **changes}  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def post_score(tool: Tool, token: str, said: Any, *, kind: str = "application/vnd.ims.lis.v1.score+json") -> Any:
    body = said if isinstance(said, bytes | str) else json.dumps(said)
    return Client(headers={"Authorization": f"Bearer {token}"}).post(
        f"/lti/lineitems/{tool.line_item}/scores", body, content_type=kind
    )


def signed_in(person: Person) -> Client:
    client = Client()
    assert person.user is not None
    client.force_login(person.user)
    client.cookies["django_language"] = "en"
    return client


def begun(client: Client, page: ExternalPage) -> dict[str, str]:
    """What the tool's login is given, as it stands in the link on the page that leads out."""
    shown = client.post(f"/learning/tool/{page.pk}/start/")
    assert shown.status_code == 200, shown.status_code
    return dict(parse_qsl(urlsplit(shown.context["address"]).query))


def request_of(tool: Tool, given: dict[str, str], **changes: Any) -> dict[str, str]:
    """The authentication request that a tool answers with."""
    asked = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": tool.client_id, "redirect_uri": tool.redirects()[0], "login_hint": given["login_hint"],
        "state": str(uuid.uuid4()), "nonce": str(uuid.uuid4()), **changes,
    }  # fmt: skip
    return {name: value for name, value in asked.items() if value is not None}


def launch(client: Client, page: ExternalPage, tool: Tool) -> dict[str, Any]:
    """The claims of a launch, checked with PyJWT against the keys that we publish."""
    answer = client.get("/learning/tool/authorize/", request_of(tool, begun(client, page)))
    assert answer.status_code == 200, answer.content
    return read_launch(answer.context["answer"].id_token, tool)


def read_launch(token: str, tool: Tool) -> dict[str, Any]:
    (key,) = [item for item in Client().get("/lti/keys.json").json()["keys"]
              if item["kid"] == jwt.get_unverified_header(token)["kid"]]  # fmt: skip
    found: dict[str, Any] = jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"], audience=tool.client_id)
    return found


@pytest.fixture
def host(settings: Any) -> Iterator[KeyHost]:
    """Where the tool publishes its keys; the site may ask it, and signs with a key of its own."""
    with key_host() as found:
        settings.LMS_LTI_KEYS = OUR_KEY
        settings.LMS_LTI_STAND_IN = found.origin
        yield found
