"""LTI 1.3: a learner is sent to the provider's tool with a signed launch that tells nobody who they are."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from courses.models import ExternalPage, Tool, ToolLaunch, ToolToken
from courses.players.external.lti.forgetting import forget_old_launches
from courses.players.external.lti.keys import make_key
from lms.people.linking import make_link
from lms.people.models import Person
from lms.requirements.models import Activity, Assignment
from tests.cast import Cast, make_requirement
from tests.courses.external import NOW, give_rights, make_external
from tests.courses.lti import (
    OUR_KEY,
    KeyHost,
    begun,
    key_host,
    launch,
    make_tool,
    read_launch,
    request_of,
    signed_in,
    token_of,
)

pytestmark = pytest.mark.django_db
AUTHORIZE = "/learning/tool/authorize/"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def host(settings: Any) -> Iterator[KeyHost]:
    with key_host() as found:
        settings.LMS_LTI_KEYS = OUR_KEY
        settings.LMS_LTI_STAND_IN = found.origin
        yield found


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


# ---- our keys


def test_keys_are_published_without_what_is_secret_and_the_first_signs(
    cast: Cast, page: ExternalPage, tool: Tool, settings: Any
) -> None:
    new = make_key()
    settings.LMS_LTI_KEYS = f"{OUR_KEY} {new}"
    before = Client().get("/lti/keys.json").json()["keys"]
    assert [sorted(key) for key in before] == [["alg", "e", "kid", "kty", "n", "use"]] * 2
    settings.LMS_LTI_KEYS = f"{new} {OUR_KEY}"
    after = Client().get("/lti/keys.json").json()["keys"]
    assert after == before[::-1]
    client = signed_in(cast.bruno)
    answer = client.get(AUTHORIZE, request_of(tool, begun(client, page)))
    assert jwt.get_unverified_header(answer.context["answer"].id_token) == {
        "alg": "RS256", "typ": "JWT", "kid": before[1]["kid"],
    }  # fmt: skip


@pytest.mark.parametrize("wrong", ["word", base64.b64encode(b"no key").decode(), "SHORT", "EC"])
def test_a_key_that_is_none_stops_the_site_from_starting(settings: Any, wrong: str) -> None:
    made: Any = {"SHORT": rsa.generate_private_key(65537, 1024), "EC": ec.generate_private_key(ec.SECP256R1())}.get(
        wrong
    )
    if made is not None:
        wrong = base64.b64encode(made.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )).decode()  # fmt: skip
    settings.LMS_LTI_KEYS = f"{OUR_KEY} {wrong}"
    with pytest.raises(SystemCheckError, match=r"lms_courses\.E004"):
        call_command("check")


def test_the_command_makes_a_key_that_is_one(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lti_key")
    name, _, value = capsys.readouterr().out.strip().partition("=")
    assert name == "LMS_LTI_KEYS"
    settings.LMS_LTI_KEYS = value
    call_command("check")


# ---- registering


def test_an_administrator_registers_a_tool_and_the_page_shows_what_the_provider_needs(
    cast: Cast, page: ExternalPage, host: KeyHost
) -> None:
    User.objects.create_superuser("boss")
    give_rights(cast)
    assert cast.dora.user is not None
    cast.dora.user.groups.add(Group.objects.get(name="Course authors"))
    boss, dora = Client(), Client()
    boss.force_login(User.objects.get(username="boss"))
    dora.force_login(cast.dora.user)
    edit = f"/admin/pages/{page.pk}/edit/"
    assert page.activity is not None
    link = f"/admin/lti_tools/new/?activity={page.activity.pk}"
    assert link in boss.get(edit).content.decode()
    assert "An administrator registers it" in dora.get(edit).content.decode()
    assert dora.get(link).status_code == 302
    form = {
        "activity": page.activity.pk, "login_url": f"{host.origin}/login", "target_link_uri": f"{host.origin}/course",
        "redirect_uris": f"{host.origin}/launch", "jwks_url": f"{host.origin}/keys", "is_active": "on",
    }  # fmt: skip
    assert dora.post(link, form).status_code == 302
    assert not Tool.objects.exists()
    assert "selected" in boss.get(link).content.decode()
    assert boss.post(link, form).status_code == 302
    tool = Tool.objects.get()
    part = Activity.objects.get(part_of=page.activity)
    assert (part.word, list(part.trusted.all()), tool.credential.scopes) == ("trusted", [tool.credential], ["claim"])
    for client in (boss, dora):
        shown = client.get(edit).content.decode()
        for value in (tool.client_id, tool.deployment_id, str(tool.line_item), "http://localhost:8000/lti/keys.json"):
            assert value in shown
    own = f"/admin/lti_tools/edit/{tool.pk}/"
    assert own in boss.get(edit).content.decode()
    assert own not in dora.get(edit).content.decode()
    assert tool.client_id in boss.get(own).content.decode()
    assert boss.post(own, {**form, "is_active": ""}).status_code == 302
    assert not Tool.objects.get().is_active
    assert boss.post(f"/admin/lti_tools/delete/{tool.pk}/").status_code == 302
    assert Tool.objects.exists()


def test_the_secret_of_its_credential_lets_nobody_in(tool: Tool) -> None:
    """Also one that somebody makes for it: it may claim, and has no way to."""
    secret = tool.credential.rotate()
    basic = base64.b64encode(f"{tool.credential.key}:{secret}".encode()).decode()
    client = Client(headers={"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"})
    assert client.get("/xapi/1.0.3/statements").status_code == 403
    said = {"actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
            "object": {"id": "http://example.org/x"}}  # fmt: skip
    assert client.post("/xapi/1.0.3/statements", said, content_type="application/json").status_code == 403


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("login_url", "http://provider.example/login"),
        ("login_url", "https://provider.example:8443/login"),
        ("login_url", "https://user@provider.example/login"),
        ("jwks_url", "https://127.0.0.1/keys"),
        ("jwks_url", "https://localhost/keys"),
        ("jwks_url", "http://127.0.0.1:1/keys"),
        ("target_link_uri", "javascript:alert(1)"),
        ("redirect_uris", ""),
        ("redirect_uris", "https://provider.example/launch#fragment"),
        ("redirect_uris", "https://provider.example/launch\nhttp://provider.example/launch"),
        ("redirect_uris", "\n".join(f"https://provider.example/{number}" for number in range(11))),
    ],
)
def test_addresses_are_those_of_the_web_and_encrypted(tool: Tool, name: str, value: str) -> None:
    tool.full_clean()
    setattr(tool, name, value)
    with pytest.raises(ValidationError) as found:
        tool.full_clean()
    assert name in found.value.message_dict


def test_a_stand_in_is_for_the_demo_only(tool: Tool, settings: Any) -> None:
    settings.LMS_DEMO = False
    with pytest.raises(ValidationError):
        tool.full_clean()


def test_a_tool_stays_with_its_course(tool: Tool) -> None:
    tool.activity = make_external("other").activity
    with pytest.raises(ValidationError):
        tool.full_clean()


def test_what_is_over_is_forgotten(cast: Cast, page: ExternalPage, tool: Tool) -> None:
    client = signed_in(cast.bruno)
    launch(client, page, tool)
    begun(client, page)
    token_of(tool)
    forget_old_launches(now=NOW + timedelta(minutes=5))
    assert (ToolLaunch.objects.count(), ToolToken.objects.count()) == (2, 1)
    forget_old_launches(now=NOW + timedelta(days=2))
    assert (ToolLaunch.objects.count(), ToolToken.objects.count()) == (1, 0)
    forget_old_launches(now=NOW + timedelta(days=366))
    assert not ToolLaunch.objects.exists()


def test_publishing_the_page_again_keeps_the_tool_trusted(page: ExternalPage, tool: Tool) -> None:
    page.save_revision().publish()
    part = Activity.objects.get(part_of=page.activity)
    assert (part.word, list(part.trusted.all())) == ("trusted", [tool.credential])
