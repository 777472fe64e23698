"""My team: whom a supervisor sees, in which order, at what cost."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from lms.lrs import vocabulary as v
from lms.people.models import Person
from lms.requirements.models import Activity, Assignment
from lms.requirements.waiving import waive
from tests.cast import Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied, say


@pytest.fixture
def chens(cast: Cast, client: Client) -> Client:
    """Chen's team: Bruno is late with one task and has done the other; Amina has not come yet; Abel has done all."""
    for code in ("sea", "ethics"):
        activity = Activity.objects.create(
            iri=f"https://example.org/{code}", kind="course", name=code, move_on="Parts"
        )
        make_requirement(code, activity, due_days=1 if code == "sea" else 3000)
    make_person("P00010", cast.country, name="Abel Done", supervisor=cast.chen)
    make_person("P00011", cast.country, name="Aaron Due", supervisor=cast.chen)
    make_person("P00012", cast.country, name="Zoe Gone", supervisor=cast.chen, left_on="2026-03-01")
    cast.assign()
    satisfied(cast.assignment(cast.bruno, "ethics"))
    for number in ("P00010", "P00011"):
        satisfied(cast.assignment(Person.objects.get(number=number), "sea"))
    satisfied(cast.assignment(Person.objects.get(number="P00010"), "ethics"))
    assert cast.chen.user is not None
    client.force_login(cast.chen.user)
    return client


def test_who_is_late_comes_first_and_who_has_nothing_open_last(chens: Client) -> None:
    shown = chens.get("/team/").content.decode()
    places = [shown.index(name) for name in ("Bruno Late", "Aaron Due", "Nothing open", "Abel Done")]
    assert places == sorted(places)
    assert "Zoe Gone" not in shown
    assert "Eve Elsewhere" not in shown


def test_what_is_done_is_folded_away(chens: Client) -> None:
    shown = chens.get("/team/").content.decode()
    outside = re.sub(r"<details.*?</details>", "", shown, flags=re.DOTALL)
    assert "standing-complete" in shown
    assert "standing-complete" not in outside
    assert "standing-overdue" in outside


@pytest.mark.parametrize("more", [0, 30])
def test_the_queries_do_not_grow_with_the_team(
    cast: Cast, chens: Client, django_assert_max_num_queries: Any, more: int
) -> None:
    for number in range(more):
        make_person(f"Q{number:05}", cast.country, supervisor=cast.chen)
    cast.assign()
    for assignment in Assignment.objects.filter(person__number__startswith="Q", requirement__code="sea")[:10]:
        satisfied(assignment)
    chens.get("/team/")
    with django_assert_max_num_queries(8):
        assert chens.get("/team/").content.decode().count("<h2") > more


def test_a_supervisor_reads_no_score_and_no_reason_of_a_waiver(cast: Cast, chens: Client) -> None:
    """That it is set aside is state; why is between the person and who decided."""
    bruno = cast.assignment(cast.bruno, "sea")
    content = f"{bruno.requirement.accepted.get().activity.iri}/x"
    say(cast.bruno, v.FAILED, content, bruno.registration, score=(0.4321, 4321, 10000), success=False)
    waive(
        assignment=bruno, reason="security", requested_by=cast.chen, approved_by=cast.dora, starts_on=date(2026, 11, 1)
    )
    shown = chens.get("/team/").content.decode()
    assert "standing-waived" in shown
    for secret in ("ecurity", "evacuation", "4321", "Dora", "ailed"):
        assert secret not in shown
