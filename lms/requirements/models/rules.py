"""What is owed, by whom, by when and why."""

from __future__ import annotations

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel

from lms.people.models import Category, Office
from lms.requirements.models.activities import Activity
from lms.requirements.periods import Validity
from lms.requirements.querysets import RequirementQuerySet


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

    def category_names(self) -> list[str]:
        """The categories that it covers, in words; none where it covers all but partners."""
        return [str(Category(code).label) for code in self.categories]

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
