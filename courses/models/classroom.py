"""A training that is held in a classroom: its page, its sessions, and who is put down for them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page

from courses.players.classroom.querysets import SessionQuerySet
from lms.people.models import LANGUAGES, Office, Person
from lms.requirements.models import Activity


class ClassroomPage(Page):
    """One edition of a training that a facilitator holds. Resembles a course, but what is done in it is done in a room."""

    is_learning = True  # a session that a link began may open it (lms.people.link_sessions)

    course_key = models.SlugField(
        _("key"), max_length=64, help_text=_("Names the training in every proof. Never change it after publishing.")
    )
    code = models.CharField(_("code"), max_length=32, blank=True)
    version = models.CharField(_("version of the content"), max_length=32, default="1")
    summary = models.TextField(_("summary"), max_length=600)
    objectives = models.TextField(_("what you will be able to do"), blank=True, help_text=_("One a line."))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    activity = models.ForeignKey(Activity, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("objectives"),
        FieldPanel("minutes"),
        MultiFieldPanel([FieldPanel("course_key"), FieldPanel("code"), FieldPanel("version")], heading=_("Identity")),
    ]
    parent_page_types = ["lms_courses.CourseIndexPage"]
    subpage_types: list[str] = []
    template = "courses/classroom/page.html"

    class Meta:
        verbose_name = _("classroom training")
        verbose_name_plural = _("classroom trainings")

    def clean(self) -> None:
        super().clean()
        from courses.registering import key_is_free

        if self.course_key and not key_is_free(self):
            raise ValidationError({"course_key": _("Another training has this key.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.players.classroom.kinds import appointments_of

        person = getattr(request, "person", None)
        mine = appointments_of(person, activity=self.activity) if person and self.activity else []
        return {**super().get_context(request, *args, **kwargs), "appointments": mine}


class ClassroomSession(models.Model):
    """When and where a training is held, and by whom. Can be changed until its sheet is signed; the sheet repeats it.

    Personal data: who holds it. Kept as long as its sheets.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    training = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("training"),
        limit_choices_to={"kind": "classroom"},
    )  # fmt: skip
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    place = models.CharField(_("place"), max_length=120, help_text=_("The room, as people find it."))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=64)
    facilitator = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="sessions_held", verbose_name=_("facilitator")
    )
    language = models.CharField(_("language"), max_length=16, choices=LANGUAGES, default="en")
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True, help_text=_("Empty: no limit."))
    planned_at = models.DateTimeField(default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("classroom session")
        verbose_name_plural = _("classroom sessions")
        ordering = ["starts_at", "pk"]
        default_permissions = ()
        permissions = [
            ("plan_session", _("Can plan classroom sessions and hold those that are their own")),
            ("reopen_session", _("Can let people confirm a classroom session after its time")),
        ]
        constraints = [
            models.CheckConstraint(
                name="lms_courses_session_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.training} {self.held_on}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def held_on(self) -> date:
        """The day on which it is held, where it is held."""
        return self.starts_at.astimezone(self.zone).date()


class Seat(models.Model):
    """Somebody is put down for a session. A plan, not a fact: what happened stands in the sheet."""

    session = models.ForeignKey(ClassroomSession, on_delete=models.CASCADE, related_name="seats_taken")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")

    class Meta:
        constraints = [models.UniqueConstraint(name="lms_courses_one_seat_each", fields=["session", "person"])]

    def __str__(self) -> str:
        return f"{self.session}: {self.person}"
