"""Lives of one person under one rule, day by day through the real code, and what each case of the field came to.

``test_cycles`` holds them, and writes ``docs/cycles.md`` from them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lms.compliance.figures import listed
from lms.lrs import vocabulary as v
from lms.people.importing import import_directory
from lms.people.models import Leave, Person
from lms.requirements.assigning import refresh
from lms.requirements.merging import merge
from lms.requirements.models import Activity, Assignment, Completion, Requirement
from tests.cast import Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import say

START = date(2026, 1, 5)
"""The day on which the rule begins to apply, and the person of each life joins."""
COLUMNS = "number,name,office,category,joined_on,left_on,in_post_since"


class Life:
    """Bruno's, under a rule of 30 days to do it, 12 months of validity and 60 days to renew."""

    def __init__(self, cast: Cast, *, runs_from: str = "completion", months: int | None = 12) -> None:
        Assignment.objects.all().delete()
        self.cast = cast
        self.activity = Activity.objects.create(
            iri=f"https://example.org/{uuid.uuid4()}", kind="course", name="A", move_on="Parts"
        )
        self.rule = make_requirement(
            f"rule-{uuid.uuid4()}", self.activity, valid_months=months, applies_from=START, due_days=30
        )
        self.rule.accepted.update(runs_from=runs_from)
        self.person = make_person(f"L{Person.objects.count()}", cast.country, joined_on=START)

    def on(self, day: date) -> None:
        """The night's work of that day."""
        refresh(today=day, people=[self.person.pk])

    def completes(self, day: date, *, rule: Requirement | None = None, person: Person | None = None) -> None:
        """In the cycle that is open then."""
        whose = person or self.person
        refresh(today=day, people=[whose.pk])
        owed = Assignment.objects.open().get(person=whose, requirement=rule or self.rule)
        at = datetime.combine(day, time(12), tzinfo=UTC)
        say(whose, v.SATISFIED, self.activity.iri, owed.registration, at)

    def is_told(self, day: date, *, office: str = "WCA-SN", category: str = "FTA", **more: str) -> None:
        """HR's feed of that day."""
        values = {"number": self.person.number, "name": self.person.name, "office": office, "category": category,
                  "joined_on": str(self.person.joined_on), **more}  # fmt: skip
        row = ",".join(values.get(name, "") for name in COLUMNS.split(","))
        import_directory(
            people=f"{COLUMNS}\n{row}\n".encode(), today=day,
            assign=lambda people: refresh(today=day, people=people).opened,
        )  # fmt: skip
        self.person.refresh_from_db()

    @property
    def cycles(self) -> list[Assignment]:
        found = Assignment.objects.filter(person=self.person, requirement=self.rule)
        return list(found.order_by("cycle"))

    @property
    def now(self) -> Assignment:
        return self.cycles[-1]

    def standing(self, day: date) -> str:
        return self.now.standing_on(day).value

    def counted(self, day: date) -> list[str]:
        """By which figure the person is counted on that day, once for each obligation."""
        return self.counted_of(self.person, day)

    def counted_of(self, person: Person, day: date) -> list[str]:
        return sorted(item.bucket for item in listed(day).filter(person=person, requirement=self.rule))


@dataclass(frozen=True)
class Case:
    """One line of the table; ``told`` says what came of it, with the days of the example."""

    name: str
    rule: str
    told: Callable[[Cast, int], str]


def days(count: int) -> timedelta:
    return timedelta(days=count)


def early(cast: Cast, n: int) -> str:
    """``n`` days into the renewal window."""
    life = Life(cast)
    life.completes(START)
    opens = life.now.renew_from
    assert opens is not None
    life.completes(opens + days(n % 55))
    assert [item.completion is not None for item in life.cycles] == [True, True]
    ends, until = life.cycles[0].valid_until, life.now.valid_until
    assert until is not None
    assert until > ends  # type: ignore[operator]
    assert Completion.objects.filter(person=life.person).count() == 2
    return f"first proof until {ends}; renewed on {opens + days(n % 55)}, valid until {until}"


def early_without_drift(cast: Cast, n: int) -> str:
    life = Life(cast, runs_from="expiry")
    life.completes(START)
    opens, ends = life.now.renew_from, life.now.valid_until
    assert opens is not None
    assert ends is not None
    life.completes(opens + days(n % 55))
    assert life.now.valid_until == date(ends.year + 1, ends.month, ends.day), "not a day is lost or won"
    return f"first proof until {ends}; renewed on {opens + days(n % 55)}, valid until {life.now.valid_until}"


def late(cast: Cast, n: int) -> str:
    life = Life(cast, runs_from="expiry")
    life.completes(START)
    ends = life.now.valid_until
    assert ends is not None
    day = ends + days(1 + n)
    life.on(ends)
    life.on(day)
    assert life.standing(day) == "expired"
    life.completes(day)
    assert life.standing(day) == "complete"
    assert life.now.valid_until == date(day.year + 1, day.month, day.day) - days(1), "from the day of completion"
    assert len(life.cycles) == 2
    return f"proof until {ends}; renewed on {day}: expired in between, valid until {life.now.valid_until}"


def two_rules(cast: Cast, n: int) -> str:
    life = Life(cast)
    other = make_requirement(f"other-{uuid.uuid4()}", life.activity, valid_months=24, applies_from=START)
    life.completes(START + days(n))
    life.on(START + days(n))
    both = Assignment.objects.open().filter(person=life.person, requirement__in=[life.rule, other])
    assert both.count() == 2
    assert {item.completion_id for item in both} == {Completion.objects.get(person=life.person).pk}
    ends = sorted(str(item.valid_until) for item in both)
    return f"completed once on {START + days(n)}; one rule until {ends[0]}, the other until {ends[1]}"


def other_category_and_back(cast: Cast, n: int) -> str:
    life = Life(cast)
    life.rule.audience = [("category", {"opposite": False, "categories": ["FTA"]})]
    life.rule.save()
    life.completes(START + days(5))
    out, back = START + days(10 + n), START + days(40 + n)
    life.is_told(out, category="SSA")
    assert life.now.ended_because == "outside"
    life.is_told(back)
    assert [item.ended_because for item in life.cycles] == ["outside", ""]
    assert life.standing(back) == "complete", "the proof is still valid"
    assert life.counted(out + days(1)) == []
    return f"outside from {out}, back on {back}: a new cycle, done by the proof of {START + days(5)}"


def leave(cast: Cast, n: int) -> str:
    life = Life(cast)
    life.on(START)
    due = life.now.due_on
    begin, end = START + days(5), START + days(45 + n)
    Leave.objects.create(person=life.person, first_day=begin, last_day=end)
    life.on(end)
    assert (life.now.due_on, life.now.cycle) == (due, 1)
    assert life.counted(begin + days(1)) == ["on_leave"]
    assert life.counted(end + days(1)) == ["overdue"]
    return f"away from {begin} to {end}: counted apart; due on {due} all along, overdue on {end + days(1)}"


def rehired(cast: Cast, n: int) -> str:
    life = Life(cast)
    life.completes(START + days(5))
    left, back = START + days(60), START + days(100 + n)
    life.is_told(left, left_on=str(left))
    life.is_told(back, joined_on=str(back))
    assert [item.ended_because for item in life.cycles] == ["left", ""]
    assert life.standing(back) == "complete"
    assert life.counted(left + days(1)) == ["left"]
    assert life.counted(back) == ["complete"]
    return f"left on {left}, back on {back}: a new cycle, done by the proof of {START + days(5)} while that is valid"


def rehired_after_its_end(cast: Cast, n: int) -> str:
    life = Life(cast)
    life.completes(START + days(5))
    left, back = START + days(60), START + days(380 + n)
    life.is_told(left, left_on=str(left))
    life.is_told(back, joined_on=str(back))
    assert life.standing(back) == "due"
    assert life.now.due_on == back + days(30)
    return f"left on {left}, back on {back}, when the proof has ended: a new cycle, due on {life.now.due_on}"


def second_contract(cast: Cast, n: int) -> str:
    life = Life(cast)
    life.on(START)
    again = START + days(10 + n)
    life.is_told(START + days(2), joined_on=str(again))
    assert len(life.cycles) == 1
    assert life.now.due_on == again + days(30)
    life.completes(again)
    life.is_told(again + days(200), joined_on=str(again + days(200)))
    assert len(life.cycles) == 1
    assert life.standing(again + days(200)) == "complete"
    return (
        f"the second begins on {again}, before anything was done: due on {again + days(30)}; "
        f"a third on {again + days(200)}: what was done stays"
    )


def transferred(cast: Cast, n: int) -> str:
    life = Life(cast)
    life.on(START)
    due, day = life.now.due_on, START + days(10 + n)
    life.is_told(day, office="APA")
    assert (len(life.cycles), life.now.due_on) == (1, due)
    where = {at: listed(at).get(person=life.person, requirement=life.rule).office for at in (day - days(1), day)}
    assert where == {day - days(1): cast.country.pk, day: cast.elsewhere.pk}
    return f"moved on {day}: the same cycle, due on {due}; until {day - days(1)} counted by the office before"


def merged(cast: Cast, n: int) -> str:
    life = Life(cast)
    other = make_person(f"M{Person.objects.count()}", cast.country, joined_on=START)
    life.on(START)
    refresh(today=START, people=[other.pk])
    done = START + days(3 + n)
    refresh(today=done, people=[other.pk])
    life.completes(done, person=other)
    merge(kept=life.person, merged=other, today=done + days(1))
    assert life.standing(done + days(1)) == "complete"
    theirs = Assignment.objects.filter(person=other)
    assert {item.ended_because for item in theirs} == {"merged"}
    rows = listed(done + days(1)).filter(person__in=[life.person, other], requirement=life.rule)
    assert [item.bucket for item in rows] == ["complete"], "counted once"
    return f"the other record completed it on {done}: the kept one has it, and is counted once, also for days before"


def merged_after_a_return(cast: Cast, n: int) -> str:
    life = Life(cast)
    former = make_person(f"F{Person.objects.count()}", cast.elsewhere, joined_on=START)
    back, done, left = START + days(150 + n), START + days(5), START + days(60)
    Person.objects.filter(pk=life.person.pk).update(joined_on=back)
    refresh(today=START, people=[former.pk])
    life.completes(done, person=former)
    Person.objects.filter(pk=former.pk).update(left_on=left)
    refresh(today=left, people=[former.pk])
    life.on(back)
    before = [life.counted_of(former, at) for at in (done, left)]
    merge(kept=life.person, merged=Person.objects.get(pk=former.pk), today=back)
    assert before == [life.counted(at) for at in (done, left)] == [["complete"], ["left"]], "as it was, and not twice"
    assert not life.counted_of(former, done)
    where = {at: listed(at).get(person=life.person, requirement=life.rule).office for at in (done, back)}
    assert where == {done: cast.elsewhere.pk, back: cast.country.pk}
    assert [(item.cycle, item.ended_because) for item in life.cycles] == [(1, "left"), (2, "")]
    assert life.counted(back) == ["complete"]
    return f"left on {left} under the former number, back on {back}: one history, done by the proof of {done}"


CASES = [
    Case("Renewed early", "The new proof is valid from the day of completion; the first one stays in the ledger.", early),
    Case("Renewed early, counted from the end of the proof", "The date does not drift.", early_without_drift),
    Case("Renewed late", "Expired in between; the new proof is valid from the day of completion, however the rule counts.",
         late),
    Case("Two rules accept the same course", "One completion counts for both, each with its own validity.", two_rules),
    Case("Another category, and back", "The cycle ends with the change; on return a new one opens, for which a proof "
         "counts that is still valid.", other_category_and_back),
    Case("Leave and return", "The obligation and its due date stay. An approved absence of more than 30 days is counted "
         "apart, and reminders wait.", leave),
    Case("Rehired while the proof is valid", "A new cycle, done by the proof.", rehired),
    Case("Rehired after the proof has ended", "A new cycle with the full time from the day of joining.",
         rehired_after_its_end),
    Case("Two contracts, one after the other", "The due date follows the start date while nothing is done; what is done "
         "stays.", second_contract),
    Case("Transferred to another office", "The cycle goes along. Figures of days before count the office before.",
         transferred),
    Case("Two records of one person merged", "Proof of both counts for the kept record, and nobody is counted twice.",
         merged),
    Case("Rehired under another number, then merged", "Days before the return count the former record, its office and its "
         "standing; from then on the kept one.", merged_after_a_return),
]  # fmt: skip
