"""Addresses in other channels, and the posts to them: the queue, and the list of what became of each."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.people.models import Person
from reminders.channels.registry import label_of
from reminders.leasing import LeaseManager


class ChannelAddress(models.Model):
    """Where somebody is nudged beside the e-mail. Of a person, not of an office: where an office is small a number names
    people, and who heads it changes.

    Personal data: the address, which is a secret as well: whoever has it can post. It is never shown again in whole. Kept
    until it is deleted, or its person is.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="channel_addresses", verbose_name=_("person")
    )
    channel = models.CharField(_("channel"), max_length=32)
    url = models.CharField(_("address"), max_length=2000)
    is_active = models.BooleanField(_("in use"), default=True)
    off_because = models.CharField(_("switched off because"), max_length=200, blank=True, editable=False)
    off_at = models.DateTimeField(_("switched off at"), null=True, editable=False)

    class Meta:
        app_label = "lms_reminders"
        verbose_name = _("address in another channel")
        verbose_name_plural = _("addresses in other channels")
        ordering = ["person__name", "channel"]
        constraints = [
            models.UniqueConstraint(
                name="lms_reminders_one_address_a_channel",
                fields=["person", "channel"],
                violation_error_message=_("This person has an address in that channel already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person.name}, {label_of(self.channel)}"

    @property
    def channel_label(self) -> str:
        return label_of(self.channel)

    @property
    def hint(self) -> str:
        """As much as tells it from another: its host and its last characters."""
        return f"{urlsplit(self.url).hostname} …{self.url[-4:]}"


class PostManager(LeaseManager):
    held_state = "posting"


class Post(models.Model):
    """One message's nudge in one channel. It never repeats what the message says. Kept as long as its message."""

    class State(models.TextChoices):
        READY = "ready", _("waiting")
        POSTING = "posting", _("being posted")
        POSTED = "posted", _("posted")
        CANCELLED = "cancelled", _("not needed any more")
        FAILED = "failed", _("given up")

    class Because(models.TextChoices):
        NOTHING_OPEN = "nothing_open", _("nothing in the message is open any more")
        NO_ADDRESS = "no_address", _("there is no address in use any more")
        NOT_NOW = "not_now", _("not accepted yet; it will be tried again")
        LATE = "late", _("not accepted within a day")
        REFUSED = "refused", _("refused")
        GONE = "gone", _("there is no such address any more; it was switched off")
        UNSURE = "unsure", _("no answer came; it may have arrived")

    message = models.ForeignKey("lms_reminders.Message", on_delete=models.CASCADE, related_name="posts")
    channel = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=State, default=State.READY)
    because = models.CharField(max_length=16, choices=Because, blank=True)
    detail = models.CharField(max_length=200, blank=True, help_text="What the other side answered, in a word.")
    people = models.PositiveIntegerField(default=0, help_text="The number that it said.")
    written_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)

    objects = PostManager()

    class Meta:
        app_label = "lms_reminders"
        verbose_name = _("post in another channel")
        verbose_name_plural = _("posts in other channels")
        ordering = ["-written_at", "-pk"]
        constraints = [models.UniqueConstraint(name="lms_reminders_one_post_a_channel", fields=["message", "channel"])]
        indexes = [
            models.Index(
                fields=["not_before"], name="lms_reminders_unposted", condition=Q(state__in=["ready", "posting"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.channel}"

    @property
    def channel_label(self) -> str:
        return label_of(self.channel)

    @property
    def why(self) -> str:
        """Why it has not been posted, in words."""
        return ": ".join(filter(None, [self.get_because_display() if self.because else "", self.detail]))
