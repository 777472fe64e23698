"""One fault from beginning to end: people to remind, what happens to them meanwhile, and what must be true afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from lms.lrs import authenticating, relating
from lms.lrs.forwarding import queueing
from lms.people.models import Person
from lms.periodic import jobs
from lms.periodic_models import PeriodicRun
from lms.requirements.models import Activity, Assignment
from lms.requirements.waiving import extend
from reminders import finding
from reminders.laying import lay_standard_ladder
from reminders.models import Message, Reminder
from tests.cast import make_office, make_person, make_requirement
from tests.faults.reminding.crew import Crew, Process
from tests.faults.reminding.databases import Database
from tests.faults.reminding.own_redis import OwnRedis
from tests.faults.reminding.post_office import Fault, PostOffice
from tests.lms.requirements.test_completing import satisfied

DAY = timedelta(days=1)
DUE_IN = (-1, -7, 14, -1, 1)
"""Days from today on which a step of the standard ladder falls; none falls on the day after as well."""
DOUBT = "crashes between acceptance and record"


@dataclass
class World:
    """What a fault needs: servers, processes, and an organisation to go back to."""

    database: Any
    redis: OwnRedis
    post: PostOffice
    crew: Crew
    day: Any = None

    def fill(self, people: int) -> None:
        """Everybody is due today; those a week late are told of to their supervisor too."""
        self.day = timezone.now().date()
        office = make_office("F")
        chief = make_person("F000", office, name="The Supervisor")
        activity = Activity.objects.create(iri="https://example.org/f", kind="course", name="F", move_on="Parts")
        requirement = make_requirement("sea", activity, due_days=30)
        for number in range(1, people + 1):
            person = make_person(f"F{number:03}", office, supervisor=chief)
            due_on = self.day + DUE_IN[number % len(DUE_IN)] * DAY
            Assignment.objects.create(
                requirement=requirement, person=person, opened_on=self.day - 60 * DAY, due_on=due_on
            )
        lay_standard_ladder(requirements=[requirement], starts_on=self.day - 90 * DAY)
        self.database.keep()

    def renew(self) -> None:
        """As it was filled, on whatever day it is meanwhile."""
        self.crew.kill_all()
        self.post.fault = Fault()
        self.post.letters.clear()
        self.redis.flush()
        self.database.renew()
        for module in (authenticating, relating, queueing):
            module.forget()
        late = timezone.now().date() - self.day
        Assignment.objects.update(opened_on=F("opened_on") + late, due_on=F("due_on") + late)


@dataclass
class Scenario:
    """``finished`` and ``moved``: what happened meanwhile, and how many letters had gone by then."""

    world: World
    due: dict[tuple[Any, ...], str] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    finished: list[tuple[str, int]] = field(default_factory=list)
    moved: list[tuple[Assignment, int]] = field(default_factory=list)
    said: str = ""

    def __post_init__(self) -> None:
        self.world.renew()
        emails = dict(Person.objects.values_list("pk", "email"))
        for item in finding.due(timezone.now()):
            key = (item.assignment, item.audience, item.days, item.anchor, item.recipient)
            self.due[key] = emails[item.recipient]

    @property
    def database(self) -> Database:
        database: Database = self.world.database
        return database

    @property
    def post(self) -> PostOffice:
        return self.world.post

    def worker(self, *, at: datetime | None = None) -> Process:
        return self.world.crew.start("send_reminders", *(["--at", at.isoformat()] if at else []))

    def in_doubt(self, since: int = 0) -> set[str]:
        """What the mail server has taken and the database does not know to be sent; from that letter on."""
        known = set(Message.objects.filter(state="sent").values_list("message_id", flat=True))
        return {letter.message_id for letter in self.post.letters[since:]} - known

    def lives_go_on(self) -> None:
        """Of those not written to yet one who is late completes, one who is very late does, and one gets more time."""
        told = len(self.post.letters)
        today = timezone.now().date()
        gone = {letter.to for letter in self.post.letters}
        waiting = Assignment.objects.filter(person__email__in=set(self.due.values()) - gone, completed_on=None)
        waiting = waiting.exclude(pk__in=self.changed).order_by("person__messages__pk", "pk")
        at_hand = 2  # letters that a worker may be handing over at this moment
        late = list(waiting.filter(due_on=today - DAY)[at_hand : at_hand + 2])
        for assignment in [*late[:1], *waiting.filter(due_on=today - 7 * DAY)[at_hand : at_hand + 1]]:
            satisfied(assignment, timezone.now())
            self.finished.append((assignment.person.name, told))
            self.changed.add(assignment.pk)
        chief = Person.objects.get(number="F000")
        for assignment in late[1:]:
            extend(
                assignment=assignment, reason="field mission", requested_by=assignment.person, approved_by=chief,
                due_on=today + 10 * DAY,
            )  # fmt: skip
            self.moved.append((assignment, told))
            self.changed.add(assignment.pk)

    def time_passes(self) -> None:
        """What time does: leases end, waits end, the clock's jobs are due. No worker may hold anything at that moment."""
        now = timezone.now()
        Message.objects.filter(state="sending").update(lease_until=now - timedelta(seconds=1))
        Message.objects.filter(state="ready", not_before__gt=now).update(not_before=now)
        self.clock_is_due()

    @staticmethod
    def clock_is_due(*names: str) -> None:
        """So many of the clock's jobs are due, the other ones are not; without names: those of reminders."""
        now = timezone.now()
        PeriodicRun.objects.bulk_create([PeriodicRun(name=name) for name in jobs()], ignore_conflicts=True)
        PeriodicRun.objects.update(started_at=now)
        wanted = names or ("reminders.sweep", "reminders.drain")
        PeriodicRun.objects.filter(name__in=wanted).update(started_at=None)

    def is_left_alone(self) -> None:
        """The clock ticks on, until nothing waits; then once more."""
        self.world.crew.kill_all()
        self.post.fault = Fault()
        for _ in range(8):
            self.time_passes()
            self.world.crew.run("send_reminders")
            if not Message.objects.filter(state__in=["ready", "sending"]).exists():
                break
        self.world.crew.run("send_reminders")

    def ends(self, fault: str, *, doubts: int = 0, refused: tuple[str, ...] = (), seed: int | None = None) -> None:
        """Left alone, everything is as if nothing had happened. ``doubts``: how often a worker cannot have known."""
        self.is_left_alone()
        today = len(self.post.letters)
        lost = self._lost(refused)
        assert not lost, lost
        per_message = Counter((letter.message_id, letter.to) for letter in self.post.letters)
        repeated = sum(per_message.values()) - len(per_message)
        self.world.crew.run("send_reminders", "--at", (timezone.now() + DAY).isoformat())
        written_to = self._written_to_although_done()
        self.said = (
            f"{fault}: {len(self.due)} due, {len(per_message)} messages, {len(lost)} lost, {repeated} repeated "
            f"({doubts} {DOUBT}), {len(self.finished)} completed meanwhile, {len(written_to)} of them written to"
            + (f", seed {seed}" if seed is not None else "")
        )
        print(self.said)
        assert repeated <= doubts, per_message.most_common(3)
        assert not written_to, written_to
        by_address = Counter(to for _, to in per_message)
        assert by_address.most_common(1)[0][1] == 1, by_address.most_common(3)
        self._moved_are_told_the_new_day_once()
        assert {letter.to for letter in self.post.letters[today:]} <= {item.person.email for item, _ in self.moved}

    def _lost(self, refused: tuple[str, ...]) -> list[Any]:
        """What was due and is neither sent nor refused; nothing may be there that was not due."""
        taken = {(letter.message_id, letter.to) for letter in self.post.letters}
        rows = Reminder.objects.exclude(state="cancelled").exclude(assignment__in=self.changed)
        ended, said = {}, {}
        for row in rows.select_related("message", "recipient"):
            key = (row.assignment_id, row.audience, row.days, row.anchor, row.recipient_id)
            states = (row.state, row.message.state if row.message else "")
            was_taken = row.message is not None and (row.message.message_id, row.recipient.email) in taken
            said[key] = (*states, was_taken)
            ended[key] = states == ("sent", "sent") and was_taken
            ended[key] |= row.recipient.email in refused and states == ("planned", "failed")
        expected = {key for key in self.due if key[0] not in self.changed}
        assert set(ended) <= expected
        return [(*key, said.get(key)) for key in expected if not ended.get(key)]

    def _written_to_although_done(self) -> list[str]:
        """By a letter of their own or in that of their supervisor."""
        return [
            name for name, told in self.finished if any(name in letter.text for letter in self.post.letters[told:])
        ]

    def _moved_are_told_the_new_day_once(self) -> None:
        for assignment, told in self.moved:
            assignment.refresh_from_db()
            texts = [letter.text for letter in self.post.letters[told:] if letter.to == assignment.person.email]
            assert len(texts) == 1, texts
            assert f"{assignment.due_on:%-d %B %Y}" in texts[0]
