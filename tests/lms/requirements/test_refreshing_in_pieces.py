"""A refresh that is interrupted leaves what holds, and the next one finishes; two at once do nothing twice."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, transaction
from django.db.models import Count
from django.utils import timezone

from lms.lrs import vocabulary as v
from lms.people.models import Person
from lms.requirements import applying, assigning
from lms.requirements.applying import apply_waiting
from lms.requirements.approving import record
from lms.requirements.assigning import Refreshed, refresh
from lms.requirements.models import Activity, Assignment, Requirement, RuleToApply
from lms.verification import run
from tests.at_once import at_once
from tests.cast import Cast, make_person, make_requirement
from tests.faults.test_forwarding import database_url
from tests.lms.requirements.test_completing import satisfied, say

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 30
OPENS = "INTO lms_assignment (requirement_id"
only_postgresql = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="needs rows that are locked"
)


class PulledOut(OperationalError):
    """What Django raises where the connection is gone."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((assigning, "PIECE"), (assigning, "OPENED"), (applying, "BATCH")):
        monkeypatch.setattr(module, name, 4)


@pytest.fixture
def crowd(cast: Cast) -> Cast:
    """Thirty people who owe nothing yet, and two rules that cover them."""
    for number in range(PEOPLE):
        make_person(f"Q{number:02}", cast.country, joined_on=date(2026, 1, 5))
    for code in ("ethics", "sea"):
        activity = Activity.objects.create(
            iri=f"https://example.org/{code}", kind="course", name=code, move_on="Parts"
        )
        terms = {"applies_from": date(2025, 1, 1), "due_from": "issuance", "due_days": 30}
        make_requirement(code, activity, valid_months=12, renewal_window_days=30, **terms)
    RuleToApply.objects.all().delete()
    return cast


@contextmanager
def pulled_out_at(command: str, number: int, *, noted: bool = False) -> Iterator[None]:
    """The connection goes at the n-th command in which that is found. ``noted``: by a worker, which will try again."""
    seen = [0]

    def watched(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = command in sql.replace('"', "")
        seen[0] += found
        if found and seen[0] == number:
            raise PulledOut("gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watched), nullcontext() if noted else pytest.raises(PulledOut):
        yield


def assert_all_holds(today: date) -> None:
    assert refresh(today=today) == Refreshed()
    assert [(name, broken) for name, broken in run() if broken] == []
    doubled = Assignment.objects.open().values("person", "requirement").annotate(n=Count("pk")).filter(n__gt=1)
    assert not doubled.exists()
    cycles = Assignment.objects.values("person", "requirement", "cycle").annotate(n=Count("pk")).filter(n__gt=1)
    assert not cycles.exists()


def test_opening_goes_on_where_it_was_interrupted(crowd: Cast) -> None:
    today, people = timezone.localdate(), Person.objects.count()
    with pulled_out_at(OPENS, 4):
        refresh(today=today)
    opened = Assignment.objects.count()
    assert 0 < opened < people
    assert [broken for _, broken in run() if broken] == []
    assert refresh(today=today).opened == 2 * people - opened
    assert set(Assignment.objects.values_list("cycle", flat=True)) == {1}
    assert_all_holds(today)


def test_renewing_and_ending_go_on_where_they_were_interrupted(crowd: Cast) -> None:
    today = timezone.localdate()
    refresh(today=today - timedelta(days=400))
    done = datetime.now(tz=UTC) - timedelta(days=345)
    for assignment in Assignment.objects.open().filter(requirement__code="sea"):
        satisfied(assignment, done)
    with pulled_out_at("UPDATE lms_assignment SET ended_on", 4):
        refresh(today=today)
    renewed = Assignment.objects.filter(ended_because="renewed").count()
    assert renewed == 12
    assert Assignment.objects.filter(cycle=2).count() == renewed
    assert [broken for _, broken in run() if broken] == []
    assert refresh(today=today).renewed == Person.objects.count() - renewed
    assert_all_holds(today)
    Person.objects.filter(number__startswith="Q").update(left_on=today)
    with pulled_out_at("UPDATE lms_assignment SET ended_on", 4):
        refresh(today=today)
    assert Assignment.objects.filter(ended_because="left").count() == 12
    assert refresh(today=today).ended == 2 * PEOPLE - 12
    assert_all_holds(today)


def test_days_move_on_where_they_were_interrupted(crowd: Cast) -> None:
    today = timezone.localdate()
    refresh(today=today)
    Requirement.objects.filter(code="sea").update(due_days=60)
    before = dict(Assignment.objects.values_list("pk", "due_on"))
    with pulled_out_at("UPDATE lms_assignment SET due_on", 3):
        refresh(today=today)
    moved = [pk for pk, day in Assignment.objects.values_list("pk", "due_on") if before[pk] != day]
    assert len(moved) == 8
    assert refresh(today=today).moved == Person.objects.count() - 8
    assert_all_holds(today)


def test_a_dry_run_writes_nothing_and_the_people_of_an_import_owe_all_or_nothing(crowd: Cast) -> None:
    today = timezone.localdate()
    assert refresh(today=today, dry_run=True).opened == 2 * Person.objects.count()
    assert not Assignment.objects.exists()
    ids = list(Person.objects.values_list("pk", flat=True))
    with pulled_out_at(OPENS, 4):
        refresh(today=today, people=ids)
    assert not Assignment.objects.exists()


def test_while_a_rule_is_being_applied_the_ledger_is_judged_by_what_it_has_reached(crowd: Cast) -> None:
    today = timezone.localdate()
    refresh(today=today)
    rule = Requirement.objects.get(code="sea")
    for assignment in Assignment.objects.open().filter(requirement=rule):
        satisfied(assignment)
    rule.accepted.update(valid_months=24)
    record(requirement=Requirement.objects.get(code="sea"))
    with pulled_out_at("UPDATE lms_ruletoapply SET cursor", 3, noted=True):
        assert apply_waiting() == 0
    reached = RuleToApply.objects.get().cursor
    mine = Assignment.objects.filter(requirement=rule)
    assert 0 < mine.filter(pk__lte=reached).count() == 8
    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    left = mine.filter(pk__gt=reached).count()
    assert f"left out: {left} assignments of sea, whose version 1 is being applied" in out.getvalue()
    assert "projections: whole" in out.getvalue()
    changed = mine.filter(pk__lte=reached).order_by("pk")[0]
    Assignment.objects.filter(pk=changed.pk).update(valid_until=date(2031, 1, 1))
    with pytest.raises(CommandError, match=f"assignment {changed.pk}: valid_until differ"):
        call_command("verify_ledger", stdout=io.StringIO())
    Assignment.objects.filter(pk=changed.pk).update(valid_until=changed.valid_until)
    assert apply_waiting(timezone.now() + timedelta(minutes=2)) == 1
    assert_all_holds(today)


@only_postgresql
def test_a_killed_refresh_is_finished_by_the_next(crowd: Cast) -> None:
    """It stops at an assignment that we have opened and not committed, in the middle of the people, and is killed there."""
    today = timezone.localdate()
    people = list(Person.objects.order_by("pk"))
    script = (
        "import django; django.setup()\n"
        "from lms.requirements import assigning\n"
        "assigning.PIECE = assigning.OPENED = 4\n"
        "from django.core.management import call_command; call_command('refresh_assignments')"
    )
    with transaction.atomic():
        ours = {"requirement": Requirement.objects.in_force(today)[0], "person": people[20], "cycle": 1}
        Assignment.objects.create(**ours, opened_on=today, due_on=today, counts_from=today)
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "DATABASE_URL": database_url(), "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while Assignment.objects.count() < 21 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert process.poll() is None, "it waits for what we hold"
        process.send_signal(signal.SIGKILL)
        process.wait()
        transaction.set_rollback(True)
    assert Assignment.objects.count() % 4 == 0, (
        "pieces are there whole; the server may still bring the last one to its end"
    )
    assert [broken for _, broken in run() if broken] == []
    refresh(today=today)
    assert set(Assignment.objects.values_list("cycle", flat=True)) == {1}
    assert Assignment.objects.count() == 2 * len(people)
    assert_all_holds(today)


@only_postgresql
def test_two_refreshes_at_once_do_nothing_twice(crowd: Cast) -> None:
    today = timezone.localdate()
    refresh(today=today - timedelta(days=400))
    done = datetime.now(tz=UTC) - timedelta(days=345)
    for assignment in Assignment.objects.open().filter(requirement__code="sea"):
        satisfied(assignment, done)
    Requirement.objects.filter(code="ethics").update(due_days=90)
    activity = Activity.objects.create(iri="https://example.org/new", kind="course", name="new", move_on="Parts")
    make_requirement("new", activity)
    told = at_once(*[partial(refresh, today=today)] * 3)
    people = Person.objects.count()
    told.append(refresh(today=today))
    total = sum(told, Refreshed())
    assert (len(told), total) == (4, Refreshed(opened=people, renewed=people, moved=people))
    assert_all_holds(today)


@only_postgresql
def test_what_is_completed_while_a_piece_opens_counts(crowd: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody says so on another connection when the assignments are there and nobody else sees them yet."""
    person = Person.objects.get(number="Q00")
    real, told = assigning.project_all, []

    def project_all(rows: Any) -> Any:
        done = real(rows)
        if not told:
            told.append(threading.Thread(target=satisfy))
            told[0].start()
            told[0].join(1)  # it waits for this piece
        return done

    def satisfy() -> None:
        try:
            say(person, v.SATISFIED, "https://example.org/sea", uuid4(), timezone.now())
        finally:
            connections.close_all()

    monkeypatch.setattr(assigning, "OPENED", 10_000)
    monkeypatch.setattr(assigning, "project_all", project_all)
    refresh(today=timezone.localdate(), requirement=Requirement.objects.get(code="sea"))
    told[0].join()
    owed = Assignment.objects.get(person=person, requirement__code="sea", ended_on=None)
    assert owed.completed_on is not None
    refresh(today=timezone.localdate())
    assert_all_holds(timezone.localdate())
