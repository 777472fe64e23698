"""The statements resource over HTTP, by clause of xAPI part three."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest
from django.test import Client, override_settings

from lms.lrs import authenticating
from lms.lrs.models import Credential, Statement
from tests.lms.lrs.client import VOIDED, Store, statement
from tests.lms.lrs.test_rules import GOOD


@pytest.fixture
def store(db: None) -> Store:
    return Store("statements/write", "statements/read")


def test_post_then_get_gives_back_what_was_sent(store: Store) -> None:
    sent = statement()
    assert store.post(sent).json() == [sent["id"]]
    found = store.get(statementId=sent["id"])
    told = found.json()
    assert {name: told[name] for name in sent} == sent
    assert {"stored", "authority", "version"} <= told.keys()
    assert "Last-Modified" in found.headers
    assert found.headers["X-Experience-API-Version"] == "1.0.3"
    assert found.headers["X-Experience-API-Consistent-Through"].endswith("Z")


def test_put_needs_the_same_id_and_answers_nothing(store: Store) -> None:
    sent = statement()
    assert store.put(sent, sent["id"]).status_code == 204
    assert store.put(sent, sent["id"]).status_code == 204
    assert store.put(sent, str(uuid.uuid4())).status_code == 400
    assert store.put({**sent, "verb": {"id": "https://example.org/other"}}, sent["id"]).status_code == 409
    assert Statement.objects.count() == 1


def test_a_batch_is_stored_whole_or_not_at_all(store: Store) -> None:
    first = statement()
    store.post(first)
    clash = {**first, "verb": {"id": "https://example.org/other"}}
    assert store.post([statement(), clash]).status_code == 409
    assert store.post([statement(), {"actor": {}}]).status_code == 400
    double = statement()
    assert store.post([double, double]).status_code == 400
    assert Statement.objects.count() == 1


def test_a_voided_statement_is_found_only_as_voided(store: Store) -> None:
    sent = statement()
    store.post(sent)
    store.post(statement(verb={"id": VOIDED}, object={"objectType": "StatementRef", "id": sent["id"]}, context={}))
    assert store.get(statementId=sent["id"]).status_code == 404
    assert store.get(voidedStatementId=sent["id"]).json()["id"] == sent["id"]
    assert sent["id"] not in {item["id"] for item in store.get().json()["statements"]}


def test_filters_and_pages(store: Store) -> None:
    other = {"account": {"homePage": "https://example.org", "name": "b"}}
    sent = [statement(), statement(actor=other), statement(verb={"id": "https://example.org/did"})]
    store.post(sent)
    ids = [item["id"] for item in sent]

    def found(**query: str) -> list[str]:
        return [item["id"] for item in store.get(**query).json()["statements"]]

    assert found() == ids[::-1]
    assert found(ascending="true") == ids
    assert found(agent=json.dumps(other)) == [ids[1]]
    assert found(verb="https://example.org/did") == [ids[2]]
    assert found(activity="https://example.org/nothing") == []
    assert len(found(registration=GOOD["context"]["registration"])) == 3
    assert found(since="2100-01-01T00:00:00Z") == []
    first = store.get(limit="2").json()
    store.post(statement())
    assert [item["id"] for item in first["statements"]] == ids[:0:-1]
    second = store.client.get(first["more"]).json()
    assert ([item["id"] for item in second["statements"]], second["more"]) == ([ids[0]], "")


def test_formats(store: Store) -> None:
    sent = statement(verb={"id": "https://example.org/did", "display": {"en": "did", "fr": "a fait"}})
    store.post(sent)
    assert "definition" not in store.get(statementId=sent["id"], format="ids").json()["object"]
    french = store.client.get(
        "/xapi/statements", {"statementId": sent["id"], "format": "canonical"}, headers={"Accept-Language": "fr"}
    )
    assert french.json()["verb"]["display"] == {"fr": "a fait"}


@pytest.mark.parametrize(
    "query",
    [{"nonsense": "1"}, {"limit": "-1"}, {"limit": "x"}, {"since": "x"}, {"registration": "x"}, {"agent": "{"},
     {"agent": "{}"}, {"ascending": "yes"}, {"format": "pretty"}, {"related_agents": "yes"}, {"more": "forged"},
     {"statementId": "x"}, {"statementId": GOOD["id"], "verb": "https://a.b"},
     {"statementId": GOOD["id"], "voidedStatementId": GOOD["id"]}],
)  # fmt: skip
def test_a_parameter_that_cannot_be_obeyed_is_named(store: Store, query: dict[str, str]) -> None:
    answer = store.get(**query)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_versions(store: Store, client: Client) -> None:
    assert client.get("/xapi/about").headers["X-Experience-API-Version"] == "2.0.0"
    assert client.get("/xapi/1.0.3/about").json()["version"] == ["1.0.3"]
    both = client.get("/xapi/about", headers={"X-Experience-API-Version": "1.0"})
    assert both.headers["X-Experience-API-Version"] == "1.0.3"
    for wrong in ("0.95", "3.0.0", "nonsense", "1.0.3.4", None):
        for mount, version in (("/xapi/", "2.0.0"), ("/xapi/1.0.3/", "1.0.3")):
            headers = {} if wrong is None else {"X-Experience-API-Version": wrong}
            refused = client.get(f"{mount}statements", headers=headers)
            assert (refused.status_code, refused.headers["X-Experience-API-Version"]) == (400, version)
            assert client.get(f"{mount}about", headers=headers).status_code == 200


def test_credentials_and_scopes(db: None, client: Client) -> None:
    version = {"X-Experience-API-Version": "1.0.3"}
    refused = client.get("/xapi/statements", headers=version)
    assert refused.status_code == 401
    assert "Basic" in refused.headers["WWW-Authenticate"]
    for header in ("Basic !", "Basic " + base64.b64encode(b"x:y").decode(), "Bearer abc"):
        assert client.get("/xapi/statements", headers={"Authorization": header, **version}).status_code == 401
    assert Store("statements/read").post(statement()).status_code == 403
    writer = Store("statements/write")
    assert writer.post(statement()).status_code == 200
    assert writer.get().status_code == 403
    mine = Store("statements/write", "statements/read/mine")
    sent = statement()
    mine.post(sent)
    assert [item["id"] for item in mine.get().json()["statements"]] == [sent["id"]]
    Credential.objects.update(is_active=False)
    authenticating.forget()
    assert mine.get().status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"verb": {"id": "https://example.org/" + "x" * 2000}},
        {"object": {"id": "https://example.org/" + "x" * 2000}},
        {"verb": {"id": "https://example.org/\x00"}},
        {"actor": {"account": {"homePage": "https://example.org", "name": "a\x00b"}}},
        {"actor": {"account": {"homePage": "https://example.org", "name": "x" * 5000}}},
        {"actor": {"mbox": "mailto:a\x00@example.org"}},
        {"timestamp": "9999-12-31T23:59:59-12:00"},
        {"timestamp": "0001-01-01T00:00:00+12:00"},
        {"result": {"response": "\ud800"}},
    ],
)
def test_what_a_database_could_not_hold_is_refused_in_words(store: Store, changes: dict[str, Any]) -> None:
    answer = store.post(statement(**changes))
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("$")
    assert not Statement.objects.exists()


def test_two_long_names_stay_two(store: Store) -> None:
    page = "https://example.org/" + "x" * 900
    for name in ("a", "b"):
        store.post(statement(actor={"account": {"homePage": page, "name": name}}))
    assert Statement.objects.values("actor").distinct().count() == 2


def test_numbers_without_end_are_refused(store: Store) -> None:
    body = json.dumps(statement()).replace('"raw": 5', '"raw": ' + "9" * 6000)
    answer = store.client.post("/xapi/statements", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("query", [{"verb": "a\x00"}, {"since": "9999-12-31T23:59:59-12:00"}, {"limit": "9" * 5000}])
def test_hostile_parameters_are_refused_in_words(store: Store, query: dict[str, str]) -> None:
    assert store.get(**query).status_code == 400


def test_bodies_are_bounded(store: Store) -> None:
    with override_settings(LMS_XAPI_MAX_BODY=100):
        assert store.post(statement()).status_code == 413
    assert store.client.post("/xapi/statements", "x=1", content_type="text/plain").status_code == 400
    assert store.call("POST", "statements", content_length="9" * 5000).status_code == 400
    assert store.client.delete("/xapi/statements").status_code == 405


def test_the_authority_is_ours_and_not_the_clients(store: Store) -> None:
    sent = statement(authority={"mbox": "mailto:somebody@example.org"}, stored="2001-01-01T00:00:00Z")
    store.post(sent)
    told = store.get(statementId=sent["id"]).json()
    assert told["authority"]["account"]["name"] == store.credential.key
    assert not told["stored"].startswith("2001")
