"""Where people were posted before, and what was known of people, offices and leave before each change."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.as_known import Known
from lms.people.models import Category, Office, Person
from lms.people.spells import Post, Spell


class Posting(models.Model):
    """A post that a person held and holds no more; the one held now stands on the person.

    The postings of a person follow one another without a gap, the first from the beginning. Kept as long as the person.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="postings", verbose_name=_("person"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    category = models.CharField(_("category"), max_length=16, choices=Category)
    is_manager = models.BooleanField(_("manages people"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), help_text=_("The first day in the next post."))

    class Meta:
        app_label = "lms"
        verbose_name = _("earlier post")
        verbose_name_plural = _("earlier posts")
        ordering = ["person", "starts_on"]
        constraints = [
            models.CheckConstraint(name="lms_posting_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(name="lms_one_posting_starts_a_day", fields=["person", "starts_on"]),
            models.UniqueConstraint(name="lms_one_posting_ends_a_day", fields=["person", "ends_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"

    @property
    def spell(self) -> Spell:
        return Spell(Post(self.office_id, self.category, self.is_manager), self.starts_on, self.ends_on)


class KnownPerson(Known):
    """The post that stood on a person (``lms.as_known``)."""

    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="known", db_constraint=False)
    office = models.ForeignKey(
        Office, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    category = models.CharField(max_length=16, choices=Category)
    is_manager = models.BooleanField()

    class Meta(Known.Meta):
        app_label = "lms"
        db_table = "lms_known_person"

    def __str__(self) -> str:
        return f"{self.person_id} {self.known_from}"


class KnownPosting(Known):
    """A posting as it was known (``lms.as_known``)."""

    posting = models.BigIntegerField(db_index=True)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="known_postings", db_constraint=False)
    office = models.ForeignKey(
        Office, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    category = models.CharField(max_length=16, choices=Category)
    is_manager = models.BooleanField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta(Known.Meta):
        app_label = "lms"
        db_table = "lms_known_posting"
        indexes = [*Known.Meta.indexes, models.Index(fields=["known_until"], name="lms_known_posting_until")]

    def __str__(self) -> str:
        return f"{self.posting} {self.known_from}"


class KnownLeave(Known):
    """A leave as it was known (``lms.as_known``)."""

    leave = models.BigIntegerField(db_index=True)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="known_leaves", db_constraint=False)
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta(Known.Meta):
        app_label = "lms"
        db_table = "lms_known_leave"
        indexes = [*Known.Meta.indexes, models.Index(fields=["known_until"], name="lms_known_leave_until")]

    def __str__(self) -> str:
        return f"{self.leave} {self.known_from}"


class KnownOffice(Known):
    """The place of an office in the tree, and its name, as they were known (``lms.as_known``)."""

    office = models.ForeignKey(Office, on_delete=models.DO_NOTHING, related_name="known", db_constraint=False)
    path = models.CharField(max_length=255)
    depth = models.PositiveIntegerField()
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=200)

    class Meta(Known.Meta):
        app_label = "lms"
        db_table = "lms_known_office"

    def __str__(self) -> str:
        return f"{self.code} {self.known_from}"
