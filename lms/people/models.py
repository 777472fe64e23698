"""Who: offices, persons, headships, leave, partner organisations."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node
from wagtail.admin.panels import FieldPanel

from lms.people.querysets import OfficeAccessQuerySet, OfficeManager, PersonQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AUDITORS = "Auditors"
"""The group that reads and verifies, within a time box, and changes nothing."""

LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("ar", _("Arabic")),
    ("ru", _("Russian")),
    ("zh-hans", _("Chinese")),
]


class Category(models.TextChoices):
    """Kinds of contract. Rules follow the category, never the job title."""

    FIXED_TERM = "FTA", _("Fixed-term staff")
    TEMPORARY = "TA", _("Temporary staff")
    JPO = "JPO", _("Junior professional officer")
    SERVICE = "SC", _("Service contract holder")
    CONSULTANT = "SSA", _("Consultant")
    VOLUNTEER = "UNV", _("Volunteer")
    INTERN = "INT", _("Intern or fellow")
    SECONDEE = "SEC", _("Secondee, on loan or stand-by")
    PARTNER = "PARTNER", _("Partner personnel")


class Office(MP_Node):
    """A node of the office tree. An office may cover several countries, so people can sit far from its head."""

    class Kind(models.TextChoices):
        HEADQUARTERS = "hq", _("Headquarters")
        DIVISION = "hq_division", _("Headquarters division")
        REGIONAL = "regional", _("Regional office")
        MULTI_COUNTRY = "multi_country", _("Multi-country office")
        COUNTRY = "country", _("Country office")
        PRESENCE = "programme_presence", _("Programme presence")

    class Weekend(models.TextChoices):
        SATURDAY_SUNDAY = "sat-sun", _("Saturday and Sunday")
        FRIDAY_SATURDAY = "fri-sat", _("Friday and Saturday")
        THURSDAY_FRIDAY = "thu-fri", _("Thursday and Friday")
        FRIDAY = "fri", _("Friday")
        SUNDAY = "sun", _("Sunday")

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=32, choices=Kind, default=Kind.COUNTRY)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    weekend = models.CharField(_("weekend"), max_length=8, choices=Weekend, default="sat-sun")

    node_order_by = ["code"]
    objects = OfficeManager()

    class Meta:
        app_label = "lms"
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        # Not on Person: Wagtail's site history shows every entry about a model to whoever has any permission on it.
        permissions = [
            ("view_compliance", _("Can see the compliance figures of the offices given to them")),
            ("take_auditor_pack", _("Can take an auditor pack of the offices given to them")),
            ("merge_person", _("Can make one person of two records in the offices given to them")),
            ("see_who_looked", _("Can see who looked at the people of the offices given to them")),
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day on which an office, and every office below it, does not work."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="holidays", verbose_name=_("office"))
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)

    panels = [FieldPanel("office"), FieldPanel("day"), FieldPanel("name")]

    class Meta:
        app_label = "lms"
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["-day", "office"]
        constraints = [models.UniqueConstraint(name="lms_holiday_once", fields=["office", "day"])]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"


class Organisation(models.Model):
    """A partner of the organisation. Holds no assessment evidence and nothing about a case."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="sub_partners",
        verbose_name=_("works for"), help_text=_("The partner whose sub-partner this is; empty for a partner of ours."),
    )  # fmt: skip

    panels = [FieldPanel("code"), FieldPanel("name"), FieldPanel("parent")]

    class Meta:
        app_label = "lms"
        verbose_name = _("partner organisation")
        verbose_name_plural = _("partner organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="lms_organisation_is_not_its_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        above, seen = self.parent, {self.pk}
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"parent": _("This partner stands below the one that is edited.")})
            seen.add(above.pk)
            above = above.parent


class Person(models.Model):
    """Somebody who may owe something, with or without a user account; one history for life.

    Personal data: name, addresses, contract dates, absence dates. Kept until HR erases the person; the facts that refer
    to ``uuid`` stay and can then no longer be linked to anybody.
    """

    number = models.CharField(_("number"), max_length=32, unique=True, help_text=_("The number in the HR system."))
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("organisation e-mail"), blank=True)
    personal_email = models.EmailField(_("personal e-mail"), blank=True, help_text=_("Used until there is another."))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    category = models.CharField(_("category"), max_length=16, choices=Category)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="people", verbose_name=_("office"))
    supervisor = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    is_manager = models.BooleanField(_("manages people"), default=False)
    language = models.CharField(_("language"), max_length=16, choices=LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text=_("Blank: the office's."))
    joined_on = models.DateField(_("joins on"))
    contract_ends_on = models.DateField(_("contract ends on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True, help_text=_("The first day after the last."))
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged",
        help_text="This record is of the same person as that one, which is kept.",
    )  # fmt: skip

    objects = PersonQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "number"]
        constraints = [
            models.CheckConstraint(
                name="lms_person_leaves_after_joining",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
            ),
            models.CheckConstraint(
                name="lms_person_is_not_their_own_supervisor",
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("id")),
            ),
        ]
        indexes = [models.Index(fields=["left_on", "office"])]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where messages go: the organisation's address, else the personal one, else empty."""
        return self.email or self.personal_email

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or self.office.time_zone)

    def has_left(self, on: date) -> bool:
        return self.left_on is not None and self.left_on <= on


class Headship(models.Model):
    """Who heads an office from when until when; the head answers for the office's figures."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="headships", verbose_name=_("office"))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="headships", verbose_name=_("person"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))

    panels = [FieldPanel("office"), FieldPanel("person"), FieldPanel("starts_on"), FieldPanel("ends_on")]

    class Meta:
        app_label = "lms"
        verbose_name = _("headship")
        verbose_name_plural = _("headships")
        constraints = [
            models.CheckConstraint(
                name="lms_headship_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="lms_one_open_headship_per_office", fields=["office"], condition=Q(ends_on__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.office}"


class Leave(models.Model):
    """An approved absence: its days and nothing else. A reason is never stored."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leaves")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    class Meta:
        app_label = "lms"
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        constraints = [
            models.CheckConstraint(name="lms_leave_ends_after_it_starts", condition=Q(last_day__gte=F("first_day"))),
            models.UniqueConstraint(name="lms_leave_is_told_once", fields=["person", "first_day"]),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class OfficeAccess(models.Model):
    """Lets a user see the figures and lists of one office and everything below it, for as long as it says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="office_access")
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+", verbose_name=_("office"))
    starts_on = models.DateField(_("from"), null=True, blank=True, help_text=_("Empty: at once."))
    ends_on = models.DateField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("The last day. Empty: until it is taken away; not for auditors."),
    )

    panels = [FieldPanel("user"), FieldPanel("office"), FieldPanel("starts_on"), FieldPanel("ends_on")]
    objects = OfficeAccessQuerySet.as_manager()

    class Meta:
        app_label = "lms"
        verbose_name = _("access to an office")
        verbose_name_plural = _("access to offices")
        constraints = [
            models.UniqueConstraint(name="lms_office_access_once", fields=["user", "office"]),
            models.CheckConstraint(
                name="lms_office_access_ends_after_it_starts",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.office}"

    def clean(self) -> None:
        super().clean()
        if self.ends_on is None and self.user_id and self.user.groups.filter(name=AUDITORS).exists():
            raise ValidationError({"ends_on": _("An auditor's access has a last day.")})


class Invitation(models.Model):
    """A link that lets one person set a password before they have an organisation e-mail.

    Resembles a password reset, but there is no account yet. Only a hash of the token is kept. Kept for a year.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "lms"

    def __str__(self) -> str:
        return f"{self.person} {self.created_at:%Y-%m-%d}"


def person_of(user: User | Any) -> Person | None:
    """The person behind a signed-in user; None for anonymous visitors and pure administrators.

    Costs no query where the site's authentication backend fetched the person together with the user.
    """
    if not getattr(user, "is_authenticated", False):
        return None
    found: Person | None = getattr(user, "person", None)
    return found
