"""Partners in the admin: who sees which agreements, what can be saved, exports, readiness."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.compliance.indicators import indicators_of, partner_indicators
from lms.partners.models import Agreement, ReadyOverride
from lms.people.groups import ensure_groups
from lms.people.models import Office, OfficeAccess, Organisation, Person
from tests.attestations.test_undertakings import link_of, sign
from tests.cast import TODAY, Cast, make_person
from tests.lms.partners.desk import Desk, as_, do_course, issue_undertaking, make_agreement

pytestmark = pytest.mark.django_db
LIST = "/admin/compliance/partners/"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    groups = ensure_groups()
    for person, group in ((cast.dora, "HR"), (cast.chen, "Heads of office"), (cast.eve, "Heads of office")):
        assert person.user is not None
        person.user.groups.add(groups[group])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)  # type: ignore[misc]
    OfficeAccess.objects.create(user=cast.eve.user, office=cast.elsewhere)  # type: ignore[misc]
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)
    return Desk(cast)


def page(desk: Desk) -> str:
    return f"{LIST}{desk.agreement.pk}/"


def text(client: Client, path: str, **values: Any) -> str:
    answer = client.post(path, values, follow=True) if values else client.get(path, follow=True)
    return str(answer.content.decode())


def exported(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    data = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(data)))


def test_each_office_sees_its_own(desk: Desk) -> None:
    make_agreement("AP-1", desk.organisation, desk.cast, office=desk.cast.elsewhere)
    shown = {person.number: text(as_(person), LIST) for person in (desk.cast.chen, desk.cast.eve, desk.cast.dora)}
    assert ("BK-1" in shown["P00003"], "AP-1" in shown["P00003"]) == (True, False)
    assert ("BK-1" in shown["P00005"], "AP-1" in shown["P00005"]) == (False, True)
    assert ("BK-1" in shown["P00004"], "AP-1" in shown["P00004"]) == (True, True)
    for path in (page(desk), f"{page(desk)}people/"):
        assert as_(desk.cast.eve).get(path).status_code == 404
    assert as_(desk.cast.eve).post(page(desk), {"declare": "1"}).status_code == 404


def test_the_list_is_narrowed_and_exported_without_formulas(desk: Desk) -> None:
    Organisation.objects.filter(pk=desk.organisation.pk).update(name="=cmd")
    (member,) = desk.name("Ada")
    do_course(member.person, desk.activity)
    client = as_(desk.cast.dora)
    (row,) = exported(client, f"{LIST}?export=csv")
    assert (row["state"], row["undertaking_signed_on"], row["undertaking_version"]) == ("invited", "", "")
    sign_it(desk)
    (row,) = exported(client, f"{LIST}?export=csv")
    assert (row["partner_name"], row["state"], row["named"], row["verified"], row["percent"]) == (
        "'=cmd", "training_verified", "1", "1", "100.0",
    )  # fmt: skip
    assert client.get(f"{LIST}?export=xlsx").status_code == 200
    assert "BK-1" in text(client, f"{LIST}?state=training_verified")
    for none in ("state=lapsed", "rating=full", f"office={desk.cast.elsewhere.pk}"):
        assert "BK-1" not in text(client, f"{LIST}?{none}")
    (row,) = exported(client, f"{page(desk)}people/?export=csv")
    assert (row["name"], row["cover"], row["lapsing"]) == ("Ada", "verified", "no")


def sign_it(desk: Desk) -> None:
    issue_undertaking()
    sign(link_of(desk))


VALUES = {
    "reference": "BK-9", "starts_on": "2026-01-01", "threshold": "80", "rating": "medium", "signatory_language": "fr",
    "assessed_on": "2026-02-01", "assessed_by": "Another entity", "review_on": "2027-02-01", "numbers": "X00001\nP00002",
}  # fmt: skip


def test_hr_saves_an_agreement_with_its_focal_points(desk: Desk) -> None:
    client = as_(desk.cast.dora)
    values = {**VALUES, "organisation": desk.organisation.pk, "office": desk.cast.country.pk,
              "requirements": [desk.requirement.pk]}  # fmt: skip
    assert "The agreement is saved." in text(client, f"{LIST}add/", **values)
    found = Agreement.objects.get(reference="BK-9")
    assert {person.number for person in found.focal_points.all()} == {"X00001", "P00002"}
    assert list(found.requirements.all()) == [desk.requirement]
    other = Organisation.objects.create(code="PP2", name="Green Lamp")
    text(client, f"{LIST}{found.pk}/change/", **{**values, "organisation": other.pk, "threshold": "70"})
    found.refresh_from_db()
    assert (found.organisation, found.threshold) == (desk.organisation, 70)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"numbers": "X00002"}, "has this number"),
        ({"numbers": "NOBODY\x00"}, "Null characters"),
        ({"threshold": "0"}, "between 1 and 100"),
        ({"ends_on": "2025-01-01"}, "ends after it starts"),
        ({"review_on": "2025-01-01"}, "A review follows"),
    ],
)
def test_what_cannot_be_saved_is_said(desk: Desk, changes: dict[str, str], said: str) -> None:
    stranger = Organisation.objects.create(code="PP2", name="Green Lamp")
    make_person("X00002", desk.cast.country, category="PARTNER", organisation=stranger)
    values = {**VALUES, "organisation": desk.organisation.pk, "office": desk.cast.country.pk, **changes}
    assert said in text(as_(desk.cast.dora), f"{LIST}add/", **values)
    assert not Agreement.objects.filter(reference="BK-9").exists()


def test_hr_of_an_office_saves_nothing_elsewhere(desk: Desk) -> None:
    OfficeAccess.objects.filter(user=desk.cast.dora.user).update(office=desk.cast.country)  # type: ignore[misc]
    values = {**VALUES, "organisation": desk.organisation.pk, "office": desk.cast.elsewhere.pk}
    text(as_(desk.cast.dora), f"{LIST}add/", **values)
    assert not Agreement.objects.filter(reference="BK-9").exists()


def second_hr(cast: Cast) -> Person:
    person = make_person("P00006", cast.headquarters, user=True, name="Hugo HR")
    assert person.user is not None
    person.user.groups.add(ensure_groups()["HR"])
    OfficeAccess.objects.create(user=person.user, office=cast.headquarters)
    return person


def test_an_exception_is_asked_for_by_one_and_granted_by_another(desk: Desk) -> None:
    desk.name("Ada")
    dora, path = as_(desk.cast.dora), page(desk)
    assert "Nothing replaces it" in text(dora, path, declare="1")
    sign_it(desk)
    assert "below the threshold" in text(dora, path, declare="1")
    until = (timezone.localdate() + timedelta(days=10)).isoformat()
    assert "It is recorded." in text(dora, path, ask="1", reason="emergency", ends_on=until)
    assert "somebody else decides" in text(dora, path)
    asked = str(ReadyOverride.objects.get().pk)
    assert "Somebody else has to decide" in text(dora, path, grant=asked)
    assert "It is recorded." in text(as_(second_hr(desk.cast)), path, grant=asked)
    assert ReadyOverride.objects.get().decision == "approved"
    assert "Ready, by an exception" in text(dora, path)


def test_a_page_that_stood_open_decides_on_no_later_request(desk: Desk) -> None:
    desk.name("Ada")
    sign_it(desk)
    dora, hugo, path = as_(desk.cast.dora), as_(second_hr(desk.cast)), page(desk)
    until = (timezone.localdate() + timedelta(days=10)).isoformat()
    text(dora, path, ask="1", reason="emergency", ends_on=until)
    seen = ReadyOverride.objects.get().pk
    assert f'name="grant" value="{seen}"' in text(hugo, path)
    text(hugo, path, refuse=seen)
    text(dora, path, ask="1", reason="emergency", ends_on=until)
    assert "This was decided before." in text(hugo, path, grant=seen)
    for nonsense in ("1" * 30, "x", " "):
        assert "Nothing was decided" in text(hugo, path, grant=nonsense)
    assert list(ReadyOverride.objects.order_by("pk").values_list("decision", flat=True)) == ["refused", ""]


def test_a_head_sees_and_declares_nothing(desk: Desk) -> None:
    chen = as_(desk.cast.chen)
    assert "Declare the partner ready" not in text(chen, page(desk))
    for action in ("declare", "withdraw", "undertaking"):
        chen.post(page(desk), {action: "1"})
    assert Agreement.objects.get().ready_at is None
    assert not desk.agreement.invitations.exists()


def test_whoever_has_no_record_of_their_own_declares_nothing(desk: Desk) -> None:
    admin = User.objects.create_superuser("root")
    client = Client()
    client.force_login(admin)
    assert client.get(page(desk)).status_code == 200
    client.post(page(desk), {"declare": "1"})
    assert Agreement.objects.get().ready_at is None


def test_the_list_costs_as_many_queries_for_many_as_for_few(desk: Desk) -> None:
    client = as_(desk.cast.dora)

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    desk.name("Ada")
    paths = (LIST, f"{LIST}?state=invited", page(desk), f"{page(desk)}people/")
    before = [cost(path) for path in paths]
    desk.name(*(f"P {number}" for number in range(20)))
    for number in range(10):
        partner = Organisation.objects.create(code=f"N{number}", name=f"N {number}")
        make_agreement(f"N-{number}", partner, desk.cast, requirements=[desk.requirement])
    after = [cost(path) for path in paths]
    assert after == before
    assert max(before) <= 45


def test_the_risk_register_is_told_how_many_agreements_have_an_undertaking(desk: Desk) -> None:
    make_agreement("BK-2", desk.organisation, desk.cast)
    make_agreement("AP-1", desk.organisation, desk.cast, office=desk.cast.elsewhere)
    make_agreement("BK-0", desk.organisation, desk.cast, ends_on=TODAY.replace(month=2))
    sign_it(desk)
    today = timezone.localdate()
    offices = list(Office.objects.filter(code__in=["HQ", "WCA", "WCA-SN", "APA"]))
    found = {item.office: item for item in indicators_of(offices=offices, as_at=today)}
    told = {code: (item.numerator, item.denominator, item.percent, item.level) for code, item in found.items()}
    assert told == {
        "HQ": (1, 3, 33.3, "red"), "WCA": (1, 2, 50.0, "red"), "WCA-SN": (1, 2, 50.0, "red"), "APA": (0, 1, 0.0, "red"),
    }  # fmt: skip
    before = partner_indicators(offices=Office.objects.filter(code="HQ"), as_at=today - timedelta(days=1))
    assert [(item.numerator, item.denominator) for item in before] == [(0, 3)]
