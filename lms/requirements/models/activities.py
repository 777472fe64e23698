"""What can be completed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lrs.models import Credential


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

    class Word(models.TextChoices):
        """Whose word completes it. What anybody else says of it is kept, and shown as a claim that does not count."""

        SITE = "site", _("this site's own")
        LAUNCHED = "launched", _("that of the course, in a session launched from here")
        TRUSTED = "trusted", _("that of the systems named below")

    iri = models.CharField(_("IRI"), max_length=500, unique=True)
    kind = models.CharField(_("kind"), max_length=32)
    name = models.CharField(_("name"), max_length=255)
    move_on = models.CharField(_("completed by"), max_length=32, choices=MoveOn)
    part_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=0,
        help_text=_("Nominal length; who reports less than a fifth of it is doubted. 0: unknown."),
    )
    word = models.CharField(_("whose word completes it"), max_length=16, choices=Word, default=Word.SITE)
    trusted = models.ManyToManyField(
        Credential, blank=True, related_name="+", verbose_name=_("trusted systems"),
        limit_choices_to={"launch": None}, help_text=_("Record store credentials with the scope to report completions."),
    )  # fmt: skip

    known_as = models.CharField(
        _("its IRI at the provider"), max_length=500, blank=True, default="",
        validators=[RegexValidator(r"^[a-z][a-z0-9+.\-]*:\S+\Z", _("An IRI begins with its scheme, such as https:."))],
        help_text=_("For a course taken elsewhere: by which name the trusted systems report it. Empty: by ours."),
    )  # fmt: skip

    class Meta:
        app_label = "lms"
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="lms_activity_known_as_once", fields=["known_as"], condition=~Q(known_as=""),
                violation_error_message=_("Another activity has this IRI."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.known_as and Activity.objects.filter(iri=self.known_as).exists():
            raise ValidationError({"known_as": _("It is an activity of this site.")})
