"""Another server with a course on it that speaks LTI 1.3 through ``pylti1p3``, as a provider would run it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from pylti1p3.cookie import CookieService
from pylti1p3.grade import Grade
from pylti1p3.launch_data_storage.cache import CacheDataStorage
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.redirect import Redirect
from pylti1p3.request import Request
from pylti1p3.service_connector import ServiceConnector
from pylti1p3.session import SessionService
from pylti1p3.tool_config import ToolConfDict

from tests.courses.lti import Keys

PAGE = """<!doctype html><html lang="en"><title>A course elsewhere</title><h1>A course elsewhere</h1>{}"""


class Memory:
    """What the library keeps between two requests."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        return self.kept.get(key)

    def set(self, key: str, value: Any, expires: int | None = None) -> None:
        self.kept[key] = value


class Storage(CacheDataStorage):
    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._cache = memory


class Asked(Request):
    def __init__(self, values: dict[str, str], cookies: SimpleCookie) -> None:
        self.values, self.cookies = values, cookies

    def is_secure(self) -> bool:
        return False

    def get_param(self, key: str) -> str:
        return self.values.get(key)  # type: ignore[return-value]


class Cookies(CookieService):
    def __init__(self, asked: Asked) -> None:
        self.asked, self.new = asked, {}

    def get_cookie(self, name: str) -> str | None:
        found = self.asked.cookies.get(name)
        return found.value if found else None

    def set_cookie(self, name: str, value: Any, exp: int | None = 3600) -> None:
        self.new[name] = value


class To(Redirect):
    def __init__(self, address: str) -> None:
        self.address = address

    def do_redirect(self) -> str:
        return self.address


class Login(OIDCLogin):
    def get_redirect(self, url: str) -> To:
        return To(url)


class Connector(ServiceConnector):
    """A new token each time."""

    def _get_cached_access_token(self, scope_key: str) -> None:
        return None

    def _cache_access_token(self, scope_key: str, access_token: str, expires_in: float) -> None:
        """Not kept."""


class Launch(MessageLaunch):
    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)


class Provider:
    """The tool: what it was told of the platform, and what it learned of whom it was sent."""

    def __init__(self, origin: str) -> None:
        self.origin, self.keys, self.memory = origin, Keys("provider-1"), Memory()
        self.config: ToolConfDict | None = None
        self.by_form = False
        self.seen: list[dict[str, Any]] = []

    def connect(self, shown: dict[str, str]) -> None:
        """With the values that an administrator of the platform hands over."""
        issuer = shown["Issuer (platform)"]
        self.config = ToolConfDict({
            issuer: {
                "client_id": shown["Client id"], "auth_login_url": shown["Authorization address (OIDC)"],
                "auth_token_url": shown["Token address"], "key_set_url": shown["Address of our keys (JWKS)"],
                "deployment_ids": [shown["Deployment id"]],
            }
        })  # fmt: skip
        self.config.set_private_key(issuer, self.keys.private)
        self.config.set_public_key(issuer, self.keys.public)

    def login(self, asked: Asked) -> tuple[str, dict[str, str]]:
        cookies = Cookies(asked)
        login = Login(asked, self.config, session_service=SessionService(asked), cookie_service=cookies,
                      launch_data_storage=Storage(self.memory))  # fmt: skip
        return login.redirect(f"{self.origin}/launch"), cookies.new

    def launched(self, asked: Asked) -> tuple[str, dict[str, Any]]:
        launch = Launch(asked, self.config, **self._services(asked))
        data = launch.get_launch_data()
        self.seen.append(dict(data))
        return launch.get_launch_id(), data

    def finish(self, asked: Asked) -> str:
        launch = Launch.from_cache(asked.values["launch"], asked, self.config, **self._services(asked))
        data = launch.get_launch_data()
        grade = Grade().set_score_given(float(asked.values["points"])).set_score_maximum(100)
        grade.set_timestamp(datetime.now(UTC).isoformat()).set_user_id(data["sub"])
        grade.set_activity_progress("Completed").set_grading_progress("FullyGraded")
        launch.get_ags().put_grade(grade)
        return str(data["https://purl.imsglobal.org/spec/lti/claim/launch_presentation"]["return_url"])

    def _services(self, asked: Asked) -> dict[str, Any]:
        session = requests.Session()
        session.trust_env = False
        return {"session_service": SessionService(asked), "cookie_service": Cookies(asked), "requests_session": session,
                "launch_data_storage": Storage(self.memory), "service_connector_cls": Connector}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path, asked = self._asked(urlsplit(self.path).query)
        if path == "/keys":
            return self._send(json.dumps(self.provider.config.get_jwks()), kind="application/json")
        address, cookies = self.provider.login(asked)
        if not self.provider.by_form:
            return self._send("", status=302, cookies=cookies, location=address)
        fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
                         for name, value in parse_qsl(urlsplit(address).query))  # fmt: skip
        form = (
            f'<form method="post" action="{escape(address.partition("?")[0])}">{fields}<button>Log in</button></form>'
        )
        return self._send(PAGE.format(form), cookies=cookies)

    def do_POST(self) -> None:
        path, asked = self._asked(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if path == "/finish":
            back = self.provider.finish(asked)
            return self._send(PAGE.format(f'<p id="said">reported</p><a href="{escape(back)}">Leave</a>'))
        launch, _data = self.provider.launched(asked)
        buttons = "".join(f'<button name="points" value="{points}">{name}</button>'
                          for name, points in (("Fail", 40), ("Pass", 95)))  # fmt: skip
        hidden = f'<input type="hidden" name="launch" value="{launch}">'
        return self._send(PAGE.format(f'<form method="post" action="/finish">{hidden}{buttons}</form>'))

    def _asked(self, text: str) -> tuple[str, Asked]:
        return urlsplit(self.path).path, Asked(dict(parse_qsl(text)), SimpleCookie(self.headers.get("Cookie", "")))

    def _send(
        self, body: str, *, status: int = 200, kind: str = "text/html", cookies: Any = None, location: str = ""
    ) -> None:
        self.send_response(status)
        for name, value in (cookies or {}).items():
            self.send_header("Set-Cookie", f"{name}={value}; Path=/; HttpOnly")
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """On another host name than the site's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.provider = Provider(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Handler.provider
    server.shutdown()
    server.server_close()
