"""Who of the people named under agreements is trained, by what the standing of their required assignments says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.partners.models import Agreement, AgreementMember
from lms.partners.states import reaches_threshold
from lms.requirements.models import AcceptedActivity, Assignment, Completion
from lms.requirements.standing import PROVEN, Standing

LAPSING = timedelta(days=30)


class Cover(IntEnum):
    """How far one person is covered: the least of what is required of them."""

    MISSING = 0
    WAIVED = 1
    DECLARED = 2
    VERIFIED = 3

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS = {
    Cover.MISSING: _("missing"), Cover.WAIVED: _("set aside"),
    Cover.DECLARED: _("declared"), Cover.VERIFIED: _("verified"),
}  # fmt: skip


@dataclass
class Coverage:
    """Of the people named under one agreement: ``named`` = verified + declared + waived + missing. ``lapsing`` are those of
    the verified and declared whose proof ends within 30 days; ``not_asked`` those of the missing whom no rule covers."""

    named: int = 0
    verified: int = 0
    declared: int = 0
    waived: int = 0
    missing: int = 0
    lapsing: int = 0
    not_asked: int = 0

    @property
    def percent(self) -> float | None:
        """Verified ÷ (named − waived); None where nobody is asked."""
        asked = self.named - self.waived
        return round(100 * self.verified / asked, 1) if asked else None

    def reaches(self, threshold: int) -> bool:
        return reaches_threshold(named=self.named, verified=self.verified, excused=self.waived, threshold=threshold)


@dataclass
class Covered:
    """One membership with how far the person is covered. ``until``: the day on which the first of the proofs ends."""

    member: AgreementMember
    cover: Cover
    until: date | None = None
    is_lapsing: bool = False
    is_asked: bool = True


@dataclass
class _Owed:
    """Of one person under one requirement."""

    cover: Cover
    until: date | None = None


@dataclass
class _Facts:
    required: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    owed: dict[tuple[int, int], _Owed] = field(default_factory=dict)


def coverage(agreements: Iterable[int], *, today: date) -> dict[int, Coverage]:
    """By agreement id; five queries, however many there are."""
    ids = list(agreements)
    found = {pk: Coverage() for pk in ids}
    for item in covered(ids, today=today):
        _count(found[item.member.agreement_id], item)
    return found


def covered(agreements: Iterable[int], *, today: date) -> Iterator[Covered]:
    """Everybody named under these agreements today, each person once an agreement. Five queries."""
    ids = list(agreements)
    members = AgreementMember.objects.current(today).filter(agreement__in=ids)
    facts = _facts(ids, members, today)
    seen: set[tuple[int, int]] = set()
    for member in members.select_related("person").order_by("agreement", "person__name", "person__number", "pk"):
        who = member.person.merged_into_id or member.person_id
        if (member.agreement_id, who) not in seen:
            seen.add((member.agreement_id, who))
            yield _covered(member, who, facts, today)


def _covered(member: AgreementMember, who: int, facts: _Facts, today: date) -> Covered:
    required = facts.required[member.agreement_id]
    owed = [facts.owed.get((who, requirement)) for requirement in required]
    cover = min((item.cover if item else Cover.MISSING for item in owed), default=Cover.MISSING)
    ends = [item.until for item in owed if item and item.until]
    until = min(ends, default=None) if cover >= Cover.DECLARED else None
    return Covered(
        member=member, cover=cover, until=until, is_asked=all(owed) and bool(owed),
        is_lapsing=until is not None and until <= today + LAPSING,
    )  # fmt: skip


def _facts(ids: list[int], members: Any, today: date) -> _Facts:
    facts = _Facts()
    for agreement, requirement in Agreement.requirements.through.objects.filter(agreement__in=ids).values_list(
        "agreement", "requirement"
    ):
        facts.required[agreement].add(requirement)
    needed = {requirement for one in facts.required.values() for requirement in one}
    people = Q(person__in=members.order_by().values("person"))
    people |= Q(person__in=members.order_by().filter(person__merged_into__isnull=False).values("person__merged_into"))
    declared = _declared(people, needed)
    rows = Assignment.objects.open().filter(people, requirement__in=needed).with_standing(today).order_by()
    for person, requirement, standing, valid_until, carried_until in rows.values_list(
        "person", "requirement", "standing", "valid_until", "carried_until"
    ):
        owed = _Owed(_cover(standing), valid_until or carried_until)
        until = declared.get((person, requirement), date.min)
        if owed.cover == Cover.MISSING and (until is None or until >= today):
            owed = _Owed(Cover.DECLARED, until)
        facts.owed[person, requirement] = owed
    return facts


def _cover(standing: str) -> Cover:
    if Standing(standing) in PROVEN:
        return Cover.VERIFIED
    return Cover.WAIVED if standing == Standing.WAIVED else Cover.MISSING


def _declared(people: Q, needed: set[int]) -> dict[tuple[int, int], date | None]:
    """By person and requirement: until when what was declared would hold if it were checked; None: for good. A declaration
    completes no assignment (decision 15)."""
    accepted = defaultdict[int, list[AcceptedActivity]](list)
    for item in AcceptedActivity.objects.filter(requirement__in=needed).select_related("requirement"):
        accepted[item.activity_id].append(item)
    told = Completion.objects.filter(people, activity__in=accepted, source=Completion.Source.DECLARED)
    found: dict[tuple[int, int], date | None] = {}
    for person, merged_into, activity, day in told.order_by().values_list(
        "person", "person__merged_into", "activity", "completed_on"
    ):
        for item in accepted[activity]:
            key = merged_into or person, item.requirement_id
            until = item.validity(item.requirement.renewal_window_days).until(day)
            known = found.get(key, date.min)
            found[key] = None if until is None or known is None else max(until, known)
    return found


def _count(found: Coverage, item: Covered) -> None:
    found.named += 1
    found.verified += item.cover == Cover.VERIFIED
    found.declared += item.cover == Cover.DECLARED
    found.waived += item.cover == Cover.WAIVED
    found.missing += item.cover == Cover.MISSING
    found.lapsing += item.is_lapsing
    found.not_asked += item.cover == Cover.MISSING and not item.is_asked
