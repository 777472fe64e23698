"""Requirements in the admin: what their author is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from lms.requirements.models import Activity, Requirement
from reminders.laying import lay_standard_ladder
from tests.cast import Cast


def form(activity: Activity, **changes: Any) -> dict[str, Any]:
    values = {"title": "Safety", "code": "safety", "why": "Because.", "office": "", "joiners_from": "",
              "due_from": "issuance", "due_days": 30, "applies_from": str(timezone.localdate()), "applies_until": "",
              "renewal_window_days": 60, "gate": "", "accepted": inline_formset([{"activity": activity.pk}]),
              **changes}  # fmt: skip
    return dict(nested_form_data(values))


@pytest.fixture
def activity(cast: Cast) -> Activity:
    return Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")


def test_the_author_of_a_rule_is_told_whom_it_covers_and_that_nobody_is_reminded(
    cast: Cast, activity: Activity, admin_client: Client
) -> None:
    told = admin_client.post("/admin/requirements/new/", form(activity), follow=True).content.decode()
    assert Requirement.objects.exists(), told
    assert "It covers 5 people." in told
    assert "gets one within the hour" in told
    assert "It is in no reminder ladder" in told
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=timezone.localdate())
    later = timezone.localdate() + timedelta(days=60)
    edit = form(activity, office=cast.elsewhere.pk, applies_from=str(later))
    edit |= {"accepted-INITIAL_FORMS": 1, "accepted-0-id": Requirement.objects.get().accepted.get().pk}
    address = f"/admin/requirements/edit/{Requirement.objects.get().pk}/"
    told = admin_client.post(address, edit, follow=True).content.decode()
    assert "It covers 1 person." in told
    assert f"They are assigned on {later:%-d %B %Y}" in told
    assert "It is in no reminder ladder" not in told
