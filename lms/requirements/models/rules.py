"""What is owed, by whom, by when and why."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel, PublishingPanel
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin, WorkflowMixin

from lms.requirements.audiences import Clause, read
from lms.requirements.conditions import AudienceBlock
from lms.requirements.models.activities import Activity
from lms.requirements.periods import Deadline, Validity
from lms.requirements.querysets import RequirementQuerySet

MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


class Requirement(PreviewableMixin, WorkflowMixin, DraftStateMixin, RevisionMixin, ClusterableModel):  # type: ignore[misc]
    """Who must have completed which activities, by when, valid for how long, and why. Not a course.

    The row holds the terms in force. A change is a draft, which a second person approves (``approving``); what comes into
    force is kept as a ``RuleVersion`` and applied to the assignments (``applying``).
    """

    class DueFrom(models.TextChoices):
        JOINING = "joining", _("the day of joining")
        ISSUANCE = "issuance", _("the day it is assigned")
        GATE = "gate", _("before the day of joining")
        CAMPAIGN = "campaign", _("a fixed day")

    code = models.SlugField(_("code"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=200)
    why = models.TextField(_("why"), help_text=_("The rule and its paragraph, as the learner reads it."))
    audience = StreamField(AudienceBlock(required=False), blank=True, default=list, verbose_name=_("who"))
    due_from = models.CharField(_("due counted from"), max_length=16, choices=DueFrom, default=DueFrom.JOINING)
    due_days = models.PositiveSmallIntegerField(
        _("days until due"), default=30,
        help_text=_("Before the day of joining: so many days earlier. A fixed day: for whoever is asked after it."),
    )  # fmt: skip
    campaign_on = models.DateField(_("fixed day"), null=True, blank=True)
    working_days = models.BooleanField(
        _("count working days of the duty station"), default=False, help_text=_("Weekends and holidays do not count.")
    )
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
                HelpPanel(_("All of these must hold for a person. None: everybody but partner staff.")),
                FieldPanel("audience"),
            ],
            heading=_("Who"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in ("due_from", "due_days", "campaign_on", "working_days", "applies_from", "applies_until")
            ],
            heading=_("By when"),
        ),
        FieldPanel("renewal_window_days"),
        MultiFieldPanel([FieldPanel("gate"), FieldPanel("gate_allows_until_due")], heading=_("Gate")),
        PublishingPanel(),
    ]
    preview_modes = [("audience", _("Whom it covers")), ("dry_run", _("What would change"))]
    default_preview_mode = "audience"
    objects = RequirementQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["due_days", "title"]
        permissions = [("publish_requirement", _("Can approve a change of a requirement that another person made"))]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.due_from == self.DueFrom.CAMPAIGN and self.campaign_on is None:
            raise ValidationError({"campaign_on": _("Give the fixed day.")})

    @property
    def deadline(self) -> Deadline:
        return Deadline(due_from=self.due_from, days=self.due_days, campaign_on=self.campaign_on)  # type: ignore[arg-type]

    @property
    def clauses(self) -> list[Clause]:
        """Whom it covers: all of these must hold."""
        return read(self.audience.get_prep_value())

    @property
    def is_for_managers(self) -> bool:
        """It covers none but people who manage others."""
        return any(
            [(item.kind, item.opposite) for item in clause.conditions] == [("manager", False)]
            for clause in self.clauses
        )

    def validity_of(self, activity_id: int, *, renewal: bool = False) -> Validity | None:
        """How long a completion of that activity counts here; None where it does not count, at first or for renewing."""
        for accepted in self.accepted.all():
            if accepted.activity_id == activity_id and accepted.counts(renewal=renewal):
                return accepted.validity(self.renewal_window_days)
        return None

    def publish(self, revision: Any, user: Any = None, **options: Any) -> Any:
        """Bring a revision into force. Raises approving.NeedsSecondPerson for whoever wrote it."""
        from lms.requirements.approving import NeedsSecondPerson, author_of, bring_into_force

        if user is not None and author_of(revision) == user.pk:
            raise PermissionDenied(str(NeedsSecondPerson()))
        with transaction.atomic():  # terms that are in force, and not kept or applied, would be worse than none
            published = super().publish(revision, user=user, **options)
            bring_into_force(revision, approver=user)
        return published

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from lms.requirements.previewing import preview

        return preview(self, request, mode=mode_name)


class AcceptedActivity(models.Model):
    """One activity that a requirement accepts, with its own validity."""

    class CountsFor(models.TextChoices):
        BOTH = "", _("the first time and renewal")
        FIRST = "first", _("the first time only")
        RENEWAL = "renewal", _("renewal only")

    class RunsFrom(models.TextChoices):
        COMPLETION = "completion", _("from the day of completion")
        EXPIRY = "expiry", _("from the end of the proof that is renewed")
        DAY = "day", _("until a fixed day of the year")

    requirement = ParentalKey(Requirement, on_delete=models.CASCADE, related_name="accepted")
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="+", verbose_name=_("activity"),
        limit_choices_to={"part_of": None},
    )  # fmt: skip
    counts_for = models.CharField(_("counts for"), max_length=16, choices=CountsFor, blank=True, default="")
    valid_months = models.PositiveSmallIntegerField(
        _("valid for, in months"), null=True, blank=True, help_text=_("Empty: for ever.")
    )
    runs_from = models.CharField(_("counted"), max_length=16, choices=RunsFrom, default=RunsFrom.COMPLETION)
    until_day = models.CharField(
        _("fixed day, as month-day"), max_length=5, blank=True, help_text=_("03-31 is 31 March, in every year.")
    )

    panels = [FieldPanel(name) for name in ("activity", "counts_for", "valid_months", "runs_from", "until_day")]

    class Meta:
        app_label = "lms"
        constraints = [models.UniqueConstraint(name="lms_activity_accepted_once", fields=["requirement", "activity"])]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.activity}"

    def clean(self) -> None:
        super().clean()
        if self.runs_from == self.RunsFrom.DAY and not MONTH_AND_DAY.fullmatch(self.until_day):
            raise ValidationError({"until_day": _("Give month and day, such as 03-31.")})

    def counts(self, *, renewal: bool) -> bool:
        return self.counts_for in ("", "renewal" if renewal else "first")

    def terms(self, window_days: int) -> dict[tuple[int, bool], Validity]:
        """How long a completion counts, by activity and whether it renews."""
        validity = self.validity(window_days)
        return {(self.activity_id, renewal): validity for renewal in (False, True) if self.counts(renewal=renewal)}

    def validity(self, window_days: int) -> Validity:
        month, _dash, day = self.until_day.partition("-")
        fixed = (int(month), int(day)) if day else (12, 31)
        return Validity(self.valid_months, window_days, self.runs_from, fixed)  # type: ignore[arg-type]
