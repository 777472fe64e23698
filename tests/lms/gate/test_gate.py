"""The gate: decision, API, middleware, decorator."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from lms.checks import gates_leave_the_way_open
from lms.gate.decision import UnknownGate, UnknownPerson, decide
from lms.gate.middleware import requires_clearance
from lms.people.models import Person
from lms.requirements.models import Activity, Requirement
from lms.requirements.waiving import NeedsSecondPerson, waive
from lms.tokens.models import AccessToken
from tests.cast import TODAY, Cast, make_requirement
from tests.lms.requirements.test_completing import satisfied

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def rules(cast: Cast) -> list[Requirement]:
    found = []
    for code in ("sea", "respect", "ethics"):
        activity = Activity.objects.create(
            iri=f"https://example.org/{code}", kind="course", name=code, move_on="Parts"
        )
        found.append(make_requirement(code, activity, gate="onboarding", due_days=0))
    activity = Activity.objects.create(iri="https://example.org/other", kind="course", name="other", move_on="Parts")
    make_requirement("other", activity)
    cast.assign()
    return found


def test_blocks_until_all_of_the_gates_requirements_are_complete(cast: Cast, rules: list[Requirement]) -> None:
    for done, code in enumerate(("sea", "respect", "ethics")):
        answer = decide(number="P00001", gate="onboarding", now=NOW)
        assert answer.decision == "block"
        assert len(answer.missing) == 3 - done
        assert all(item.standing == "due" and item.due_on == date(2026, 12, 7) for item in answer.missing)
        satisfied(cast.assignment(cast.amina, code))
    answer = decide(number="P00001", gate="onboarding", now=NOW)
    assert (answer.decision, answer.missing, answer.until) == ("allow", [], None)


def test_a_proof_that_is_to_be_renewed_limits_the_answer(cast: Cast, rules: list[Requirement]) -> None:
    rules[0].accepted.update(valid_months=12)
    for code in ("sea", "respect", "ethics"):
        satisfied(cast.assignment(cast.amina, code))
    assert decide(number="P00001", gate="onboarding", now=NOW).decision == "allow"
    answer = decide(number="P00001", gate="onboarding", now=NOW + timedelta(days=320))
    assert (answer.decision, answer.until) == ("allow_until", date(2027, 11, 22))
    late = decide(number="P00001", gate="onboarding", now=NOW + timedelta(days=400))
    assert (late.decision, [item.standing for item in late.missing]) == ("block", ["expired"])


def test_a_gate_with_grace_lets_through_until_the_due_date(cast: Cast, rules: list[Requirement]) -> None:
    Requirement.objects.update(gate_allows_until_due=True)
    assert decide(number="P00001", gate="onboarding", now=NOW).until == date(2026, 12, 7)
    after = decide(number="P00001", gate="onboarding", now=datetime(2026, 12, 8, 12, tzinfo=UTC))
    assert after.decision == "block"


def test_a_waiver_counts_while_it_runs_and_needs_two_other_people(cast: Cast, rules: list[Requirement]) -> None:
    for code in ("respect", "ethics"):
        satisfied(cast.assignment(cast.amina, code))
    waiver = {"assignment": cast.assignment(cast.amina, "sea"), "reason": "security", "starts_on": TODAY,
              "ends_on": TODAY + timedelta(days=10)}  # fmt: skip
    for requested, approved in ((cast.dora, cast.dora), (cast.dora, cast.amina)):
        with pytest.raises(NeedsSecondPerson):
            waive(**waiver, requested_by=requested, approved_by=approved)
    waive(**waiver, requested_by=cast.chen, approved_by=cast.dora)
    assert decide(number="P00001", gate="onboarding", now=NOW).until == TODAY + timedelta(days=10)


def test_who_has_left_is_blocked_and_who_is_unknown_is_told_apart(cast: Cast, rules: list[Requirement]) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(left_on=TODAY)
    assert decide(number="P00002", gate="no-requirement-names-it", now=NOW).decision == "block"
    with pytest.raises(UnknownPerson):
        decide(number="P99999", gate="onboarding", now=NOW)


def test_a_gate_that_no_rule_in_force_names_opens_nothing(
    cast: Cast, rules: list[Requirement], client: Client
) -> None:
    for code in ("sea", "respect", "ethics"):
        satisfied(cast.assignment(cast.bruno, code))
    token = AccessToken.issue(name="Access control")
    for gate in ("onbording", "%00", ""):
        answer = client.get(f"/api/v1/clearance/P00002?gate={gate}", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()) == (
            404, {"error": "No requirement in force asks at a gate of that name."}
        )  # fmt: skip
    Requirement.objects.update(applies_until=date(2026, 11, 1))
    with pytest.raises(UnknownGate):
        decide(number="P00002", gate="onboarding", now=NOW)
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    client.cookies["django_language"] = "en"
    with override_settings(LMS_GATED_PATHS={"/onboarding/": "onbording"}):
        shut = client.get("/onboarding/")
    assert shut.status_code == 403
    assert "no rule says who may" in shut.content.decode()


def test_api_answers_with_two_queries(
    cast: Cast, rules: list[Requirement], client: Client, django_assert_num_queries: object
) -> None:
    token = AccessToken.issue(name="Access control")
    with django_assert_num_queries(2):  # type: ignore[operator]
        answer = client.get("/api/v1/clearance/P00001?gate=onboarding", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"decision", "until", "missing", "checked_at"}
    assert told["decision"] == "block"
    assert {item["requirement"] for item in told["missing"]} == {"sea", "respect", "ethics"}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_api_refuses_without_a_good_token(cast: Cast, client: Client, header: dict[str, str]) -> None:
    answer = client.get("/api/v1/clearance/P00001", headers=header)
    assert answer.status_code == 401
    assert answer.json() == {"error": "A valid bearer token is needed."}


@pytest.mark.parametrize("number", ["P99999", "%00", "P%00", "x" * 500, "%F0%9F%92%A9"])
def test_api_says_that_nobody_has_the_number(cast: Cast, client: Client, number: str) -> None:
    token = AccessToken.issue(name="Access control")
    answer = client.get(f"/api/v1/clearance/{number}", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()) == (404, {"error": "There is nobody with that number."})


def test_api_refuses_a_token_that_was_switched_off(cast: Cast, client: Client) -> None:
    token = AccessToken.issue(name="Access control")
    AccessToken.objects.update(is_active=False)
    answer = client.get("/api/v1/clearance/P00001", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_openapi_page_is_there(client: Client, db: None) -> None:
    assert client.get("/api/v1/docs").status_code == 200
    assert "/api/v1/clearance/{person}" in client.get("/api/v1/openapi.json").json()["paths"]


def test_no_cache_keeps_an_answer(client: Client, cast: Cast, rules: list[Requirement]) -> None:
    header = {"Authorization": f"Bearer {AccessToken.issue(name='Access control')}"}
    for number, headers, status in (("P00001", header, 200), ("P99999", header, 404), ("P00001", {}, 401)):
        answer = client.get(f"/api/v1/clearance/{number}", headers=headers)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")


def test_middleware_keeps_the_portal_shut_and_says_what_is_missing(
    cast: Cast, rules: list[Requirement], client: Client
) -> None:
    assert client.get("/onboarding/").status_code == 302
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    shut = client.get("/onboarding/", headers={"Accept-Language": "en"})
    assert shut.status_code == 403
    assert "Sea" in shut.content.decode()
    for code in ("sea", "respect", "ethics"):
        satisfied(cast.assignment(cast.bruno, code))
    assert client.get("/onboarding/").status_code == 200


def test_a_user_who_is_nobody_does_not_pass(client: Client, admin_user: object) -> None:
    client.force_login(admin_user)  # type: ignore[arg-type]
    assert client.get("/onboarding/").status_code == 403


def test_help_is_never_gated(cast: Cast, rules: list[Requirement], client: Client) -> None:
    with override_settings(LMS_GATED_PATHS={"/help/": "onboarding"}):
        assert client.get("/help/").status_code == 200


@pytest.mark.parametrize("media", ["", "/"])
def test_a_media_address_that_is_not_set_opens_nothing(
    cast: Cast, rules: list[Requirement], client: Client, media: str
) -> None:
    assert cast.bruno.user is not None
    client.force_login(cast.bruno.user)
    with override_settings(MEDIA_URL=media):
        assert client.get("/onboarding/").status_code == 403


def test_decorator_guards_a_hosts_own_view(cast: Cast, rules: list[Requirement], rf: RequestFactory) -> None:
    from django.http import HttpResponse

    view = requires_clearance("onboarding")(lambda request: HttpResponse("inside"))
    request = rf.get("/host/")
    request.user = cast.bruno.user  # type: ignore[assignment]
    assert view(request).status_code == 403
    for code in ("sea", "respect", "ethics"):
        satisfied(cast.assignment(cast.bruno, code))
    assert view(request).content == b"inside"


@pytest.mark.parametrize(
    ("paths", "ids"),
    [
        ({"/onboarding/": "onboarding"}, []),
        ({"/": "onboarding"}, ["lms.E002"]),
        ({"/help/": "onboarding"}, ["lms.E002"]),
        ({"/learning/": "onboarding"}, ["lms.E002"]),
        ({"portal/": "onboarding"}, ["lms.E001"]),
    ],
)
def test_settings_that_would_shut_the_way_are_found(paths: dict[str, str], ids: list[str]) -> None:
    with override_settings(LMS_GATED_PATHS=paths):
        assert [message.id for message in gates_leave_the_way_open(None)] == ids
