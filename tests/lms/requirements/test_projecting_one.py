"""One person's projection by one question and one command: what the rebuild from the facts gives, in few commands."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection

from lms.lrs import vocabulary as v
from lms.requirements.assigning import refresh
from lms.requirements.merging import merge
from lms.requirements.models import AcceptedActivity, Activity, Assignment, Completion
from lms.requirements.projecting import rebuilt
from tests.cast import TODAY, Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied, say


def activities(rng: random.Random) -> list[Activity]:
    """Some, accepted by some rules, each rule with other terms."""
    found = [
        Activity.objects.create(iri=f"https://example.org/{name}", kind="film", name=name, move_on="Parts")
        for name in ("a", "b", "c")
    ]
    for number in range(4):
        first, *others = rng.sample(found, rng.randint(1, 3))
        rule = make_requirement(
            f"rule-{number}", first, valid_months=rng.choice([None, 3, 12]), applies_from=TODAY - timedelta(days=900),
            renewal_window_days=rng.choice([0, 60]),
        )  # fmt: skip
        for other in others:
            AcceptedActivity.objects.create(
                requirement=rule, activity=other, valid_months=rng.choice([6, 24]),
                counts_for=rng.choice(["", "first", "renewal"]), until_day="03-31",
                runs_from=rng.choice(["completion", "expiry", "day"]),
            )  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_rebuild_gives(cast: Cast, seed: int) -> None:
    rng = random.Random(seed)
    some, start = activities(rng), TODAY - timedelta(days=900)
    one, other = (make_person(f"Q{number}", cast.country, joined_on=start) for number in (1, 2))
    for step in range(25):
        day = start + timedelta(days=step * 35 + rng.randrange(30))
        refresh(today=day, people=[one.pk, other.pk])
        if step == 15:
            other.refresh_from_db()
            one = merge(kept=one, merged=other, today=day)
            other.refresh_from_db()
        owed = list(Assignment.objects.open().filter(person=one))
        registration = rng.choice(owed).registration if owed and rng.random() < 0.7 else uuid.uuid4()
        at = datetime.combine(day, time(rng.randrange(24)), tzinfo=UTC)
        say(rng.choice([one, one, other]), v.SATISFIED, rng.choice(some).iri, registration, at)
        for row, wanted in rebuilt(Assignment.objects.order_by("pk")):
            assert {name: getattr(row, name) for name in wanted} == wanted
    assert Completion.objects.count() > 10


@pytest.mark.skipif(connection.vendor != "postgresql", reason="elsewhere the queries are built each time")
def test_a_completion_takes_few_commands(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted at the driver, since those that are prepared pass Django by."""
    import psycopg

    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity, valid_months=12)
    cast.assign()
    satisfied(cast.assignment(cast.eve, "sea"))
    said: list[Any] = []
    execute = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        said.append(query)
        return execute(self, query, *args, **kwargs)

    owed = cast.assignment(cast.bruno, "sea")
    statement = {
        "person": cast.bruno,
        "verb": v.SATISFIED,
        "activity": activity.iri,
        "registration": owed.registration,
    }
    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    say(**statement)  # type: ignore[arg-type]
    monkeypatch.undo()
    commands = [query for query in said if "SAVEPOINT" not in str(query)]
    assert len(commands) <= 12, commands  # one of them writes its leaf of the log, beside the eleven from before
    assert len(said) <= 16, said
    owed.refresh_from_db()
    assert owed.completion is not None
