"""The Alternate Request Syntax over HTTP (xAPI 1.0.3 part three, 1.3): forms that stand for other requests."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from lms.lrs.models import Document, Statement
from tests.lms.lrs.client import ACTIVITY, Store, account, statement

FORM = "application/x-www-form-urlencoded"
STATE = {"activityId": ACTIVITY, "agent": json.dumps(account("a")), "stateId": "one"}


@pytest.fixture
def store(db: None) -> Store:
    return Store("all")


def form(store: Store, method: str, resource: str, more: str = "", **fields: Any) -> Any:
    """As a browser would send it that can set no header: everything in the form."""
    given = {"Authorization": store.basic(), "X-Experience-API-Version": "1.0.3", **fields}
    address = f"{store.mount}{resource}?method={method}{more}"
    return Client().post(address, urlencode(given), content_type=FORM)


@pytest.mark.parametrize("mount", ["/xapi/", "/xapi/1.0.3/"])
def test_1_3_credentials_and_version_in_the_form(store: Store, mount: str) -> None:
    store.mount = mount
    sent = statement()
    answer = form(store, "PUT", "statements", statementId=sent["id"], content=json.dumps(sent))
    assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (204, "1.0.3")
    assert form(store, "GET", "statements", statementId=sent["id"]).json()["id"] == sent["id"]
    posted = form(store, "POST", "statements", content=json.dumps([statement(), statement()]))
    assert len(posted.json()) == 2
    found = form(store, "GET", "statements", agent=json.dumps(sent["actor"]), limit="2").json()
    assert (len(found["statements"]), bool(found["more"])) == (2, True)


def test_1_3_headers_stay_headers_too(store: Store) -> None:
    sent = statement()
    answer = store.client.post(
        "/xapi/statements?method=PUT",
        urlencode({"statementId": sent["id"], "content": json.dumps(sent)}),
        content_type=FORM,
    )
    assert answer.status_code == 204


def test_1_3_documents_with_their_type_and_precondition(store: Store) -> None:
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    assert form(store, "PUT", "activities/state", **STATE, **plain, content="caf\u00e9 & 1=2").status_code == 204
    found = form(store, "GET", "activities/state", **STATE)
    assert (found.content.decode(), found.headers["Content-Type"]) == ("caf\u00e9 & 1=2", plain["Content-Type"])
    again = {**STATE, **plain, "content": "x"}
    assert form(store, "PUT", "activities/state", **again, **{"If-None-Match": "*"}).status_code == 412
    assert form(store, "PUT", "activities/state", **again, **{"if-match": found.headers["ETag"]}).status_code == 204
    assert form(store, "DELETE", "activities/state", **STATE).status_code == 204
    assert form(store, "GET", "activities/state", **STATE).status_code == 404


def test_1_3_other_resources(store: Store) -> None:
    assert form(store, "GET", "activities", activityId=ACTIVITY).json()["id"] == ACTIVITY
    assert form(store, "GET", "agents", agent=STATE["agent"]).json()["objectType"] == "Person"
    assert form(store, "GET", "about").json()["version"] == ["1.0.3"]


def test_ieee_9274_has_no_alternate_syntax(store: Store) -> None:
    sent = json.dumps(statement())
    assert form(store, "POST", "statements", content=sent, **{"X-Experience-API-Version": "2.0.0"}).status_code == 400
    header = {"X-Experience-API-Version": "2.0.0", "Authorization": store.basic()}
    for fields in ({"content": sent}, {"content": sent, "X-Experience-API-Version": "1.0.3"}):
        answer = Client(headers=header).post("/xapi/statements?method=POST", urlencode(fields), content_type=FORM)
        assert answer.status_code == 400
    assert not Statement.objects.exists()


def test_1_3_what_is_no_such_form_is_refused(store: Store) -> None:
    sent = json.dumps(statement())
    client = store.client
    for more in ("&statementId=x", "&limit=1", "&method=GET"):
        assert form(store, "POST", "statements", more=more, content=sent).status_code == 400
    for method in ("PATCH", "post", "", "OPTIONS", "TRACE"):
        assert form(store, method, "statements", content=sent).status_code == 400, method
        assert form(store, method, "activities/state", **STATE, content="{}").status_code == 400, method
    assert form(store, "PUT", "statements", statementId=json.loads(sent)["id"]).status_code == 400
    assert client.post("/xapi/statements?method=POST", sent, content_type="application/json").status_code == 400
    assert client.put("/xapi/statements?method=POST", "content=x", content_type=FORM).status_code == 400
    assert client.get("/xapi/statements?method=GET").status_code == 400
    for body in (b"\xff", b"a", b"a=1&a=2", b"&".join(b"a%d=1" % number for number in range(200))):
        assert client.post("/xapi/statements?method=GET", body, content_type=FORM).status_code == 400, body[:9]
    assert not Statement.objects.exists()
    assert not Document.objects.exists()


def test_1_3_a_form_without_credentials_is_asked_for_them(store: Store) -> None:
    for wrong in ("", "Basic é", "Basic YTpi"):
        assert form(store, "GET", "statements", Authorization=wrong).status_code == 401


@pytest.mark.parametrize("name", ["Content-Type", "If-Match", "Accept-Language", "Authorization"])
def test_1_3_a_header_of_the_form_is_one_line_of_text(store: Store, name: str) -> None:
    """A line end in a type that is kept would break every answer that gives the document back."""
    for value in ("text/plain\r\nX-Other: 1", "text/plain\n", "a\x00b"):
        assert form(store, "PUT", "activities/state", **STATE, content="x", **{name: value}).status_code in (400, 401)
    assert not Document.objects.exists()
