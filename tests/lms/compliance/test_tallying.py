"""A tally and what changed since count what the facts count, whatever happened in between."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.compliance.counting import GROUP, Counts, grouped, rolled_up
from lms.compliance.figures import listed
from lms.compliance.sums import PARTS
from lms.compliance.tally_models import Tally, TallyLine, TallySum
from lms.compliance.tallying import settled, take, tally_if_large
from lms.conf import conf
from lms.cron import tally
from lms.people.importing import import_directory
from lms.people.models import Leave, Office, Person
from lms.requirements.assigning import refresh
from lms.requirements.merging import merge
from lms.requirements.models import Assignment
from lms.requirements.waiving import waive
from tests.cast import Cast, make_person
from tests.lms.compliance.test_figures import crowd
from tests.lms.compliance.test_views import reporting, sign_in
from tests.lms.requirements.test_completing import satisfied
from tests.lms.test_as_known import moment

__all__ = ["crowd", "reporting"]


def facts() -> Any:
    today = timezone.localdate()
    return grouped(listed(today), today, *GROUP)


def told() -> Any:
    return Counts(offices=Office.objects.all(), as_at=timezone.localdate()).by(*GROUP)


def summed(offices: list[Office]) -> Any:
    """Of every office and what is below it, from the sums of the tally and what changed since."""
    counts = Counts(offices=offices, as_at=timezone.localdate(), shown=offices, apart=offices)
    top = Counts(offices=offices, as_at=timezone.localdate(), shown=offices, apart=offices[:1])
    return {office.pk: counts.below(office, *PARTS) for office in offices}, top.altogether(*PARTS)


def added_up(offices: list[Office]) -> Any:
    """The same from the facts."""
    found: dict[int, Any] = {office.pk: Counter() for office in offices}
    for (office, *group), number in facts().items():
        path = next(item.path for item in offices if item.pk == office)
        for above in offices:
            if path.startswith(above.path):
                found[above.pk][tuple(group)] += number
    return found, found[offices[0].pk]


def something_happens(cast: Cast, rng: random.Random) -> None:
    """One of the things of a working day."""
    today = timezone.localdate()
    people = list(Person.objects.filter(number__startswith="Q", merged_into=None))
    person = rng.choice(people)
    match rng.randrange(7):
        case 0:
            owed = Assignment.objects.open().filter(person=person, completion=None).first()
            if owed:
                satisfied(owed, datetime.combine(today, time(0, 5), tzinfo=UTC))
        case 1:
            office = rng.choice(["HQ", "WCA", "APA"])
            line = f"{person.number},{person.name},{office},SC,{person.joined_on},{today - timedelta(days=3)}"
            import_directory(
                people=f"number,name,office,category,joined_on,in_post_since\n{line}\n".encode(), today=today,
                assign=lambda found: refresh(today=today, people=found).opened,
            )  # fmt: skip
        case 2:
            Leave.objects.get_or_create(
                person=person, first_day=today - timedelta(days=9), last_day=today + timedelta(days=60)
            )
        case 3:
            Leave.objects.filter(person=person).delete()
        case 4:
            make_person(f"Q{90000 + Person.objects.count()}", cast.country, joined_on=today)
            refresh(today=today)
        case 6:
            other = rng.choice(people)
            if other != person:
                merge(kept=person, merged=other, today=today)
        case 5:
            owed = Assignment.objects.open().filter(person=person, completion=None).first()
            if owed:
                waive(
                    assignment=owed, reason="security", requested_by=cast.chen, approved_by=cast.dora, starts_on=today
                )


@pytest.mark.parametrize("seed", range(4))
def test_a_tally_and_what_changed_since_are_what_the_facts_give(crowd: Cast, seed: int) -> None:
    refresh(today=timezone.localdate())
    rng = random.Random(seed)
    take(now=timezone.now(), known_at=moment())
    assert told() == facts()
    for round_ in range(12):
        something_happens(crowd, rng)
        assert told() == facts()
        offices = list(Office.objects.all())
        assert summed(offices) == added_up(offices)
        if round_ % 4 == 3:  # the next tally goes on from the one before
            take(now=timezone.now(), known_at=moment())
            assert told() == facts()
    assert Tally.objects.count() == 2
    last = Tally.objects.order_by("-known_at").first()
    assert last is not None
    assert {line.n for line in last.lines.all()} > {1}
    call_command("verify_ledger", verbosity=0)


def test_a_tally_that_was_changed_is_found(crowd: Cast) -> None:
    refresh(today=timezone.localdate())
    take(now=timezone.now(), known_at=moment())
    line = TallyLine.objects.first()
    assert line is not None
    line.n += 1
    line.save()
    with pytest.raises(CommandError, match=r"tally .* is \+1 off"):
        call_command("verify_ledger")


def test_a_sum_that_was_changed_is_found(crowd: Cast) -> None:
    refresh(today=timezone.localdate())
    take(now=timezone.now(), known_at=moment())
    row = TallySum.objects.exclude(parts=[]).first()
    assert row is not None
    row.parts[0][-1] += 1
    row.save()
    with pytest.raises(CommandError, match=r"sum of office .* is not that of its lines"):
        call_command("verify_ledger")


def test_a_sum_is_not_used_once_the_tree_is_another(crowd: Cast) -> None:
    refresh(today=timezone.localdate())
    take(now=timezone.now(), known_at=moment())
    crowd.country.refresh_from_db()
    crowd.country.move(Office.objects.get(pk=crowd.elsewhere.pk), "sorted-child")
    offices = list(Office.objects.all())
    assert summed(offices) == added_up(offices)
    make_person("Q99999", crowd.country)
    refresh(today=timezone.localdate())
    assert summed(offices) == added_up(offices)


def test_of_some_offices_a_sum_of_all_is_not_used(crowd: Cast) -> None:
    refresh(today=timezone.localdate())
    take(now=timezone.now(), known_at=moment())
    some = [crowd.headquarters, Office.objects.get(pk=crowd.elsewhere.pk)]
    counts = Counts(offices=some, as_at=timezone.localdate(), shown=some[:1], apart=some[:1])
    fewer = {item.pk for item in some}
    assert sum(counts.below(some[0], "requirement", "bucket").values()) == sum(
        number for (office, *_), number in facts().items() if office in fewer
    )


def test_only_today_as_known_now_is_read_from_it(crowd: Cast) -> None:
    today = timezone.localdate()
    refresh(today=today)
    take(now=timezone.now(), known_at=moment())
    TallyLine.objects.update(n=1000)
    offices = list(Office.objects.all())
    assert rolled_up(roots=offices[:1], offices=offices, as_at=today)[0].figures.in_scope >= 1000
    for more in ({"as_at": today - timedelta(days=1)}, {"as_at": today, "known_at": moment()}):
        assert rolled_up(roots=offices[:1], offices=offices, **more)[0].figures.in_scope < 1000  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite counts from the facts always")
def test_a_settled_moment_lies_before_everything_that_is_under_way() -> None:
    """Also before what has only read so far: it may be about to write."""
    import psycopg

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        (began,) = other.execute("SELECT now()").fetchone() or (None,)
        connection.cursor().execute("SELECT pg_sleep(1.2)")
        assert settled(timezone.now()) < began
    assert began < settled(timezone.now())


def test_the_clock_makes_them_where_there_are_many(crowd: Cast, settings: Any) -> None:
    assert Assignment.objects.open().count() < conf.TALLY_FROM
    assert tally_if_large(timezone.now()) is None
    settings.LMS_TALLY_FROM = 1
    tally(timezone.now())
    assert Tally.objects.exists() is (connection.vendor == "postgresql")
    assert told() == facts()


@pytest.mark.parametrize("more", [0, 40])
def test_the_page_asks_no_more_of_the_database_with_more_people(reporting: Cast, client: Client, more: int) -> None:
    for number in range(more):
        make_person(f"Q{number:05}", reporting.country)
    refresh(today=timezone.localdate())
    take(now=timezone.now(), known_at=moment())
    sign_in(client, reporting.dora)
    client.get("/admin/compliance/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/compliance/")
    assert len(queries) <= 10, [query["sql"][:150] for query in queries]
