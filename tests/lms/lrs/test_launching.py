"""Launches of courses that run elsewhere: their address, their one-time token, and what it may do (cmi5 8 to 10)."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from lms.lrs.launching import LAUNCH_DATA, Unit, launch
from lms.lrs.models import Credential, Launch, Statement
from tests.lms.lrs.client import Store, statement, voiding

pytestmark = pytest.mark.django_db
UNIT = Unit(
    address="https://courses.example.org/sea?theme=calm",
    activity="https://learn.example.org/xapi/course/far/content",
    publisher_id="https://courses.example.org/id/sea",
    name="Far away",
    move_on="CompletedAndPassed",
    mastery=0.8,
)
PERSON, REGISTRATION = uuid.uuid4(), uuid.uuid4()


class Session:
    """A launched course with what it was told, and with its token once it has fetched it."""

    def __init__(self, **changes: Any) -> None:
        given = {"unit": UNIT, "person": PERSON, "registration": REGISTRATION, "return_url": "https://l.example/back/"}
        self.address = launch(**{**given, **changes})  # type: ignore[arg-type]
        self.told = {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}
        self.launch = Launch.objects.latest("pk")

    def fetch(self, method: str = "post") -> Any:
        return getattr(Client(), method)(urlsplit(self.told["fetch"]).path)

    def enter(self) -> Session:
        self.client = Client(
            headers={
                "Authorization": f"Basic {self.fetch().json()['auth-token']}",
                "X-Experience-API-Version": "1.0.3",
            }
        )
        return self

    def call(self, method: str, resource: str, body: Any = None, **query: Any) -> Any:
        path = urlsplit(self.told["endpoint"]).path + resource
        content = "" if body is None else json.dumps(body)
        return self.client.generic(method, path, content, content_type="application/json", query_params=query)

    def say(self, **changes: Any) -> Any:
        ours = {
            "actor": json.loads(self.told["actor"]),
            "object": {"id": self.told["activityId"]},
            "context": {"registration": self.told["registration"]},
        }
        return self.call("POST", "statements", statement(**{**ours, **changes}))

    @property
    def state(self) -> dict[str, str]:
        return {"activityId": self.told["activityId"], "agent": self.told["actor"],
                "registration": self.told["registration"]}  # fmt: skip


def test_the_address_says_all_that_the_course_needs_and_nothing_about_the_person() -> None:
    session = Session()
    assert session.address.startswith("https://courses.example.org/sea?theme=calm&endpoint=")
    assert set(session.told) == {"theme", "endpoint", "fetch", "actor", "registration", "activityId"}
    assert session.told["endpoint"].endswith("/xapi/1.0.3/")
    actor = json.loads(session.told["actor"])
    assert set(actor) == {"objectType", "account"}
    assert actor["account"]["name"] == str(PERSON)
    assert session.told["activityId"] == UNIT.activity


@pytest.mark.parametrize(
    ("address", "begins", "ends"),
    [
        ("https://courses.example.org/sea", "https://courses.example.org/sea?endpoint=", ""),
        ("https://courses.example.org/sea?a=1", "https://courses.example.org/sea?a=1&endpoint=", ""),
        ("https://courses.example.org/#/sea", "https://courses.example.org/?endpoint=", "#/sea"),
    ],
)
def test_what_it_says_stands_behind_its_own_query_and_before_its_fragment(
    address: str, begins: str, ends: str
) -> None:
    launched = Session(unit=replace(UNIT, address=address)).address
    assert launched.startswith(begins)
    assert launched.endswith(ends)


def test_the_token_is_fetched_once_by_post() -> None:
    session = Session()
    assert session.fetch("get").status_code == 405
    first = session.fetch()
    assert (first.status_code, list(first.json())) == (200, ["auth-token"])
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = session.fetch()
    assert (again.status_code, again.json()["error-code"]) == (200, "1")
    assert Client().post("/xapi/fetch/nothing").json()["error-code"] == "2"
    assert base64.b64decode(first.json()["auth-token"]).decode().split(":")[1] not in str(
        list(Credential.objects.values())
    )


def test_a_token_cannot_be_fetched_after_the_launch_has_expired() -> None:
    session = Session(now=timezone.now() - timedelta(hours=25))
    assert session.fetch().json()["error-code"] == "1"


def test_the_launch_is_said_and_its_data_can_be_read() -> None:
    session = Session().enter()
    said = Statement.objects.get().data
    extensions = said["context"]["extensions"]
    assert said["verb"]["id"].endswith("/launched")
    assert extensions["https://w3id.org/xapi/cmi5/context/extensions/sessionid"] == str(session.launch.session)
    assert extensions["https://w3id.org/xapi/cmi5/context/extensions/launchmode"] == "Normal"
    assert extensions["https://w3id.org/xapi/cmi5/context/extensions/masteryscore"] == 0.8
    data = session.call("GET", "activities/state", stateId=LAUNCH_DATA, **session.state).json()
    assert data["contextTemplate"] == {
        "contextActivities": {"grouping": [{"objectType": "Activity", "id": UNIT.publisher_id}]},
        "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": str(session.launch.session)},
    }
    assert (data["launchMode"], data["moveOn"], data["masteryScore"]) == ("Normal", "CompletedAndPassed", 0.8)
    assert data["returnURL"] == "https://l.example/back/"


def test_the_token_speaks_of_its_learner_and_registration_only() -> None:
    session = Session().enter()
    assert session.say().status_code == 200
    other = {"account": {"homePage": "https://learn.example.org/xapi/actor", "name": str(uuid.uuid4())}}
    assert session.say(actor=other).status_code == 403
    assert session.say(context={"registration": str(uuid.uuid4())}).status_code == 403
    assert session.say(context=None).status_code == 403
    own = Statement.objects.filter(credential__isnull=False).get()
    mine = json.loads(session.told["actor"])
    context = {"registration": session.told["registration"]}
    assert (
        session.call("POST", "statements", voiding(str(own.statement_id), actor=mine, context=context)).status_code
        == 403
    )
    assert session.call("GET", "statements", statementId=str(own.statement_id)).status_code == 200
    launched = Statement.objects.get(credential=None)
    assert session.call("GET", "statements", statementId=str(launched.statement_id)).status_code == 404


def test_the_token_keeps_state_and_leaves_what_is_not_its_own() -> None:
    session = Session().enter()
    kept = {"stateId": "bookmark", **session.state}
    assert session.call("PUT", "activities/state", {"page": 3}, **kept).status_code == 204
    assert session.call("GET", "activities/state", **kept).json() == {"page": 3}
    for method in ("PUT", "POST", "DELETE"):
        refused = session.call(method, "activities/state", {}, **{**kept, "stateId": LAUNCH_DATA})
        assert refused.status_code == 403, method
    assert session.call("DELETE", "activities/state", **session.state).status_code == 403
    assert (
        session.call("POST", "activities/profile", {}, activityId=UNIT.activity, profileId="theme").status_code == 403
    )
    preferences = {"agent": session.told["actor"], "profileId": "cmi5LearnerPreferences"}
    assert session.call("GET", "agents/profile", **preferences).status_code == 404
    assert session.call("POST", "agents/profile", {"audioPreference": "off"}, **preferences).status_code == 204


def test_a_second_launch_abandons_the_first_at_once() -> None:
    first = Session().enter()
    assert first.say().status_code == 200
    second = Session().enter()
    assert first.say().status_code == 401
    assert second.say().status_code == 200
    verbs = [
        row.data["verb"]["id"].rsplit("/", 1)[1] for row in Statement.objects.filter(credential=None).order_by("pk")
    ]
    assert verbs == ["launched", "abandoned", "launched"]
    assert Session(registration=uuid.uuid4()).enter().say(context=None).status_code == 403
    assert second.say().status_code == 200, "another registration leaves it alone"


def test_what_launched_courses_say_is_found_by_the_authority_that_they_share() -> None:
    Session().enter().say()
    reader = Store("statements/read")
    authority = {"objectType": "Agent", "account": {"homePage": "https://learn.example.org/xapi", "name": "launched"}}
    found = reader.ids(agent=json.dumps(authority), related_agents="true")
    assert found == [str(Statement.objects.get(credential__isnull=False).statement_id)]
