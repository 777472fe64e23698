"""LTI 1.3: our keys, and how a tool is registered."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import jwt
import pytest
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
from lms.requirements.models import Activity
from tests.cast import Cast
from tests.courses.external import NOW, give_rights, make_external, standing_clock
from tests.courses.lti import (
    OUR_KEY,
    KeyHost,
    begun,
    host,
    launch,
    request_of,
    signed_in,
    token_of,
)
from tests.courses.test_lti_launches import AUTHORIZE, page, tool

pytestmark = pytest.mark.django_db
__all__ = ["host", "page", "standing_clock", "tool"]


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
