"""What was known of assignments before each change."""

from __future__ import annotations

from datetime import date

from django.db import models

from lms.as_known import Known, KnownQuerySet
from lms.people.models import Person
from lms.requirements.models.assignments import Assignment
from lms.requirements.models.ledger import Completion
from lms.requirements.models.rules import Requirement
from lms.requirements.querysets import AssignmentQuerySet


class KnownAssignmentQuerySet(KnownQuerySet, AssignmentQuerySet):  # type: ignore[override]
    pass


class KnownAssignment(Known):
    """An assignment as it was known (``lms.as_known``): what standing and figures read of it."""

    assignment = models.ForeignKey(Assignment, on_delete=models.DO_NOTHING, related_name="known", db_constraint=False)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, related_name="known_assignments", db_constraint=False
    )
    opened_on = models.DateField()
    due_on = models.DateField()
    carried_until = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_because = models.CharField(max_length=16)
    completion = models.ForeignKey(
        Completion, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    completed_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    renew_from = models.DateField(null=True)
    waived_from = models.DateField(null=True)
    waived_until = models.DateField(null=True)

    objects = KnownAssignmentQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Known.Meta):
        app_label = "lms"
        db_table = "lms_known_assignment"
        indexes = [
            *Known.Meta.indexes,
            models.Index(
                fields=["known_until"],
                name="lms_known_assignment_until",
                condition=models.Q(known_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.known_from}"

    @property
    def proven_on(self) -> date | None:
        """As ``Assignment.proven_on``."""
        return self.completion.completed_on if self.completion else None
