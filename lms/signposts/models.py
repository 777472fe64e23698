"""Cards that show where to report and where to find support."""

from __future__ import annotations

from django.core.cache import cache
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin


class SignpostCard(TranslatableMixin, models.Model):
    """One channel: what for, who may use it, how confidential, how to reach it, and when that was last verified.

    Public and never tracked: no statement, no link through this site, no log tied to a person.
    """

    class Kind(models.TextChoices):
        REPORT = "report", _("To report")
        SUPPORT = "support", _("Advice and support")

    key = models.SlugField(_("key"), max_length=64)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    for_what = models.TextField(_("for what"))
    who_can_use = models.TextField(_("who can use it"))
    confidentiality = models.TextField(_("confidentiality"))
    contact = models.TextField(_("contact"))
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    verified_on = models.DateField(_("verified on"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    panels = [
        FieldPanel(name)
        for name in (
            "title", "kind", "for_what", "who_can_use", "confidentiality", "contact", "languages", "verified_on",
            "position", "key",
        )
    ]  # fmt: skip

    class Meta:
        app_label = "lms"
        verbose_name = _("signpost card")
        verbose_name_plural = _("signpost cards")
        ordering = ["position", "title"]
        unique_together = [("translation_key", "locale"), ("key", "locale")]

    def __str__(self) -> str:
        return self.title


def cards_in(language: str) -> list[SignpostCard]:
    """Every card in that language, or in English where there is no edition yet. Remembered for a minute."""
    return cache.get_or_set(f"lms-signposts-{language}", lambda: _cards_in(language), 60) or []


def _cards_in(language: str) -> list[SignpostCard]:
    found: dict[str, SignpostCard] = {}
    for card in SignpostCard.objects.filter(locale__language_code__in={language, "en"}).select_related("locale"):
        if card.key not in found or card.locale.language_code == language:
            found[card.key] = card
    return sorted(found.values(), key=lambda card: (card.position, card.title))
