"""Ladders and their rungs; the reminders they give rise to; the messages that carry them, and what else is told in them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel

from lms.notices import Words
from lms.people.models import Person
from lms.requirements.models import Assignment, Requirement
from reminders.alarm_models import Alarm
from reminders.bounce_models import Bounce
from reminders.channels.models import ChannelAddress, Post
from reminders.forms import LadderForm
from reminders.ladder import Rung
from reminders.leasing import LeaseManager

__all__ = ["Alarm", "Bounce", "ChannelAddress", "Ladder", "LadderRung", "Message", "Post", "Reminder"]

MOST_DAYS = 3650


class Ladder(ClusterableModel):
    """When whom to remind of which requirements; or of what is to be renewed with partners (``renewing``)."""

    class About(models.TextChoices):
        TASKS = "tasks", _("what people owe under the requirements below")
        UNDERTAKING = "undertaking", _("undertakings of partners whose wording has changed")
        ASSESSMENT = "assessment", _("assessments of partners that are to be reviewed")

    name = models.CharField(_("name"), max_length=200)
    about = models.CharField(_("reminds of"), max_length=16, choices=About, default=About.TASKS)
    requirements = ParentalManyToManyField(
        Requirement, related_name="ladders", verbose_name=_("requirements"), blank=True,
        help_text=_("None for a ladder about partners: it covers all agreements that have not ended."),
    )  # fmt: skip
    starts_on = models.DateField(
        _("in use from"), default=timezone.localdate, help_text=_("Steps whose day lies earlier are never sent."),
        validators=[MinValueValidator(date(2000, 1, 1))],
    )  # fmt: skip
    is_active = models.BooleanField(_("in use"), default=True)

    panels = [
        FieldPanel("name"),
        FieldPanel("about"),
        FieldPanel("requirements"),
        FieldPanel("starts_on"),
        FieldPanel("is_active"),
        InlinePanel("rungs", heading=_("Steps"), min_num=1),
    ]

    base_form_class = LadderForm

    class Meta:
        verbose_name = _("reminder ladder")
        verbose_name_plural = _("reminder ladders")
        ordering = ["name"]
        permissions = [
            ("receive_hr_digest", _("Is written to as HR about people of the offices given to them who are late"))
        ]

    def __str__(self) -> str:
        return self.name


class LadderRung(models.Model):
    """One step of a ladder."""

    class CountedFrom(models.TextChoices):
        DUE = "due", _("the due date")
        OPENING = "opening", _("the day it was assigned")

    class Audience(models.TextChoices):
        PERSON = "person", _("the person")
        SUPERVISOR = "supervisor", _("the supervisor")
        HEAD = "head", _("the head of office")
        ABOVE = "above", _("the head of the next office up")
        HR = "hr", _("HR")
        FOCAL_POINT = "focal_point", _("our focal points of the agreement, else HR")
        SIGNATORY = "signatory", _("the signatory of the partner, by a link to sign")

    class Reaches(models.TextChoices):
        EVERYTHING = "everything", _("everything that is open")
        NEW = "new", _("only what is assigned from the day of this step on")

    ladder = ParentalKey(Ladder, on_delete=models.CASCADE, related_name="rungs")
    days = models.SmallIntegerField(
        _("days"),
        help_text=_("Minus: before."),
        validators=[MinValueValidator(-MOST_DAYS), MaxValueValidator(MOST_DAYS)],
    )
    counted_from = models.CharField(_("counted from"), max_length=16, choices=CountedFrom, default=CountedFrom.DUE)
    audience = models.CharField(_("to"), max_length=16, choices=Audience, default=Audience.PERSON)
    reaches = models.CharField(
        _("speaks of"), max_length=16, choices=Reaches, default=Reaches.EVERYTHING,
        help_text=_("For a step that is added later: whether it also reaches those who have the task already."),
    )  # fmt: skip
    added_on = models.DateField(default=timezone.localdate, editable=False)

    panels = [FieldPanel("days"), FieldPanel("counted_from"), FieldPanel("audience"), FieldPanel("reaches")]

    class Meta:
        ordering = ["counted_from", "days"]
        constraints = [
            models.UniqueConstraint(
                name="lms_reminders_rung_once", fields=["ladder", "days", "counted_from", "audience"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.days:+d} {self.get_audience_display()}"

    @property
    def rule(self) -> Rung:
        only_from = self.added_on if self.reaches == self.Reaches.NEW else None
        return Rung(self.days, self.counted_from, self.audience, only_from)  # type: ignore[arg-type]


class MessageManager(LeaseManager):
    held_state = "sending"

    def gone(self) -> models.QuerySet[Any]:
        """What will never carry what it holds: cancelled, or refused at an address that has changed. Not what is sent: a
        worker marks that before it comes to the reminders, which are then sent too."""
        address = Coalesce(NullIf("recipient__email", Value("")), "recipient__personal_email")
        return self.filter(Q(state=Message.State.CANCELLED) | (Q(state=Message.State.FAILED) & ~Q(address=address)))


class Message(models.Model):
    """One e-mail to one person on one day, whatever it holds: the outbox and the ledger of what was sent.

    ``message_id`` derives from person and day, so that a repeat after a crash is the same message. Personal data: the
    address. Kept 24 months.
    """

    class State(models.TextChoices):
        READY = "ready", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("not needed any more")
        FAILED = "failed", _("refused")

    # No index of its own for the recipient, nor one for parts of a Message-ID: each costs the sweep and every mark a write.
    recipient = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="messages", db_index=False)
    day = models.DateField(help_text="The recipient's own calendar day.")
    state = models.CharField(max_length=16, choices=State, default=State.READY)
    message_id = models.CharField(max_length=200)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=16, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    body = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True, help_text="Since when handing it over fails, in a row.")

    objects = MessageManager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(name="lms_reminders_one_message_a_day", fields=["recipient", "day"]),
            models.UniqueConstraint(name="lms_reminders_message_id_once", fields=["message_id"]),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"], name="lms_reminders_waiting", condition=Q(state__in=["ready", "sending"])
            ),
            models.Index(fields=["sent_at"], name="lms_reminders_sent", condition=Q(state="sent")),
            models.Index(
                fields=["failing_since"], name="lms_reminders_failing", condition=Q(failing_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class Reminder(models.Model):
    """One rung for one assignment: sent once, whatever happens. Or a notice: what somebody is told and does not owe.

    It repeats what the rung said, so that a ladder can be edited: the days, to whom, and the ``anchor`` from which they
    were counted. An anchor that moves makes another reminder. One that was cancelled does not count: while the cause
    lasts nothing is planned, and when it is over the latest rung is planned in a new row.

    A notice has no assignment. ``kind`` and ``key`` say what it is about, to whoever has the words (``lms.notices``): a
    renewal of a partner's, by a rung too, or a decision on a proof, once. Kept 24 months.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("not needed any more")

    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=16, blank=True, help_text="Of a notice: which area has the words for it.")
    key = models.CharField(max_length=64, blank=True, help_text="Of a notice: what it is about, as that area says.")
    audience = models.CharField(max_length=16, choices=LadderRung.Audience)
    days = models.SmallIntegerField(help_text="After the anchor; minus: before.")
    anchor = models.DateField(
        help_text="The due date, the day of assigning, or as of when a notice holds, as it was when this was planned."
    )
    recipient = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reminders")
    state = models.CharField(max_length=16, choices=State, default=State.PLANNED)
    because = models.CharField(max_length=32, blank=True, help_text="Why it was cancelled.")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="reminders")
    planned_at = models.DateTimeField()

    words: Words | None = None
    """What a notice says, once that was asked at the moment of sending."""

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-planned_at"]
        constraints = [
            models.UniqueConstraint(
                name="lms_reminders_rung_sent_once",
                fields=["assignment", "audience", "anchor", "days", "recipient"],
                condition=~Q(state="cancelled"),
            ),
            models.UniqueConstraint(
                name="lms_reminders_notice_sent_once",
                fields=["kind", "key", "audience", "anchor", "days", "recipient"],
                condition=Q(assignment=None) & ~Q(state="cancelled"),
            ),
            models.CheckConstraint(
                name="lms_reminders_task_or_notice",
                condition=Q(assignment__isnull=False, kind="", key="") | Q(assignment=None) & ~Q(kind="") & ~Q(key=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient"],
                name="lms_reminders_planned",
                condition=Q(state="planned"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment or self.key} {self.days:+d} {self.get_audience_display()}"

    @property
    def is_notice(self) -> bool:
        return self.assignment_id is None

    @property
    def task(self) -> Assignment:
        """What is owed. Not to be asked of a notice."""
        assert self.assignment is not None
        return self.assignment
