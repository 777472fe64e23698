"""What is known about whether mail reaches an address, and which addresses are dead by that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Count, DateField, DateTimeField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Lower, NullIf
from django.utils.translation import gettext_lazy as _

from reminders.reaching import NOT_THE_ADDRESS, PASSING_DAYS, WITHIN


def mailbox(person: str = "") -> Lower:
    """Of a person in a query: where messages go (``Person.address``), in lower case as facts have it."""
    return Lower(Coalesce(NullIf(f"{person}email", Value("")), f"{person}personal_email"))


class BounceQuerySet(models.QuerySet[Any]):
    """Each question is asked of one row and of those of the same address, so that the index on the address answers it."""

    def that_count(self) -> BounceQuerySet:
        """Bounces of our messages that speak of the address, and before which nothing got through later."""
        return self.filter(self._counts())

    def dead(self) -> BounceQuerySet:
        """The bounces by which an address is dead. ``reaching.is_dead`` says the same in Python."""
        return self.filter(self._kills())

    def to_be_shown(self) -> BounceQuerySet:
        """What makes an address stand in HR's list: it is dead, or there is a complaint that nobody has answered."""
        answered = self._of_the_address(kind=Bounce.Kind.WORKS, at__gte=OuterRef("at"))
        complaint = Q(kind=Bounce.Kind.COMPLAINT, does_fit=True) & ~Q(Exists(answered))
        return self.filter(self._kills() | complaint)

    def _of_the_address(self, **more: Any) -> BounceQuerySet:
        found: BounceQuerySet = self.model.objects.filter(address=OuterRef("address"), does_fit=True, **more)
        return found.order_by()

    def _counts(self) -> Q:
        through = [Bounce.Kind.DELIVERED, Bounce.Kind.WORKS]
        later = self._of_the_address(kind__in=through, at__gte=OuterRef("at"))
        mine = Q(kind=Bounce.Kind.BOUNCE, does_fit=True) & ~Q(status__regex=NOT_THE_ADDRESS)
        return mine & ~Q(Exists(later))

    def _kills(self) -> Q:
        first = ExpressionWrapper(OuterRef("day") - WITHIN + timedelta(days=1), output_field=DateTimeField())
        days = (
            self._of_the_address(day__lte=OuterRef("day"), day__gte=Cast(first, DateField()))
            .that_count()
            .values("address")
            .annotate(days=Count("day", distinct=True))
            .filter(days__gte=PASSING_DAYS)
        )
        return self._counts() & (Q(permanent=True) | Q(Exists(days)))


class BounceManager(models.Manager.from_queryset(BounceQuerySet)):  # type: ignore[misc]
    def is_dead(self, address: str) -> bool:
        """True where nothing is to be written to the address."""
        return bool(self.dead().filter(address=address.lower()).exists())


class Bounce(models.Model):
    """One thing that was said about an address: it came back, somebody complained, it got through, HR says it works.

    A fact: appended, never changed; the address is dead or not by all of them together (``BounceQuerySet.dead``). It has
    an effect only where ``does_fit``: message and address are those of a message that we sent, or HR said it. Of what
    fits nothing the domain is kept and nothing else, so that an operator sees it. Personal data: the address. Kept as
    long as the messages, 24 months. HR alone has permissions: addresses may be private ones.
    """

    class Kind(models.TextChoices):
        BOUNCE = "bounce", _("came back")
        COMPLAINT = "complaint", _("marked as spam")
        DELIVERED = "delivered", _("got through")
        WORKS = "works", _("works again")

    kind = models.CharField(max_length=16, choices=Kind)
    address = models.CharField(max_length=254, help_text="In lower case; of what does not fit: @ and the domain.")
    does_fit = models.BooleanField(help_text="It is about a message that we sent to that address.")
    message = models.ForeignKey(
        "lms_reminders.Message", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="bounces",
        help_text="No constraint: the fact stays when the message is cleared away.",
    )  # fmt: skip
    told_message_id = models.CharField(max_length=200, blank=True)
    permanent = models.BooleanField(default=False)
    status = models.CharField(max_length=12, blank=True, help_text="RFC 3463")
    reason = models.CharField(max_length=200, blank=True, help_text="What the other server answered, in few words.")
    at = models.DateTimeField()
    day = models.DateField(help_text="Of UTC.")
    taken_at = models.DateTimeField(auto_now_add=True)
    said_by = models.CharField(max_length=254, blank=True, help_text="Who said that it works again.")

    objects = BounceManager()

    class Meta:
        app_label = "lms_reminders"
        verbose_name = _("what was said about an address")
        verbose_name_plural = _("what was said about addresses")
        ordering = ["-at", "-pk"]
        default_permissions = ("add", "view")
        constraints = [
            models.UniqueConstraint(
                name="lms_reminders_bounce_told_once",
                fields=["message", "address", "kind", "permanent"],
                condition=Q(message__isnull=False),
            ),
            models.UniqueConstraint(
                name="lms_reminders_stray_bounce_told_once",
                fields=["told_message_id", "address", "kind", "permanent"],
                condition=Q(does_fit=False),
            ),
            models.CheckConstraint(
                name="lms_reminders_bounce_fits_a_message_or_is_said_by_somebody",
                condition=Q(does_fit=False, message__isnull=True)
                | Q(does_fit=True, message__isnull=False, said_by="")
                | Q(does_fit=True, message__isnull=True, kind="works"),
            ),
        ]
        indexes = [
            models.Index(fields=["address", "at"], name="lms_reminders_bounce_address"),
            models.Index(fields=["taken_at"], name="lms_reminders_bounce_stray", condition=Q(does_fit=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"
