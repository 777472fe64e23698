"""Who may speak, how much, and that nothing that is said makes the server fall over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lms.people.models import Person
from lms.tokens.models import AccessToken
from tests.cast import Cast
from tests.lms.people.scim.provider import EMPLOYMENT, ENTERPRISE, PATCH, Provider, identity, joiner

ENOUGH = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def provider(cast: Cast) -> Provider:
    return Provider()


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer \x00", "bearer é"])
def test_nobody_speaks_without_a_token(cast: Cast, header: str) -> None:
    for address in ("Users", "Schemas", "ServiceProviderConfig", "Groups/office~1", "anything"):
        answer = Client().get(f"/scim/v2/{address}", HTTP_AUTHORIZATION=header)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["status"] == "401"


def test_a_token_is_good_for_its_purpose_only(cast: Cast, provider: Provider, admin_client: Client) -> None:
    clearance = {"Authorization": f"Bearer {AccessToken.issue(name='Doors')}"}
    assert Client().get("/scim/v2/Users", headers=clearance).status_code == 401
    assert provider.client.get("/api/v1/clearance/P00001").status_code == 401
    assert admin_client.get("/scim/v2/Users").status_code == 401, "a session is no token"
    AccessToken.objects.update(is_active=False)
    assert provider.get("Users").status_code == 401


def test_a_token_is_made_in_the_admin_and_shown_once(admin_client: Client) -> None:
    made = admin_client.post("/admin/access_tokens/new/", {"name": "Entra ID", "purpose": "provisioning",
                                                           "is_active": "on"}, follow=True)  # fmt: skip
    token = AccessToken.objects.get()
    assert token.purpose == "provisioning"
    assert "cannot be shown again" in made.content.decode()
    assert token.token_hash not in made.content.decode()


def test_a_token_may_not_ask_without_end(provider: Provider, settings: Any) -> None:
    settings.LMS_SCIM_PER_MINUTE = 3
    cache.clear()
    answers = [provider.get("ServiceProviderConfig") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert answers[-1].headers["Retry-After"] == "60"


def test_bodies_are_bounded(provider: Provider, cast: Cast, settings: Any) -> None:
    many = [{"op": "add", "path": "title", "value": "x"}] * 1001
    assert provider.patch(cast.bruno, *many).status_code == 413
    settings.LMS_SCIM_MAX_BODY = 100
    assert provider.post(joiner()).status_code == 413
    settings.LMS_SCIM_MAX_BODY, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000, 100
    assert provider.post(joiner()).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"NaN", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b'{"userName": "\\ud800"}',
     b'{"userName": 1e999}', b'{"userName": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_what_is_no_scim_is_refused(provider: Provider, cast: Cast, body: bytes) -> None:
    for method, address in (("POST", "Users"), ("PUT", f"Users/{identity(cast.bruno)}"),
                            ("PATCH", f"Users/{identity(cast.bruno)}"),
                            ("PATCH", f"Groups/office~{cast.country.pk}")):  # fmt: skip
        answer = provider.call(method, address, body)
        assert answer.status_code == 400
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    ['userName eq "a', "userName", 'userName co "a"', 'nonsense eq "a"', 'userName eq "a" or userName eq "b"',
     "userName eq 5", "active eq \"x\"", 'not (userName eq "a")', 'emails[type eq "work"]', "(" * 900,
     "(" * 300 + 'userName eq "a"' + ")" * 300, 'userName eq "' + "a" * 1000 + '"', "active gt true", "userName pr"],
)  # fmt: skip
def test_filters_that_are_not_answered_are_told(provider: Provider, query: str) -> None:
    answer = provider.client.get("/scim/v2/Users", {"filter": query})
    assert answer.status_code in (200, 400), query
    if answer.status_code == 200:
        assert answer.json()["Resources"] == []
    else:
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    "name", ["person~0", "person~-1", "person~01", f"person~{10**30}", "1", "%00", "person~%00", "person~٣", "x" * 500]
)
def test_an_id_that_is_none_is_not_found(provider: Provider, name: str) -> None:
    for method in ("GET", "DELETE"):
        assert provider.call(method, f"Users/{name}").status_code == 404
    assert provider.get(f"Groups/{name}").status_code == 404
    assert provider.client.get("/scim/v2/Users", {"filter": 'userName eq "\x00"'}).status_code in (200, 400)


def test_queries_that_make_no_sense_are_told(provider: Provider) -> None:
    for query in ("count=x", "startIndex=x", "attributes=a&excludedAttributes=b", "sortBy=emails[", "attributes=[[["):
        assert provider.get(f"Users?{query}").status_code in (200, 400), query


words = st.sampled_from(
    ["userName", "active", "emails", "name", "displayName", "members", "value", "type", "manager", "schemas", "id",
     ENTERPRISE, EMPLOYMENT, f"{ENTERPRISE}:manager", f"{ENTERPRISE}:employeeNumber", f"{EMPLOYMENT}:joinedOn",
     "externalId", "groups", "meta", 'emails[type eq "work"].value', "Operations", "op", "path"],
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(
    ["True", "person~1", "person~2", "P00002", "HQ", "APA", "a@example.org", "2026-01-01", "x" * 40, "\x00", "=1"]
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.text(max_size=8), inner, max_size=5),
)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove", "replace", "move"])},
    optional={"path": words | st.text(max_size=6), "value": values},
)
patches = st.fixed_dictionaries(
    {"schemas": st.just([PATCH]), "Operations": st.lists(operations, min_size=1, max_size=3)}
)
people = st.dictionaries(words, values, max_size=3).map(lambda more: joiner() | more)
calls = st.tuples(st.sampled_from(["PATCH user", "PATCH user", "PATCH group"]), patches) | st.tuples(
    st.sampled_from(["POST Users", "PUT user", "PUT group", "PATCH user"]), people | values
)


def patching(**operation: Any) -> tuple[str, Any]:
    return "PATCH user", {"schemas": [PATCH], "Operations": [operation]}


@ENOUGH
@given(call=calls)
@example(call=patching(op="add", path=ENTERPRISE, value=None))
@example(call=patching(op="remove", path=EMPLOYMENT))
@example(call=patching(op="remove", path=ENTERPRISE))
@example(call=patching(op="replace", path="schemas", value=[]))
@example(call=patching(op="replace", path="name", value="Bruno"))
@example(call=patching(op="add", path="userName", value={EMPLOYMENT: True}))
@example(call=("PUT user", joiner() | {ENTERPRISE: "x", EMPLOYMENT: 5}))
@example(call=("POST Users", joiner() | {ENTERPRISE: [], EMPLOYMENT: None}))
def test_no_body_makes_the_server_fall_over(provider: Provider, cast: Cast, call: tuple[str, Any]) -> None:
    where, body = call
    method, _, what = where.partition(" ")
    address = {"user": f"Users/{identity(cast.bruno)}", "group": f"Groups/office~{cast.country.pk}"}.get(what, what)
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    cache.clear()
    answer = provider.call(method, address, content)
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        assert answer.json()["detail"]
        assert answer.headers["Content-Type"] == "application/scim+json"


@ENOUGH
@given(
    text=st.text(max_size=60)
    | st.lists(words | st.sampled_from(['eq "x"', "and", "(", ")", "not", "pr"])).map(" ".join)
)
def test_no_filter_makes_the_server_fall_over(provider: Provider, text: str) -> None:
    cache.clear()
    for kind in ("Users", "Groups"):
        sent = text.encode("utf-8", "replace").decode()
        assert provider.client.get(f"/scim/v2/{kind}", {"filter": sent}).status_code in (200, 400)


def test_every_person_of_the_feed_can_be_said_back_unchanged(provider: Provider, cast: Cast) -> None:
    before = list(Person.objects.order_by("pk").values())
    for user in provider.get("Users").json()["Resources"]:
        answer = provider.call("PUT", f"Users/{user['id']}", user)
        assert answer.status_code == 200, answer.content
        assert answer.json()["meta"]["version"] == user["meta"]["version"]
    assert list(Person.objects.order_by("pk").values()) == before
