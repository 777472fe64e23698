"""Auditors: they read and take packs between two days, and change nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from lms.people.groups import ensure_groups
from lms.people.models import Invitation, Office, OfficeAccess
from lms.requirements.models import Activity, WaiverRequest
from tests.cast import Cast, make_person, make_requirement


@pytest.fixture
def auditor(cast: Cast) -> User:
    user = User.objects.create_user("auditor")
    user.groups.add(ensure_groups()["Auditors"])
    return user


@pytest.mark.parametrize(
    ("starts", "ends", "sees"),
    [(None, None, True), (0, 0, True), (-5, 5, True), (None, 0, True), (0, None, True),
     (1, None, False), (None, -1, False), (-9, -1, False), (1, 9, False)],
)  # fmt: skip
def test_access_holds_from_its_first_day_to_its_last(
    auditor: User, cast: Cast, starts: int | None, ends: int | None, sees: bool
) -> None:
    days = [None if shift is None else timezone.localdate() + timedelta(shift) for shift in (starts, ends)]
    OfficeAccess.objects.create(user=auditor, office=cast.region, starts_on=days[0], ends_on=days[1])
    assert set(Office.objects.visible_to(auditor)) == ({cast.region, cast.country} if sees else set())


def test_an_end_before_the_beginning_is_refused_by_the_database(auditor: User, cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeAccess.objects.create(
            user=auditor, office=cast.region, starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 31)
        )


def test_an_auditors_access_has_a_last_day(auditor: User, cast: Cast) -> None:
    with pytest.raises(ValidationError, match="last day"):
        OfficeAccess(user=auditor, office=cast.region).full_clean()
    OfficeAccess(user=auditor, office=cast.region, ends_on=date(2026, 12, 31)).full_clean()
    OfficeAccess(user=cast.dora.user, office=cast.region).full_clean()


def test_hr_gives_access_with_its_days_in_the_admin(auditor: User, cast: Cast, client: Client) -> None:
    assert cast.dora.user is not None
    cast.dora.user.groups.add(ensure_groups()["HR"])
    client.force_login(cast.dora.user)
    asked = {"user": auditor.pk, "office": cast.region.pk, "starts_on": "2026-11-01", "ends_on": ""}
    assert "has a last day" in client.post("/admin/office_access/new/", asked).content.decode()
    client.post("/admin/office_access/new/", {**asked, "ends_on": "2026-12-31"})
    assert OfficeAccess.objects.get().ends_on == date(2026, 12, 31)


@pytest.fixture
def reading(auditor: User, cast: Cast, client: Client) -> Client:
    activity = Activity.objects.create(iri="https://example.org/sea", kind="course", name="sea", move_on="Parts")
    make_requirement("sea", activity)
    make_person("P00030", cast.country, email="", personal_email="x@example.net")
    cast.assign()
    OfficeAccess.objects.create(user=auditor, office=cast.headquarters, ends_on=timezone.localdate())
    client.force_login(auditor)
    return client


def test_an_auditor_reads(reading: Client, cast: Cast) -> None:
    why = cast.assignment(cast.bruno, "sea").pk
    for address in ("compliance/", "compliance/people/", "compliance/person/P00002/", f"compliance/why/{why}/",
                    "compliance/claims/", "compliance/auditor-pack/", "messages/"):  # fmt: skip
        assert reading.get(f"/admin/{address}").status_code == 200, address


def test_and_changes_nothing(reading: Client, cast: Cast) -> None:
    why = cast.assignment(cast.bruno, "sea").pk
    assert reading.post("/admin/compliance/person/P00030/").status_code == 404
    asked = {"reason": "security", "ends_on": timezone.localdate()}
    assert reading.post(f"/admin/compliance/why/{why}/", asked).status_code in (302, 403)
    assert not Invitation.objects.exists()
    assert not WaiverRequest.objects.exists()
    for address in ("requirements/", "headships/", "office_access/", "reminder_ladders/", "questions/", "users/",
                    "compliance/waivers/", "compliance/looks/", "pages/1/edit/"):  # fmt: skip
        assert reading.get(f"/admin/{address}").status_code in (302, 403), address
    assert not {
        codename
        for codename in ensure_groups()["Auditors"].permissions.values_list("codename", flat=True)
        if not codename.startswith(("view_", "take_", "access_admin"))
    }


def test_the_day_after_there_is_nothing_to_read(reading: Client) -> None:
    OfficeAccess.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    for address in ("compliance/", "compliance/people/", "compliance/auditor-pack/", "messages/"):
        assert reading.get(f"/admin/{address}").status_code in (302, 403), address
    assert reading.post("/admin/compliance/auditor-pack/", {"office": "HQ"}).status_code in (302, 403)
