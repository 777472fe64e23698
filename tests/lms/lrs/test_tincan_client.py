"""Python's tincan as a client of the record store."""

from __future__ import annotations

from typing import Any

import pytest
import tincan

from lms.lrs.models import Credential


@pytest.fixture
def remote(live_server: Any) -> tincan.RemoteLRS:
    credential, secret = Credential.issue(name="tincan", scopes=["statements/write", "statements/read"])
    return tincan.RemoteLRS(
        version="1.0.3", endpoint=f"{live_server.url}/xapi/1.0.3/", username=credential.key, password=secret
    )


def a_statement(name: str = "a") -> tincan.Statement:
    return tincan.Statement(
        actor=tincan.Agent(account=tincan.AgentAccount(home_page="https://example.org", name=name)),
        verb=tincan.Verb(id="http://adlnet.gov/expapi/verbs/experienced", display={"en": "experienced"}),
        object=tincan.Activity(id="https://example.org/a"),
    )


@pytest.mark.django_db(transaction=True)
def test_saves_and_queries(remote: tincan.RemoteLRS) -> None:
    about = remote.about()
    assert about.success
    saved = remote.save_statement(a_statement())
    assert saved.success
    assert remote.save_statements([a_statement("b"), a_statement("c")]).success
    found = remote.retrieve_statement(saved.content.id)
    assert found.content.actor.account.name == "a"
    page = remote.query_statements({"limit": 2})
    assert [item.actor.account.name for item in page.content.statements] == ["c", "b"]
    rest = remote.more_statements(page.content)
    assert [item.actor.account.name for item in rest.content.statements] == ["a"]
