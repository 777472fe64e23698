"""LTI 1.3: a learner is sent to the provider's tool with a signed launch that tells nobody who they are."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from courses.models import ExternalPage, Tool, ToolLaunch
from lms.people.linking import make_link
from lms.people.models import Person
from lms.requirements.models import Assignment
from tests.cast import Cast, make_requirement
from tests.courses.external import NOW, make_external, standing_clock
from tests.courses.lti import (
    KeyHost,
    begun,
    host,
    launch,
    make_tool,
    read_launch,
    request_of,
    signed_in,
)

pytestmark = pytest.mark.django_db
__all__ = ["host", "standing_clock"]
AUTHORIZE = "/learning/tool/authorize/"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    page: ExternalPage = make_external()
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


@pytest.fixture
def tool(page: ExternalPage, host: KeyHost) -> Tool:
    return make_tool(page, host.origin)


def test_a_launch_is_signed_for_this_tool_and_names_nobody(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno@example.org")
    client = signed_in(cast.bruno)
    given = begun(client, page)
    assert (given["iss"], given["client_id"], given["lti_deployment_id"], given["target_link_uri"]) == (
        "http://localhost:8000", tool.client_id, tool.deployment_id, tool.target_link_uri,
    )  # fmt: skip
    asked = request_of(tool, given, target_link_uri="https://elsewhere.example/other")
    answer = client.get(AUTHORIZE, asked)
    assert answer.status_code == 200
    found = answer.context["answer"]
    assert (found.address, found.state) == (tool.redirects()[0], asked["state"])
    said = read_launch(found.id_token, tool)
    assert (said["iss"], said["aud"], said["sub"], said["nonce"]) == (
        "http://localhost:8000", tool.client_id, str(cast.bruno.uuid), asked["nonce"],
    )  # fmt: skip
    assert said["exp"] - said["iat"] == 300
    assert said[CLAIM + "deployment_id"] == tool.deployment_id
    assert said[CLAIM + "target_link_uri"] == tool.target_link_uri
    assert said["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] == {
        "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
        "lineitem": f"http://localhost:8000/lti/lineitems/{tool.line_item}",
    }
    whole = f"{given} {said}"
    for word in ("Bruno", "bruno", "P00002", "example.org/course"):
        assert word not in whole
    assert ToolLaunch.objects.get().registration == Assignment.objects.get(person=cast.bruno).registration


def test_name_and_address_are_told_only_where_the_page_says_so(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(email="bruno@example.org")
    client = signed_in(cast.bruno)
    assert "gets a code in place of your name" in client.get(page.url).content.decode()
    assert not {"name", "email", "given_name", "family_name"} & launch(client, page, tool).keys()
    page.tells_name = True
    page.save_revision().publish()
    said = launch(client, page, tool)
    assert (said["name"], said["email"]) == ("Bruno Late", "bruno@example.org")
    shown = client.get(page.url).content.decode()
    assert "learns your name and your e-mail address" in shown
    assert "gets a code in place of your name" not in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://elsewhere.example/launch"},
        {"redirect_uri": "REGISTERED/"},
        {"redirect_uri": "REGISTERED?x=1"},
        {"redirect_uri": None},
        {"client_id": "guessed"},
        {"client_id": None},
        {"login_hint": "guessed"},
        {"login_hint": ""},
        {"nonce": None},
        {"nonce": "n" * 1001},
        {"state": None},
        {"state": "s" * 1001},
        {"scope": "openid email"},
        {"response_type": "code"},
        {"response_mode": "query"},
        {"prompt": "login"},
        {"lti_message_hint": "x" * 9000},
        {"nonce": ["one", "two"]},
    ],
)
def test_what_is_not_exactly_as_registered_is_answered_to_nobody(
    cast: Cast, page: ExternalPage, tool: Tool, changes: dict[str, Any]
) -> None:
    client = signed_in(cast.bruno)
    if str(changes.get("redirect_uri")).startswith("REGISTERED"):
        changes = {"redirect_uri": changes["redirect_uri"].replace("REGISTERED", tool.redirects()[0])}
    given = begun(client, page)
    answer = client.get(AUTHORIZE, request_of(tool, given, **changes))
    assert answer.status_code == 400
    assert "id_token" not in answer.content.decode()
    assert "elsewhere.example" not in answer.content.decode()
    assert client.get(AUTHORIZE, request_of(tool, given)).status_code == 200, "the launch itself was good"


def test_a_launch_is_answered_once_within_ten_minutes_and_to_whoever_began_it(
    cast: Cast, page: ExternalPage, tool: Tool
) -> None:
    bruno, eve = signed_in(cast.bruno), signed_in(cast.eve)
    given = begun(bruno, page)
    assert eve.get(AUTHORIZE, request_of(tool, given)).status_code == 400
    assert Client().get(AUTHORIZE, request_of(tool, given)).status_code == 400
    assert bruno.get(AUTHORIZE, request_of(tool, given)).status_code == 200
    assert bruno.get(AUTHORIZE, request_of(tool, given)).status_code == 400
    late = begun(bruno, page)
    with time_machine.travel(NOW + timedelta(minutes=10, seconds=1), tick=False):
        assert bruno.get(AUTHORIZE, request_of(tool, late)).status_code == 400


def test_no_nonce_and_no_state_is_taken_twice(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    client = signed_in(cast.bruno)
    asked = request_of(tool, begun(client, page))
    assert client.get(AUTHORIZE, asked).status_code == 200
    for name in ("nonce", "state"):
        again = request_of(tool, begun(client, page), **{name: asked[name]})
        assert client.get(AUTHORIZE, again).status_code == 400


def test_the_launch_of_another_tool_is_none(cast: Cast, page: ExternalPage, tool: Tool, host: KeyHost) -> None:
    other = make_tool(make_external("other"), host.origin)
    client = signed_in(cast.bruno)
    given = begun(client, page)
    assert client.get(AUTHORIZE, request_of(other, given)).status_code == 400
    assert client.get(AUTHORIZE, request_of(tool, given)).status_code == 200


def test_refusals_look_alike(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    """Whether there is such a client, such a launch, or such a person is not to be learned from the answer."""
    bruno, eve = signed_in(cast.bruno), signed_in(cast.eve)
    given = begun(bruno, page)
    asked = [
        request_of(tool, given),
        request_of(tool, given, login_hint="none"),
        request_of(tool, given, client_id="x"),
    ]
    pages = {
        re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", eve.get(AUTHORIZE, item).content) for item in asked
    }
    assert len(pages) == 1


def test_a_request_by_post_is_asked_again_where_the_cookie_is_sent(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.bruno.user)  # type: ignore[arg-type]
    asked = request_of(tool, begun(signed_in(cast.bruno), page))
    moved = client.post(AUTHORIZE, asked)
    assert moved.status_code == 303
    assert not ToolLaunch.objects.filter(answered_at__isnull=False).exists()
    parts = urlsplit(moved.headers["Location"])
    assert (parts.netloc, parts.path, dict(parse_qsl(parts.query))) == ("", AUTHORIZE, asked)
    answer = client.get(moved.headers["Location"])
    assert read_launch(answer.context["answer"].id_token, tool)["nonce"] == asked["nonce"]


def test_the_page_that_hands_over_may_post_to_the_registered_tool_alone(
    cast: Cast, page: ExternalPage, tool: Tool, host: KeyHost
) -> None:
    client = signed_in(cast.bruno)
    answer = client.get(AUTHORIZE, request_of(tool, begun(client, page)))
    assert answer.headers["Content-Security-Policy"].endswith(f"form-action {host.origin}")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_who_is_not_signed_in_or_is_nobody_begins_nothing(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    address = f"/learning/tool/{page.pk}/start/"
    assert Client().post(address).headers["Location"].startswith("/accounts/login/")
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody"))
    assert nobody.post(address).status_code == 404
    assert signed_in(cast.bruno).get(address).status_code == 405
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(cast.bruno.user)  # type: ignore[arg-type]
    assert checked.post(address).status_code == 403
    assert not ToolLaunch.objects.exists()


@pytest.mark.parametrize("how", ["tool", "credential", "key", "none"])
def test_without_a_tool_that_works_the_page_has_its_links_and_nobody_is_launched(
    cast: Cast, page: ExternalPage, tool: Tool, settings: Any, how: str
) -> None:
    client = signed_in(cast.bruno)
    shown = client.get(page.url).content.decode()
    assert "Start the course at Other Agency" in shown
    assert "Go to Other Agency" not in shown
    given = begun(client, page)
    if how == "tool":
        Tool.objects.update(is_active=False)
    elif how == "credential":
        type(tool.credential).objects.update(is_active=False)
    elif how == "key":
        settings.LMS_LTI_KEYS = ""
    else:
        ToolLaunch.objects.all().delete()
        tool.delete()
    shown = client.get(page.url).content.decode()
    assert "Start the course at Other Agency" not in shown
    assert "Go to Other Agency (English)" in shown
    assert client.post(f"/learning/tool/{page.pk}/start/").status_code == 404
    assert client.get(AUTHORIZE, request_of(tool, given)).status_code == 400


def test_my_learning_says_that_the_result_is_reported(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    client = signed_in(cast.bruno)
    assert "Take the course at Other Agency, which reports your result" in client.get("/learning/").content.decode()
    Tool.objects.update(is_active=False)
    assert "then hand in your proof" in client.get("/learning/").content.decode()


def test_a_link_session_may_go_through_the_launch(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    client = Client()
    link = make_link(person=cast.bruno, leads_to="/learning/").address
    client.post(urlsplit(link).path)
    assert launch(client, page, tool)["sub"] == str(cast.bruno.uuid)
