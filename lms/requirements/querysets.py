"""Named ways to read requirements and assignments; standing as an expression of the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When

from lms.people.querysets import PersonQuerySet
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
        return self.filter(applies_from__lte=on).filter(Q(applies_until__isnull=True) | Q(applies_until__gte=on))


class AssignmentQuerySet(models.QuerySet[Any]):
    def open(self) -> AssignmentQuerySet:
        """Not ended: the one current cycle of each person and requirement."""
        return self.filter(ended_on__isnull=True)

    def left_by(self, on: date) -> AssignmentQuerySet:
        """Ended because the person left, within the year before that day, and the person has not come back by then."""
        left = self.filter(ended_because="left", ended_on__lte=on, ended_on__gt=on - timedelta(days=LEFT_DAYS))
        running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
        # Of the same versions, where these are versions: what was not known then has not brought anybody back.
        back = self.filter(running, person=OuterRef("person"), requirement=OuterRef("requirement"), opened_on__lte=on)
        return left.exclude(Exists(back))

    def explicable(self) -> AssignmentQuerySet:
        """With all that ``explaining.explain`` reads of the row."""
        return self.select_related("requirement__office", "person__office", "completion__activity")

    def with_standing(self, today: date) -> AssignmentQuerySet:
        return self.annotate(standing=standing_expression(today))


def audience(requirement: Requirement, on: date) -> PersonQuerySet:
    """Everybody whom the rule covers on that day."""
    from lms.people.models import Category, Person

    people: PersonQuerySet = Person.objects.employed(on)
    if requirement.categories:
        people = people.filter(category__in=requirement.categories)
    else:
        people = people.exclude(category=Category.PARTNER)
    if requirement.office_id:
        assert requirement.office is not None
        people = people.below(requirement.office)
    if requirement.managers_only:
        people = people.filter(is_manager=True)
    if requirement.joiners_from:
        people = people.filter(joined_on__gte=requirement.joiners_from)
    return people
