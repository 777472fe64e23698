"""A course that another organisation gives: its page, where to take it, and what is taken as proof of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.models import Orderable, Page

from courses.models.pages import ENCRYPTED_ADDRESS
from courses.players.external.lti.panel import tool_panel
from courses.players.external.reporters import reporters_panel
from courses.players.external.rules import entries, is_host, is_issuer_line, with_reference
from lms.people.models import LANGUAGES
from lms.requirements.models import Activity

CONTENT_VERSION = RegexValidator(r"^[\w.\- ]{1,32}\Z", _("Letters, digits, dots and dashes."))


class Way(models.TextChoices):
    """How proof comes back. Each has a file of its own below ``courses/players/external/ways``."""

    FILE = "file", _("a certificate as a file")
    CODE = "code", _("a code or a link of the provider")
    BADGE = "badge", _("an Open Badge")
    DECLARATION = "declaration", _("a declaration")


class ExternalPage(Page):
    """One edition of a course that is taken elsewhere. Resembles a course, but only its proof is seen here.

    What counts as proof is judged by one edition for all of them: the English one, else the oldest (``kinds.rule_of``).
    """

    is_learning = True  # a session that a link began may open it (lms.people.link_sessions)

    course_key = models.SlugField(
        _("key"), max_length=64, help_text=_("Names the course in every proof. Never change it after publishing.")
    )
    code = models.CharField(_("code"), max_length=32, blank=True)
    provider = models.CharField(_("provider"), max_length=120, help_text=_("Who gives the course."))
    summary = models.TextField(_("summary"), max_length=600)
    objectives = models.TextField(_("what you will be able to do"), blank=True, help_text=_("One a line."))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    proof_text = models.TextField(
        _("what counts as proof"), max_length=2000,
        help_text=_("For the learner: what the certificate must show, and where to find it. One a line."),
    )  # fmt: skip
    accepted_versions = models.TextField(
        _("versions of the course that are accepted"), blank=True, max_length=1000,
        help_text=_("As the provider names them, one a line. Empty: any."),
    )  # fmt: skip
    link_hosts = models.TextField(
        _("hosts of links that verify a certificate"), blank=True, max_length=1000,
        help_text=_(
            "One a line, such as verify.example.org; *.example.org stands for whatever is below. Only these are asked."
        ),
    )  # fmt: skip
    badge_issuers = models.TextField(
        _("issuers of Open Badges that are accepted"), blank=True, max_length=2000,
        help_text=_(
            "One a line, as the badge names it: https://… or did:web:…. A space and the thumbprint (RFC 7638) or address "
            "of the issuer's key may follow; else it is looked up there, if the host is named above."
        ),
    )  # fmt: skip
    badge_achievements = models.TextField(
        _("badges that are accepted"), blank=True, max_length=2000,
        help_text=_("One a line: the id of the achievement or of the badge class."),
    )  # fmt: skip
    reviewers = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("who checks the proof"),
        help_text=_(
            "A group that may check proofs; of people in the offices that they may see. Human Resources always can."
        ),
    )  # fmt: skip
    service_days = models.PositiveSmallIntegerField(
        _("days within which proof is checked"), default=7, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    mastery = models.PositiveSmallIntegerField(
        _("pass mark, per cent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("For scores that the provider's system reports: from which one on the course is passed."),
    )  # fmt: skip
    tells_name = models.BooleanField(
        _("tell the provider name and e-mail address"), default=False,
        help_text=_("Only if the provider needs them and an agreement allows it. Otherwise it gets a code in their place."),
    )  # fmt: skip
    activity = models.ForeignKey(Activity, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    content_panels = [
        *Page.content_panels,
        FieldPanel("provider"),
        FieldPanel("summary"),
        FieldPanel("objectives"),
        FieldPanel("minutes"),
        InlinePanel("links", heading=_("Where to take it"), label=_("Link"), min_num=1),
        FieldPanel("proof_text"),
        MultiFieldPanel([FieldPanel("course_key"), FieldPanel("code")], heading=_("Identity")),
    ]
    proof_panels = [
        InlinePanel("ways", heading=_("Ways to hand in proof"), label=_("Way"), min_num=1),
        *(
            FieldPanel(name)
            for name in (
                "accepted_versions",
                "link_hosts",
                "badge_issuers",
                "badge_achievements",
                "reviewers",
                "service_days",
            )
        ),
        reporters_panel(),
        MultiFieldPanel(
            [tool_panel(), FieldPanel("mastery"), FieldPanel("tells_name")], heading=_("Result by LTI 1.3")
        ),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Content")),
            ObjectList(proof_panels, heading=_("Proof")),
            ObjectList(Page.promote_panels, heading=_("Promote")),
        ]
    )
    parent_page_types = ["lms_courses.CourseIndexPage"]
    subpage_types: list[str] = []
    template = "courses/external/page.html"

    class Meta:
        verbose_name = _("external course")
        verbose_name_plural = _("external courses")

    def clean(self) -> None:
        super().clean()
        from courses.registering import key_is_free

        problems: dict[str, Any] = {}
        if self.course_key and not key_is_free(self):
            problems["course_key"] = _("Another training has this key.")
        if wrong := [host for host in entries(self.link_hosts) if not is_host(host)]:
            problems["link_hosts"] = _("No name of a host: %(names)s.") % {"names": ", ".join(wrong)}
        if wrong := [line for line in entries(self.badge_issuers) if not is_issuer_line(line)]:
            problems["badge_issuers"] = _("No issuer of badges: %(names)s.") % {"names": ", ".join(wrong)}
        if any(len(version) > 32 for version in entries(self.accepted_versions)):
            problems["accepted_versions"] = _("A version has 32 characters at most.")
        if problems:
            raise ValidationError(problems)

    def open_ways(self) -> list[Way]:
        """In the order in which the author put them."""
        return [Way(item.way) for item in self.ways.all() if item.way in Way.values]

    def links_for(self, registration: UUID | None) -> list[ExternalLink]:
        """The reader's language first; each with its ``url``, which holds the registration where the author wants it."""
        found = list(self.links.all())
        for link in found:
            link.url = with_reference(link.address, registration)
        mine = get_language() or "en"
        return sorted(found, key=lambda link: link.language != mine)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.players.external.course import of_page, who

        return {**super().get_context(request, *args, **kwargs), **of_page(self, who(request))}


class ExternalLink(Orderable):
    """Where the course is taken, in one language."""

    url = ""  # as somebody follows it (ExternalPage.links_for)

    page = ParentalKey(ExternalPage, on_delete=models.CASCADE, related_name="links")
    language = models.CharField(_("language"), max_length=16, choices=LANGUAGES, default="en")
    address = models.CharField(
        _("address"), max_length=500, validators=[ENCRYPTED_ADDRESS],
        help_text=_("{reference} in it becomes a reference without a name, by which the provider can tell who finished."),
    )  # fmt: skip

    panels = [FieldPanel("language"), FieldPanel("address")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(name="lms_courses_one_link_each", fields=["page", "language"])]

    def __str__(self) -> str:
        return f"{self.page} {self.language}"


class ExternalWay(Orderable):
    """One way in which proof of the course may be handed in."""

    page = ParentalKey(ExternalPage, on_delete=models.CASCADE, related_name="ways")
    way = models.CharField(_("way"), max_length=16, choices=Way, default=Way.FILE)

    panels = [FieldPanel("way")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(name="lms_courses_way_once", fields=["page", "way"])]

    def __str__(self) -> str:
        return f"{self.page} {self.way}"
