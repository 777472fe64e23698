"""Named ways to read requirements and assignments; standing as an expression of the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When

from lms.people.querysets import PersonQuerySet
from lms.requirements.audiences import Condition, conditions, day, names_partners
from lms.requirements.standing import Standing

if TYPE_CHECKING:
    from lms.requirements.models import Requirement

LEFT_DAYS = 365


def standing_expression(today: date) -> Case:
    """``standing.standing`` over the columns of Assignment: the same rule, in the same order."""
    proven = Q(completed_on__lte=today) & (Q(valid_until__isnull=True) | Q(valid_until__gte=today))
    not_completed = Q(completed_on__isnull=True) | Q(completed_on__gt=today)
    waived = Q(waived_from__lte=today) & (Q(waived_until__isnull=True) | Q(waived_until__gte=today))
    return Case(
        When(proven & Q(renew_from__lte=today), then=Value(Standing.EXPIRING.value)),
        When(proven, then=Value(Standing.COMPLETE.value)),
        When(not_completed & Q(carried_until__gte=today), then=Value(Standing.EXPIRING.value)),
        When(waived, then=Value(Standing.WAIVED.value)),
        When(Q(completed_on__lte=today) | Q(carried_until__isnull=False), then=Value(Standing.EXPIRED.value)),
        When(due_on__lt=today, then=Value(Standing.OVERDUE.value)),
        default=Value(Standing.DUE.value),
        output_field=CharField(),
    )


class RequirementQuerySet(models.QuerySet[Any]):
    def in_force(self, on: date) -> RequirementQuerySet:
        """Approved, and applying on that day."""
        applying = self.filter(live=True, applies_from__lte=on)
        return applying.filter(Q(applies_until__isnull=True) | Q(applies_until__gte=on))


class AssignmentQuerySet(models.QuerySet[Any]):
    def open(self) -> AssignmentQuerySet:
        """Not ended: the one current cycle of each person and requirement."""
        return self.filter(ended_on__isnull=True)

    def counted(self, on: date) -> AssignmentQuerySet:
        """Running on that day; or ended because the person left, within the year before, and has not come back by then."""
        # Each part of the condition names ``ended_on``, so that an index answers it.
        running = Q(ended_on__isnull=True, opened_on__lte=on) | Q(ended_on__gt=on, opened_on__lte=on)
        left = Q(ended_because="left", ended_on__lte=on, ended_on__gt=on - timedelta(days=LEFT_DAYS))
        # Of the same versions, where these are versions: what was not known then has not brought anybody back.
        back = self.filter(running, person=OuterRef("person"), requirement=OuterRef("requirement"))
        return self.filter(running | left & ~Exists(back))

    def explicable(self) -> AssignmentQuerySet:
        """With all that ``explaining.explain`` reads of the row."""
        return self.select_related("requirement", "person__office", "completion__activity")

    def with_standing(self, today: date) -> AssignmentQuerySet:
        return self.annotate(standing=standing_expression(today))


def audience(requirement: Requirement, on: date) -> PersonQuerySet:
    """Everybody whom the rule covers on that day. One query for the offices that it names."""
    from lms.people.models import Category, Office, Person

    people: PersonQuerySet = Person.objects.employed(on)
    clauses = requirement.clauses
    if not names_partners(clauses):
        people = people.exclude(category=Category.PARTNER)
    named = [item.value["office"] for item in conditions(clauses) if item.kind == "office"]
    paths = dict(Office.objects.filter(code__in=named).values_list("code", "path")) if named else {}
    for clause in clauses:
        people = people.filter(reduce(or_, (_holds(item, on, paths) for item in clause.conditions)))
    return people


def _holds(condition: Condition, on: date, paths: dict[str, str]) -> Q:
    says = _says(condition.kind, condition.value, on, paths)
    return ~says if condition.opposite else says


def _says(kind: str, value: Mapping[str, Any], on: date, paths: dict[str, str]) -> Q:
    """``audiences.covers`` as a condition of the database: the same kinds, in the same order."""
    match kind:
        case "category":
            return Q(category__in=value["categories"])
        case "office":
            path = paths.get(value["office"])
            return Q(office__path__startswith=path) if path else Q(pk__in=[])
        case "manager":
            return Q(is_manager=True)
        case "joined":
            first, last = day(value.get("first")) or date.min, day(value.get("last")) or date.max
            return Q(joined_on__gte=first, joined_on__lte=last)
        case "not_yet_joined":
            return Q(joined_on__gt=on)
        case "contract":
            enough = F("joined_on") + timedelta(days=value["days"])
            return Q(contract_ends_on__isnull=True) | Q(contract_ends_on__gte=enough)
        case "organisation":
            known = Q(organisation__isnull=False)
            return known & Q(organisation__code=value["code"]) if value.get("code") else known
    raise ValueError(f"no condition is called {kind!r}")
