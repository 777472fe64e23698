"""Answers whether a person may pass a gate: from stored facts, at once, in one query; no job decides it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.db.models import Exists
from django.utils import timezone

from lms.people.models import Person
from lms.requirements.models import Requirement
from lms.requirements.standing import Facts, Standing, standing

COLUMNS = (
    "due_on", "completed_on", "valid_until", "renew_from", "waived_from", "waived_until", "carried_until",
)  # fmt: skip


class UnknownPerson(LookupError):
    """There is nobody with that number."""


class UnknownGate(LookupError):
    """No requirement in force names that gate: a slip in its name must not open every door."""


@dataclass(frozen=True)
class Missing:
    requirement: str
    title: str
    standing: str
    due_on: date


@dataclass(frozen=True)
class Decision:
    """``allow``, ``allow_until`` a day (the last one), or ``block`` with what is missing."""

    decision: Literal["allow", "allow_until", "block"]
    checked_at: datetime
    until: date | None = None
    missing: list[Missing] = field(default_factory=list)

    @property
    def lets_through(self) -> bool:
        return self.decision != "block"


def decide(*, number: str, gate: str, now: datetime | None = None) -> Decision:
    """The gate's answer for the person with that number. Raises UnknownPerson or UnknownGate.

    Only requirements that name the gate count. One that is not met blocks, unless it lets people through until its due
    date; a waiver, or a proof that is to be renewed, limits the answer to its last day. A person who has left is blocked.
    """
    if "\x00" in number:
        raise UnknownPerson(number)
    if not gate or "\x00" in gate:
        raise UnknownGate(gate)
    now = now or timezone.now()
    today = timezone.localdate(now)
    rows = list(
        Person.objects.filter(number=number)
        .annotate(gate_is_known=Exists(Requirement.objects.in_force(today).filter(gate=gate)))
        .values_list(
            "gate_is_known",
            "left_on",
            "assignments__ended_on",
            "assignments__requirement__gate",
            "assignments__requirement__code",
            "assignments__requirement__title",
            "assignments__requirement__gate_allows_until_due",
            *(f"assignments__{name}" for name in COLUMNS),
        )
    )
    if not rows:
        raise UnknownPerson(number)
    missing: list[Missing] = []
    limits: list[date] = []
    known, left_on = rows[0][:2]
    has_left = left_on is not None and left_on <= today
    if not known and not has_left:
        raise UnknownGate(gate)
    for _, _, ended_on, asked_at, code, title, grace, *dates in rows:
        if asked_at != gate or ended_on is not None:
            continue
        facts = Facts(**dict(zip(COLUMNS, dates, strict=True)))
        what = standing(facts, today)
        if what.is_open and not what.is_proven:
            if grace and what is Standing.DUE:
                limits.append(facts.due_on)
            else:
                missing.append(Missing(code, title, what.value, facts.due_on))
        elif what is Standing.WAIVED:
            limits += [facts.waived_until] if facts.waived_until else []
        elif what is Standing.EXPIRING:
            limits += [end for end in (facts.valid_until or facts.carried_until,) if end]
    if missing or has_left:
        return Decision("block", now, missing=sorted(missing, key=lambda item: item.due_on))
    if limits:
        return Decision("allow_until", now, until=min(limits))
    return Decision("allow", now)
