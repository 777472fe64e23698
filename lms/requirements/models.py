"""What is owed: activities, requirements, assignments; and what was done: the ledger of completions, and waivers."""

from __future__ import annotations

import uuid
from datetime import UTC, date
from typing import Any

from django import forms
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel

from lms.lrs.models import Statement
from lms.people.models import Category, Office, Person
from lms.requirements.periods import Proof, Validity
from lms.requirements.querysets import AssignmentQuerySet, RequirementQuerySet
from lms.requirements.standing import Facts, Standing, standing


class Activity(models.Model):
    """What can be completed. Neutral of language: all editions of a course are one activity, one obligation.

    A course is a block of parts (its content, its attestation); it is satisfied when every part is complete.
    """

    class MoveOn(models.TextChoices):
        """What completes the activity; cmi5 section 13.1.4 without NotApplicable, which would complete it unopened."""

        PASSED = "Passed", _("passed")
        COMPLETED = "Completed", _("completed")
        COMPLETED_AND_PASSED = "CompletedAndPassed", _("completed and passed")
        PARTS = "Parts", _("all parts complete")

    iri = models.CharField(_("IRI"), max_length=500, unique=True)
    kind = models.CharField(_("kind"), max_length=32)
    name = models.CharField(_("name"), max_length=255)
    move_on = models.CharField(_("completed by"), max_length=32, choices=MoveOn)
    part_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "lms"
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RequirementForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Ticks instead of JSON."""

    categories = forms.MultipleChoiceField(
        label=_("categories of personnel"),
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every category but partners."),
    )


class Requirement(ClusterableModel):
    """Who must have completed which activities, by when, valid for how long, and why. Not a course."""

    class DueFrom(models.TextChoices):
        JOINING = "joining", _("the day of joining")
        ISSUANCE = "issuance", _("the day it is assigned")

    code = models.SlugField(_("code"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=200)
    why = models.TextField(_("why"), help_text=_("The rule and its paragraph, as the learner reads it."))
    categories = models.JSONField(
        _("categories of personnel"),
        default=list,
        blank=True,
        help_text=_("None ticked: every category but partners."),
    )
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("office and below"), help_text=_("Empty: everywhere."),
    )  # fmt: skip
    managers_only = models.BooleanField(_("only people who manage others"), default=False)
    joiners_from = models.DateField(
        _("only people who joined on or after"), null=True, blank=True, help_text=_("Empty: whenever they joined.")
    )
    due_from = models.CharField(_("due counted from"), max_length=16, choices=DueFrom, default=DueFrom.JOINING)
    due_days = models.PositiveSmallIntegerField(_("days until due"), default=30)
    applies_from = models.DateField(_("applies from"), default=timezone.localdate)
    applies_until = models.DateField(_("applies until"), null=True, blank=True, help_text=_("The last day."))
    renewal_window_days = models.PositiveSmallIntegerField(_("renewal opens, days before the end"), default=60)
    gate = models.SlugField(
        _("gate"), max_length=64, blank=True, help_text=_("The gate that asks for it, such as onboarding.")
    )
    gate_allows_until_due = models.BooleanField(_("gate lets people through until the due date"), default=False)

    panels = [
        FieldPanel("title"),
        FieldPanel("code"),
        FieldPanel("why"),
        InlinePanel("accepted", heading=_("Accepted activities"), min_num=1),
        MultiFieldPanel(
            [
                HelpPanel(_("All of these must hold for a person.")),
                FieldPanel("categories"),
                FieldPanel("office"),
                FieldPanel("managers_only"),
                FieldPanel("joiners_from"),
            ],
            heading=_("Who"),
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("due_from", "due_days", "applies_from", "applies_until")],
            heading=_("By when"),
        ),
        FieldPanel("renewal_window_days"),
        MultiFieldPanel([FieldPanel("gate"), FieldPanel("gate_allows_until_due")], heading=_("Gate")),
    ]
    base_form_class = RequirementForm
    objects = RequirementQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["due_days", "title"]

    def __str__(self) -> str:
        return self.title

    def validity_of(self, activity_id: int) -> Validity | None:
        """How long a completion of that activity counts here; None where it does not count at all."""
        for accepted in self.accepted.all():
            if accepted.activity_id == activity_id:
                return Validity(months=accepted.valid_months, window_days=self.renewal_window_days)
        return None


class AcceptedActivity(models.Model):
    """One activity that a requirement accepts, with its own validity."""

    requirement = ParentalKey(Requirement, on_delete=models.CASCADE, related_name="accepted")
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="+", verbose_name=_("activity"),
        limit_choices_to={"part_of": None},
    )  # fmt: skip
    valid_months = models.PositiveSmallIntegerField(
        _("valid for, in months"), null=True, blank=True, help_text=_("Empty: for ever.")
    )

    panels = [FieldPanel("activity"), FieldPanel("valid_months")]

    class Meta:
        app_label = "lms"
        constraints = [models.UniqueConstraint(name="lms_activity_accepted_once", fields=["requirement", "activity"])]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.activity}"


class Completion(models.Model):
    """The ledger: a person completed an activity. Appended, never changed; the database refuses it.

    Chained person by person (``lms.hash_chain``). Kept for the contract's end plus seven years.
    """

    class Source(models.TextChoices):
        STATEMENT = "statement", _("recorded here")
        IMPORT = "import", _("imported record")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="completions")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="completions")
    registration = models.UUIDField()
    completed_at = models.DateTimeField()
    completed_on = models.DateField(help_text="The day it was at the person's duty station.")
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="completion")
    source = models.CharField(max_length=16, choices=Source, default=Source.STATEMENT)
    sequence = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        app_label = "lms"
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        constraints = [
            models.UniqueConstraint(name="lms_completion_once", fields=["person", "activity", "registration"]),
            models.UniqueConstraint(name="lms_completion_sequence", fields=["person", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.completed_on}"

    def record(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "person": str(self.person.uuid),
            "activity": self.activity.iri,
            "registration": str(self.registration),
            "completed_at": self.completed_at.isoformat(),
            "completed_on": self.completed_on.isoformat(),
            "statement": str(self.statement.statement_id),
            "source": self.source,
            "sequence": self.sequence,
        }


class Assignment(models.Model):
    """One person's obligation under one requirement for one cycle. Renewal opens the next cycle and wipes nothing.

    ``completion`` to ``renew_from`` and the waiver's dates only repeat the facts so that standing can be read from one
    row; ``projecting`` makes them anew, and verify_ledger compares.
    """

    class Ended(models.TextChoices):
        RENEWED = "renewed", _("followed by the next cycle")
        LEFT = "left", _("the person left")
        OUTSIDE = "outside", _("the rule no longer covers the person")

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    cycle = models.PositiveIntegerField(default=1)
    registration = models.UUIDField(default=uuid.uuid4, unique=True)
    opened_on = models.DateField()
    due_on = models.DateField()
    counts_from = models.DateField(null=True, help_text="Older proofs do not count for this cycle.")
    carried_until = models.DateField(null=True, help_text="Last day of the proof of the cycle before.")
    ended_on = models.DateField(null=True, help_text="The first day on which it no longer holds.")
    ended_because = models.CharField(max_length=16, choices=Ended, blank=True)

    completion = models.ForeignKey(Completion, null=True, on_delete=models.PROTECT, related_name="+")
    completed_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    renew_from = models.DateField(null=True)
    waived_from = models.DateField(null=True)
    waived_until = models.DateField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["due_on", "requirement"]
        constraints = [
            models.UniqueConstraint(name="lms_assignment_cycle_once", fields=["requirement", "person", "cycle"]),
            models.UniqueConstraint(
                name="lms_one_open_assignment", fields=["requirement", "person"], condition=Q(ended_on__isnull=True)
            ),
            models.CheckConstraint(
                name="lms_assignment_end_has_a_reason", condition=Q(ended_on__isnull=True) ^ ~Q(ended_because="")
            ),
            models.CheckConstraint(
                name="lms_assignment_ends_after_it_opens",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(
                name="lms_assignment_projection_whole",
                condition=Q(completion__isnull=True, completed_on__isnull=True)
                | Q(completion__isnull=False, completed_on__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="lms_assignment_open_due", condition=Q(ended_on__isnull=True))]

    def __str__(self) -> str:
        return f"{self.requirement} – {self.person}"

    @property
    def facts(self) -> Facts:
        return Facts(
            due_on=self.due_on,
            completed_on=self.completed_on,
            valid_until=self.valid_until,
            renew_from=self.renew_from,
            waived_from=self.waived_from,
            waived_until=self.waived_until,
            carried_until=self.carried_until,
        )

    @property
    def proven_on(self) -> date | None:
        """The day of completion at the duty station, as the certificate says it; ``completed_on`` is for standing."""
        return self.completion.completed_on if self.completion else None

    def standing_on(self, today: date) -> Standing:
        return standing(self.facts, today)


class Waiver(models.Model):
    """An obligation set aside for a coded reason and a time. A fact: appended, never changed."""

    class Reason(models.TextChoices):
        ALTERNATIVE = "alternative_arrangement", _("Alternative arrangement")
        EQUIVALENT = "equivalent", _("Equivalent training")
        CONNECTIVITY = "connectivity", _("No connection at the duty station")
        SECURITY = "security", _("Security or evacuation")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="waivers")
    reason = models.CharField(max_length=32, choices=Reason)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints = [
            models.CheckConstraint(
                name="lms_waiver_needs_a_second_person", condition=~Q(requested_by=F("approved_by"))
            ),
            models.CheckConstraint(
                name="lms_waiver_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.get_reason_display()}"


def proof_of(completion: Completion, validity: Validity) -> Proof:
    return Proof(
        id=completion.pk,
        completed_on=completion.completed_on,
        counts_on=min(completion.completed_on, completion.completed_at.astimezone(UTC).date()),
        registration=completion.registration,
        validity=validity,
    )
