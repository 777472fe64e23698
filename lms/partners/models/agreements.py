"""Agreements with partners, the people named under them, and overrides of their readiness."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.partners.querysets import AgreementQuerySet, MemberQuerySet
from lms.people.models import LANGUAGES, Office, Organisation, Person
from lms.requirements.models import Requirement


class Agreement(models.Model):
    """The agreement under which a partner's people must be trained.

    Of the assessment it holds the label, the days and who assessed, never evidence; nothing about a case. Its state is
    derived (``lms.partners.states``). Personal data: name, title and address of the signatory. Kept until seven years
    after its end.
    """

    class Rating(models.TextChoices):
        """The common labels of the assessment of a partner's capacity (DOMAIN.md 1.1)."""

        FULL = "full", _("Full capacity (low risk)")
        MEDIUM = "medium", _("Medium capacity (moderate risk)")
        LOW = "low", _("Low capacity (high risk)")
        EMERGENCY = "low_assumed", _("Low capacity assumed – emergency")
        NO_CONTACT = "no_contact", _("No contact with beneficiaries")
        NOT_ASSESSED = "not_assessed", _("Not assessed")

    reference = models.CharField(_("reference"), max_length=64, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("partner")
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("office of ours")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    focal_points = models.ManyToManyField(
        Person, blank=True, related_name="focal_point_of", verbose_name=_("focal points")
    )
    signatory_name = models.CharField(_("authorised signatory"), max_length=200, blank=True)
    signatory_title = models.CharField(_("title of the signatory"), max_length=200, blank=True)
    signatory_email = models.EmailField(_("e-mail of the signatory"), blank=True)
    signatory_language = models.CharField(
        _("language of the signatory"), max_length=16, choices=LANGUAGES, default="en"
    )
    requirements = models.ManyToManyField(
        Requirement, blank=True, related_name="agreements", verbose_name=_("required of the people named"),
        help_text=_("Their rules must cover the partner's people, who are otherwise not asked."),
    )  # fmt: skip
    threshold = models.PositiveSmallIntegerField(
        _("share that must be verified, in per cent"), default=100,
        help_text=_("Below it the partner cannot be declared ready. Declared proof does not count."),
    )  # fmt: skip
    rating = models.CharField(
        _("PSEA assessment"), max_length=16, choices=Rating, default=Rating.NOT_ASSESSED,
        help_text=_("The label only: no evidence is kept here."),
    )  # fmt: skip
    assessed_on = models.DateField(_("assessed on"), null=True, blank=True)
    assessed_by = models.CharField(_("assessing entity"), max_length=120, blank=True)
    review_on = models.DateField(_("to be reviewed on"), null=True, blank=True)
    ready_at = models.DateTimeField(null=True, editable=False)
    ready_by = models.ForeignKey(Person, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["reference"]
        permissions = [
            ("keep_roster", _("Can name and invite people under the agreements of the offices given to them")),
            ("decide_ready", _("Can declare partners ready, and decide on exceptions")),
        ]
        constraints = [
            models.CheckConstraint(
                name="lms_agreement_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends after it starts."),
            ),
            models.CheckConstraint(
                name="lms_agreement_threshold_is_a_share", condition=Q(threshold__gte=1, threshold__lte=100),
                violation_error_message=_("A share lies between 1 and 100 per cent."),
            ),
            models.CheckConstraint(
                name="lms_agreement_review_follows_assessment",
                condition=Q(review_on__isnull=True) | Q(assessed_on__isnull=True) | Q(review_on__gte=F("assessed_on")),
                violation_error_message=_("A review follows the assessment."),
            ),
            models.CheckConstraint(
                name="lms_agreement_ready_names_who",
                condition=Q(ready_at__isnull=True, ready_by=None) | Q(ready_at__isnull=False, ready_by__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference


class AgreementMember(models.Model):
    """Somebody who works under an agreement, from when until when.

    Personal data: that a person works there, as what in a few words. Kept as long as the agreement.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=80, blank=True)
    named_on = models.DateField()
    named_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", help_text="Nobody: they registered themselves."
    )
    ended_on = models.DateField(null=True, help_text="The first day on which it no longer holds.")

    objects = MemberQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("person under an agreement")
        verbose_name_plural = _("people under agreements")
        constraints = [
            models.UniqueConstraint(
                name="lms_agreement_names_a_person_once", fields=["agreement", "person"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="lms_membership_ends_after_it_starts",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("named_on")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person} – {self.agreement}"


class ReadyOverride(models.Model):
    """Somebody asks that a partner below its threshold count as ready, for a coded reason and a time; a second person
    decides. Personal data: who asked and who decided. Kept as long as the agreement."""

    class Reason(models.TextChoices):
        EMERGENCY = "emergency", _("Emergency: the work cannot wait")
        SCHEDULED = "scheduled", _("The training has a date")
        CONNECTIVITY = "connectivity", _("No connection where they work")
        LANGUAGE = "language", _("No course in their language yet")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("granted")
        REFUSED = "refused", _("not granted")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="overrides")
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    ends_on = models.DateField(_("until"), help_text=_("The last day, 90 days from today at most."))
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=16, choices=Decision, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("exception for a partner")
        verbose_name_plural = _("exceptions for partners")
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                name="lms_ready_override_needs_a_second_person",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="lms_ready_override_is_decided_whole",
                condition=Q(decision="", decided_by=None, decided_at=None)
                | ~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="lms_one_open_ready_override", fields=["agreement"], condition=Q(decision="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.agreement} {self.get_reason_display()}"
