"""Who may do what at the record store, over HTTP: scopes, bounds, voiding (xAPI 1.0.3 part three, 4 and 6.4)."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from lms.lrs.models import Credential, Document, Scope, Statement
from tests.lms.lrs.client import ACTIVITY, Store, account, reference, statement, voiding
from tests.lms.lrs.shelf import ONE, TWO
from tests.lms.lrs.test_launching import Session

ADA, BEN = account("ada"), account("ben")
STATE = {"activityId": ACTIVITY, "agent": json.dumps(ADA), "stateId": "one"}
ACTIVITY_PROFILE = {"activityId": ACTIVITY, "profileId": "one"}
AGENT_PROFILE = {"agent": json.dumps(ADA), "profileId": "one"}
REQUESTS: dict[str, tuple[str, str, dict[str, str], Any]] = {
    "write": ("POST", "statements", {}, statement()),
    "read": ("GET", "statements", {}, b""),
    "activities": ("GET", "activities", {"activityId": ACTIVITY}, b""),
    "agents": ("GET", "agents", {"agent": json.dumps(ADA)}, b""),
    "state": ("PUT", "activities/state", STATE, {}),
    "read state": ("GET", "activities/state", {**STATE, "stateId": "none"}, b""),
    "list state": ("GET", "activities/state", {name: STATE[name] for name in ("activityId", "agent")}, b""),
    "forget state": ("DELETE", "activities/state", STATE, b""),
    "activity profile": ("POST", "activities/profile", ACTIVITY_PROFILE, {}),
    "forget activity profile": ("DELETE", "activities/profile", ACTIVITY_PROFILE, b""),
    "agent profile": ("POST", "agents/profile", AGENT_PROFILE, {}),
    "read agent profile": ("GET", "agents/profile", {"agent": json.dumps(ADA)}, b""),
}
OF_STATE = {"state", "read state", "list state", "forget state"}
OF_PROFILE = {"activity profile", "forget activity profile", "agent profile", "read agent profile"}


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        ([], set()),
        (["nonsense"], set()),
        (["define"], set()),
        (["statements/write"], {"write"}),
        (["statements/read/mine"], {"read", "activities"}),
        (["statements/read"], {"read", "activities", "agents"}),
        (["state"], OF_STATE),
        (["profile"], OF_PROFILE),
        (["all"], set(REQUESTS)),
    ],
)
def test_6_4_each_scope_opens_its_resources_only(db: None, scopes: list[str], may: set[str]) -> None:
    store = Store(*scopes)
    for name, request in REQUESTS.items():
        answer = store.call(*request)
        assert (answer.status_code != 403) == (name in may), (name, answer.content)
        assert answer.status_code in ((200, 204, 404) if name in may else (403,))
    assert store.call("GET", "about").status_code == 200


def test_a_credential_for_one_actor_speaks_of_that_actor_only(db: None) -> None:
    store = Store("statements/write", actor={"objectType": "Agent", "name": "Ada", **ADA})
    assert store.post(statement(actor=ADA)).status_code == 200
    team = {"objectType": "Group", "member": [ADA]}
    for other in (BEN, team, {"objectType": "Group", **account("crew"), "member": [ADA]}):
        assert store.post(statement(actor=other)).status_code == 403
    assert store.post([statement(actor=ADA), statement(actor=BEN)]).status_code == 403
    assert Statement.objects.count() == 1


def test_a_credential_for_one_registration_speaks_of_that_registration_only(db: None) -> None:
    store = Store("statements/write", registration=UUID(ONE))
    assert store.post(statement(context={"registration": ONE.upper()})).status_code == 200
    for context in (None, {}, {"registration": TWO}):
        assert store.post(statement(context=context)).status_code == 403


def test_a_credential_for_some_activities_speaks_of_those_only(db: None) -> None:
    store = Store("statements/write", activity_prefix=ACTIVITY)
    for about in (ACTIVITY, ACTIVITY + "/lesson"):
        assert store.post(statement(object={"id": about})).status_code == 200
    inner = {"objectType": "SubStatement", **statement(id=None, result=None, context=None)}
    for other in (
        {"id": "https://example.org/"},
        {"id": ACTIVITY.upper()},
        inner,
        reference(ONE),
        {**ADA, "objectType": "Agent"},
    ):
        assert store.post(statement(object=other, context=None)).status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_bounded_credential_keeps_documents_within_its_bounds(db: None, method: str) -> None:
    bounds: list[tuple[dict[str, Any], dict[str, str], dict[str, str]]] = [
        ({"actor": ADA}, {}, {"agent": json.dumps(BEN)}),
        ({"activity_prefix": ACTIVITY}, {}, {"activityId": "https://example.org/"}),
        ({"registration": UUID(ONE)}, {"registration": ONE}, {"registration": TWO}),
    ]
    for bound, within, beyond in bounds:
        store = Store("state", "profile", **bound)
        for resource, query in (("activities/state", STATE), ("activities/profile", ACTIVITY_PROFILE),
                                ("agents/profile", AGENT_PROFILE)):  # fmt: skip
            inside = {**query, **{name: value for name, value in within.items() if resource == "activities/state"}}
            assert store.call(method, resource, inside, {}, if_none_match="*").status_code in (204, 404, 412)
            outside = {**inside, **{name: value for name, value in beyond.items() if name in inside}}
            if outside != inside:
                assert store.call(method, resource, outside, {}, if_none_match="*").status_code == 403


def test_a_credential_for_one_registration_reaches_no_other_state_by_naming_none(db: None) -> None:
    every, one = Store("state"), Store("state", registration=UUID(ONE))
    for context in ({}, {"registration": TWO}):
        every.call("PUT", "activities/state", {**STATE, **context}, {})
    shelf = {name: STATE[name] for name in ("activityId", "agent")}
    for method, query in (("GET", shelf), ("DELETE", shelf), ("GET", STATE), ("PUT", STATE), ("DELETE", STATE)):
        assert one.call(method, "activities/state", query, {}).status_code == 403, method
    assert one.call("DELETE", "activities/state", {**shelf, "registration": ONE}).status_code == 204
    assert Document.objects.count() == 2


def test_2_3_2_only_own_statements_are_voided(db: None) -> None:
    one, other, every = Store("statements/write"), Store("statements/write"), Store("all")
    mine, theirs = one.post(statement()).json()[0], other.post(statement()).json()[0]
    refused = one.post([statement(), voiding(theirs)])
    assert (refused.status_code, Statement.objects.count()) == (403, 2)
    assert one.post(voiding(mine)).status_code == 200
    assert every.post(voiding(theirs)).status_code == 200
    both = statement()
    assert one.post([both, voiding(both["id"])]).status_code == 200
    assert every.get(voidedStatementId=both["id"]).status_code == 200


def test_2_3_2_nobody_voids_in_advance_what_another_will_say(db: None) -> None:
    """The ids of our own statements can be computed by who knows the registration; an unknown one is not yet ours."""
    one, every = Store("statements/write"), Store("all")
    coming = statement()
    assert one.post(voiding(coming["id"])).status_code == 403
    every.post(coming)
    assert every.get(statementId=coming["id"]).status_code == 200


def test_a_credential_is_issued_bounded_and_renewed_in_the_admin(admin_client: Client) -> None:
    listed = ["statements/write", "claim"]
    page = admin_client.get("/admin/credentials/new/").content.decode()
    assert page.count('type="checkbox" name="scopes"') == len(Scope)
    given = {"name": "A provider", "scopes": listed, "actor": "", "authority": "", "is_active": "on"}
    shown = admin_client.post("/admin/credentials/new/", given, follow=True).content.decode()
    credential = Credential.objects.get()
    assert credential.scopes == listed
    first = re.search(r"secret: <code>([^<]+)</code>", shown)
    assert first is not None
    assert credential.matches(first[1])
    address = f"/admin/credentials/edit/{credential.pk}/"
    assert "Make a new secret" in admin_client.get(address).content.decode()
    again = admin_client.post(address, {"renew": "1"}, follow=True).content.decode()
    renewed = re.search(r"secret: <code>([^<]+)</code>", again)
    credential.refresh_from_db()
    assert renewed is not None
    assert credential.matches(renewed[1])
    assert not credential.matches(first[1])
    assert credential.scopes == listed
    admin_client.post(address, {**given, "scopes": ["state"]})
    credential.refresh_from_db()
    assert credential.scopes == ["state"]
    assert credential.matches(renewed[1])


def test_credentials_of_launches_are_not_listed(admin_client: Client) -> None:
    Session()
    assert "Far away" not in admin_client.get("/admin/credentials/").content.decode()
