"""Loads signpost cards from a file; cards that are there belong to the editors."""

from __future__ import annotations

import tomllib
from pathlib import Path

from wagtail.models import Locale

from lms.signposts.models import SignpostCard


def load(path: Path, *, language: str = "en") -> int:
    """Add the cards that are missing; answers how many."""
    locale, _ = Locale.objects.get_or_create(language_code=language)
    known = set(SignpostCard.objects.filter(locale=locale).values_list("key", flat=True))
    cards = [card for card in tomllib.loads(path.read_text(encoding="utf-8"))["cards"] if card["key"] not in known]
    for position, card in enumerate(cards, len(known) + 1):
        SignpostCard.objects.create(locale=locale, position=position, **card)
    return len(cards)
