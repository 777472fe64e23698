"""What follows from statements when what should follow fails: real listeners of the signals, one of them with a bug."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from lms.cron import follow_effects
from lms.lrs import vocabulary as v
from lms.lrs.effects import FIRST_PAUSE, LONGEST_PAUSE, follow_up
from lms.lrs.entries import Entry
from lms.lrs.models import Effect, Statement
from lms.lrs.recording import record
from lms.lrs.signals import statement_recorded, statements_arrived
from lms.lrs.statements import Said
from lms.people.models import Person
from lms.requirements.models import Activity, Completion
from tests.cast import Cast
from tests.lms.lrs.client import Store, statement

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FILM = "https://example.org/film"


class Listener:
    """A listener of ``statement_recorded`` that works or does not, and counts."""

    def __init__(self) -> None:
        self.broken: type[Exception] | None = None
        self.heard: list[str] = []

    def __call__(self, statement: Statement, **_: Any) -> None:
        self.heard.append(str(statement.statement_id))
        if self.broken is Statement.DoesNotExist:
            Statement.objects.get(pk=-1)
        if self.broken is not None:
            Effect.objects.update(error="written by a listener that fails afterwards")
            raise self.broken("a bug of ours")


@pytest.fixture
def listener(db: None) -> Iterator[Listener]:
    """Behind the listener that makes completions, so that its failure takes the completion back."""
    made = Listener()
    statement_recorded.connect(made)
    yield made
    statement_recorded.disconnect(made)


@pytest.fixture
def _everything_leads_to_something() -> Iterator[None]:
    def every(entries: Sequence[Entry], **_: Any) -> Sequence[Entry]:
        return entries

    statements_arrived.connect(every)
    yield
    statements_arrived.disconnect(every)


@pytest.fixture
def film(cast: Cast) -> Activity:
    return Activity.objects.create(iri=FILM, kind="film", name="A film", move_on=Activity.MoveOn.PASSED)


def passed(person: Person) -> Statement:
    return record(Said(actor=person.uuid, verb=v.PASSED, activity=FILM, registration=uuid.uuid4(), session=uuid.uuid4(),
                       at=NOON, success=True))  # fmt: skip


@pytest.mark.usefixtures("_everything_leads_to_something")
@pytest.mark.parametrize("error", [ValueError, Statement.DoesNotExist])
def test_a_bug_of_ours_refuses_no_statement(listener: Listener, error: type[Exception]) -> None:
    store = Store("all")
    listener.broken = error
    one, sent = statement(), [statement(), statement()]
    answer = store.post(sent)
    assert (answer.status_code, answer.json()) == (200, [sent[0]["id"], sent[1]["id"]])
    assert store.put(one, one["id"]).status_code == 204
    assert Statement.objects.count() == 3
    assert {marker.error.partition(":")[0] for marker in Effect.objects.all()} == {error.__name__}
    assert set(Effect.objects.values_list("tries", flat=True)) == {1}


def test_a_bug_in_choosing_refuses_nothing_and_loses_nothing(listener: Listener) -> None:
    def broken(**_: Any) -> None:
        raise ValueError("a bug of ours")

    statements_arrived.connect(broken)
    try:
        sent = statement()
        assert Store("all").post(sent).status_code == 200
    finally:
        statements_arrived.disconnect(broken)
    assert listener.heard == [sent["id"]]


@pytest.mark.usefixtures("_everything_leads_to_something")
def test_a_statement_that_is_sent_again_leads_to_nothing_more(listener: Listener) -> None:
    store, sent = Store("all"), statement()
    for _ in range(2):
        assert store.post(sent).status_code == 200
    assert listener.heard == [sent["id"]]
    assert not Effect.objects.exists()


def test_a_statement_of_another_system_leads_to_no_completion(listener: Listener, film: Activity) -> None:
    Store("all").post(statement(object={"id": FILM}))
    assert (listener.heard, Effect.objects.count(), Completion.objects.count()) == ([], 0, 0)


def test_the_completion_follows_once_when_the_bug_is_gone(listener: Listener, film: Activity, cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        listener.broken = RuntimeError
        said = passed(cast.bruno)
        marker = Effect.objects.get()
        assert (marker.statement, marker.error, marker.tries) == (said, "RuntimeError: a bug of ours", 1)
        assert not Completion.objects.exists()
        listener.broken = None
        assert follow_up(now=NOON) == (0, 0)  # not yet due
        clock.shift(FIRST_PAUSE)
        follow_effects(NOON + FIRST_PAUSE)
        assert Completion.objects.get().statement == said
        assert not Effect.objects.exists()
        assert follow_up(now=NOON + timedelta(days=1)) == (0, 0)
        assert Completion.objects.count() == 1
    assert len(listener.heard) == 2


def test_one_that_fails_does_not_keep_the_others_waiting(listener: Listener, film: Activity, cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False):
        listener.broken = RuntimeError
        first, _ = passed(cast.bruno), passed(cast.eve)
        listener.broken = None

        def only_first(statement: Statement, **_: Any) -> None:
            if statement.pk == first.pk:
                raise KeyError("still broken")

        statement_recorded.connect(only_first)
        try:
            assert follow_up(now=NOON + FIRST_PAUSE) == (1, 1)
        finally:
            statement_recorded.disconnect(only_first)
        assert Completion.objects.get().person == cast.eve
        assert (Effect.objects.get().tries, Effect.objects.get().error) == (2, "KeyError: 'still broken'")


def test_the_pauses_grow_to_a_longest_one(listener: Listener, film: Activity, cast: Cast) -> None:
    pauses = []
    with time_machine.travel(NOON, tick=False) as clock:
        listener.broken = RuntimeError
        passed(cast.bruno)
        for tries in range(1, 15):
            marker = Effect.objects.get()
            now = NOON + sum(pauses, timedelta())
            assert marker.tries == tries
            pauses.append(marker.next_try - now)
            assert follow_up(now=marker.next_try - timedelta(seconds=1)) == (0, 0)
            clock.move_to(marker.next_try)
            assert follow_up(now=marker.next_try) == (0, 1)
    assert pauses[:4] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4, FIRST_PAUSE * 8]
    assert pauses[-1] == pauses[-2] == LONGEST_PAUSE
    assert pauses == sorted(pauses)


def test_a_message_of_any_length_is_kept(listener: Listener, film: Activity, cast: Cast) -> None:
    class Talkative(Exception):
        def __str__(self) -> str:
            return "\0x" * 5000

    listener.broken = Talkative
    passed(cast.bruno)
    assert Effect.objects.get().error.startswith("Talkative: ")
