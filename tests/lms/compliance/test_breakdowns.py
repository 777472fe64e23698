"""Figures taken apart: recomputed one person at a time, and every number opens its list."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from datetime import timedelta
from statistics import median as plain_median
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lms.compliance.breakdowns import BANDS, broken_down
from lms.compliance.counting import Counts, rolled_up
from lms.compliance.figures import listed
from lms.compliance.joiners import PERIOD, counted_joiners
from lms.compliance.narrowing import BAND_NAMES, FILTERS, narrowed
from lms.compliance.timing import durations, median
from lms.people.models import Category, Office, Person
from lms.requirements.models import Activity, Assignment
from lms.requirements.standing import Standing
from tests.cast import TODAY, Cast, make_person, make_requirement
from tests.lms.compliance.test_figures import crowd
from tests.lms.compliance.test_views import reporting, sign_in
from tests.lms.requirements.test_completing import satisfied

__all__ = ["crowd", "reporting"]


@pytest.fixture
def motley(crowd: Cast) -> Cast:
    """The crowd, of all categories, a fifth of them managers."""
    for place, person in enumerate(Person.objects.order_by("pk")):
        category = list(Category)[place % 4]
        Person.objects.filter(pk=person.pk).update(category=category, is_manager=place % 5 == 0)
    return crowd


def days_late(assignment: Assignment) -> int:
    """As docs/figures.md says it."""
    last = assignment.due_on
    if assignment.completed_on and assignment.completed_on <= TODAY:
        assert assignment.valid_until
        last = assignment.valid_until
    elif assignment.carried_until:
        last = assignment.carried_until
    return (TODAY - last).days


def test_parts_add_up_to_the_figures_and_are_what_the_facts_give(motley: Cast) -> None:
    offices = list(Office.objects.all())
    whole = {row.requirement: row.figures for row in rolled_up(roots=offices[:1], offices=offices, as_at=TODAY)}
    took = durations(listed(TODAY))
    for item in broken_down(Counts(offices=offices, as_at=TODAY)):
        assert item.figures == whole[item.requirement]
        assert sum(item.bands.values()) == item.figures.overdue
        total = sum(item.categories.values(), start=type(item.figures)())
        assert total == item.figures
        naive: Counter[str] = Counter()
        days = []
        managers = 0
        for row in listed(TODAY).filter(requirement=item.requirement).select_related("person"):
            managers += row.person.is_manager and row.bucket not in ("left", "on_leave")
            if row.bucket == "complete" and row.completed_on and row.completed_on >= row.opened_on:
                days.append((row.completed_on - row.opened_on).days)
            if row.bucket == "overdue":
                assert row.standing_on(TODAY) in (Standing.OVERDUE, Standing.EXPIRED)
                late = days_late(row)
                assert late >= 1
                naive[next(name for name, (_, last) in BANDS.items() if last is None or late <= last)] += 1
        assert naive == Counter({name: number for name, number in item.bands.items() if number})
        assert item.managers.in_scope == managers
        assert took[item.requirement.pk].of == len(days) > 0
        assert took[item.requirement.pk].median == plain_median(days)


@given(st.lists(st.integers(0, 400)))
def test_the_median_of_counts_is_the_median(values: list[int]) -> None:
    assert median(Counter(values)) == (plain_median(values) if values else None)


@pytest.mark.parametrize(("late", "band"), [(1, "1-30"), (30, "1-30"), (31, "31-90"), (90, "31-90"), (91, "over-90")])
@pytest.mark.parametrize("ended", [False, True], ids=["never had one", "proof ended"])
def test_a_band_begins_on_its_day(cast: Cast, late: int, band: str, ended: bool) -> None:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    last = TODAY - timedelta(days=late)
    facts = {"carried_until": last, "due_on": TODAY - timedelta(days=500)} if ended else {"due_on": last}
    Assignment.objects.filter(person=cast.bruno).update(**facts)
    mine = listed(TODAY).filter(person=cast.bruno)
    assert [narrowed(mine, {"band": name}, as_at=TODAY).count() for name in BANDS] == [name == band for name in BANDS]


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("value", ["nothing-of-that-name", "\x00", "'; --"])
def test_a_filter_that_is_not_known_finds_nobody(motley: Cast, name: str, value: str) -> None:
    if name != "timed" or "\x00" in value:
        assert not narrowed(listed(TODAY), {name: value}, as_at=TODAY).exists()


def test_the_bands_have_names() -> None:
    assert set(BAND_NAMES) == set(BANDS)


def test_breaking_down_takes_two_queries(motley: Cast, django_assert_num_queries: Any) -> None:
    offices = list(Office.objects.all())
    with django_assert_num_queries(2):
        broken_down(Counts(offices=offices, as_at=TODAY))


@pytest.fixture
def gated(cast: Cast) -> Cast:
    """Two courses are asked for at the gate; a third is not."""
    for code in ("sea", "respect", "other"):
        activity = Activity.objects.create(
            iri=f"https://example.org/{code}", kind="course", name=code, move_on="Parts"
        )
        make_requirement(code, activity, gate="" if code == "other" else "onboarding")
    Person.objects.exclude(pk=cast.bruno.pk).update(joined_on=TODAY - timedelta(days=800))
    cast.assign()
    return cast


def cleared(cast: Cast) -> tuple[int, int]:
    """Of all that the gate asks for, and of nothing else."""
    found = dict(counted_joiners(offices=[cast.country], since=TODAY - PERIOD, as_at=TODAY))
    assert {rule.code if rule else "all" for rule in found} == {"sea", "respect", "all"}
    return found[None].cleared, found[None].joined


def test_each_requirement_of_the_gate_is_told_apart(gated: Cast, django_assert_num_queries: Any) -> None:
    satisfied(gated.assignment(gated.bruno, "sea"))
    before = gated.bruno.joined_on - timedelta(days=1)
    Assignment.objects.filter(person=gated.bruno, requirement__code="sea").update(completed_on=before)
    with django_assert_num_queries(2):
        found = counted_joiners(offices=[gated.country], since=TODAY - PERIOD, as_at=TODAY)
    assert {rule.code: (counts.cleared, counts.joined) for rule, counts in found if rule} == {
        "sea": (1, 1), "respect": (0, 1),
    }  # fmt: skip
    assert cleared(gated) == (0, 1)


def test_a_joiner_is_cleared_by_all_of_the_gate_before_the_first_day(gated: Cast) -> None:
    assert cleared(gated) == (0, 1)
    before = gated.bruno.joined_on - timedelta(days=1)
    for code, so_far in (("sea", 0), ("respect", 1)):
        satisfied(gated.assignment(gated.bruno, code))
        Assignment.objects.filter(person=gated.bruno, requirement__code=code).update(completed_on=before)
        assert cleared(gated) == (so_far, 1)
    Assignment.objects.filter(person=gated.bruno, requirement__code="sea").update(completed_on=gated.bruno.joined_on)
    assert cleared(gated) == (0, 1)
    Assignment.objects.filter(person=gated.bruno, requirement__code="sea").update(
        completed_on=before, valid_until=before
    )
    assert cleared(gated) == (0, 1)


def test_who_joined_before_the_rule_or_never_came_is_no_joiner(gated: Cast) -> None:
    Person.objects.filter(pk=gated.bruno.pk).update(left_on=gated.bruno.joined_on)
    assert cleared(gated) == (0, 0)
    Person.objects.filter(pk=gated.bruno.pk).update(left_on=None, joined_on=TODAY - PERIOD)
    assert cleared(gated) == (0, 0)


@pytest.mark.parametrize("address", ["", "?office=WCA-SN", "?office=WCA&as_at=2026-11-23"])
def test_each_part_opens_a_list_of_that_many(reporting: Cast, client: Client, address: str) -> None:
    Person.objects.filter(pk=reporting.bruno.pk).update(is_manager=True)
    for number in range(3):
        make_person(f"Q{number:05}", reporting.country, joined_on=TODAY - timedelta(days=200), category="SSA")
    reporting.assign()
    Assignment.objects.filter(requirement__gate="").update(due_on=TODAY - timedelta(days=40))
    type(Assignment.objects.first().requirement).objects.update(gate="onboarding")  # type: ignore[union-attr]
    sign_in(client, reporting.dora)
    pages = [client.get(f"/admin/compliance/{part}{address}").content.decode() for part in ("", "how-long/")]
    shown = "".join(pages)
    links = re.findall(
        r'<a[^>]*href="([^"]*/compliance/(?:people|joiners)/[^"]*)"[^>]*>\s*(?:of )?(\d+)\s*</a>', shown
    )
    opened = {html.unescape(link): int(number) for link, number in links}
    assert {name for link in opened for name in ("band=", "timed=", "joiners/") if name in link} == {
        "band=", "timed=", "joiners/",
    }  # fmt: skip
    for link, number in opened.items():
        export = b"".join(client.get(f"{link}&export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert len(list(csv.DictReader(io.StringIO(export)))) == number, link


@pytest.mark.parametrize("filters", ["category=SSA", "managers=1", "bucket=due&category=FTA"])
def test_a_share_opens_its_denominator(reporting: Cast, client: Client, filters: str) -> None:
    sign_in(client, reporting.dora)
    assert client.get(f"/admin/compliance/people/?office=WCA-SN&{filters}").status_code == 200


@pytest.mark.parametrize("more", [0, 40])
def test_queries_of_the_joiners_do_not_grow(
    reporting: Cast, client: Client, django_assert_max_num_queries: Any, more: int
) -> None:
    type(Assignment.objects.first().requirement).objects.update(gate="onboarding")  # type: ignore[union-attr]
    for number in range(more):
        make_person(f"Q{number:05}", reporting.country, joined_on=TODAY)
    reporting.assign()
    sign_in(client, reporting.dora)
    client.get("/admin/compliance/")
    with django_assert_max_num_queries(14):
        answer = client.get("/admin/compliance/joiners/?office=WCA-SN&as_at=2026-11-24")
    assert "Bruno Late" in answer.content.decode()


def test_joiners_of_other_offices_are_not_shown(reporting: Cast, client: Client) -> None:
    type(Assignment.objects.first().requirement).objects.update(gate="onboarding")  # type: ignore[union-attr]
    sign_in(client, reporting.chen)
    assert client.get("/admin/compliance/joiners/?office=HQ").status_code == 404
    assert "Eve Elsewhere" not in client.get("/admin/compliance/joiners/").content.decode()
