"""The interface speaks every language that it offers, whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import to_locale

CATALOGUES = Path(__file__).resolve().parents[1] / "lms" / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w+}")


def source(language: str) -> Catalog:
    with (CATALOGUES / to_locale(language) / "LC_MESSAGES" / "django.po").open(encoding="utf-8") as file:
        return read_po(file)


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_nothing_is_left_in_english(language: str) -> None:
    catalogue = source(language)
    missing, wrong = [], []
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        originals = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        if message.fuzzy or not all(texts):
            missing.append(originals[0])
        known = {name for original in originals for name in PLACEHOLDER.findall(original)}
        if any(set(PLACEHOLDER.findall(text)) - known for text in texts):
            wrong.append(originals[0])
    assert not missing
    assert not wrong


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_what_is_shown_is_what_was_translated(language: str) -> None:
    """`make messages` compiles; a catalogue that was edited and not compiled is not seen by anybody."""
    with (CATALOGUES / to_locale(language) / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = read_mo(file)
    stale = []
    for message in source(language):
        found = compiled.get(message.id) if message.id else message
        if found is None or list(found.string) != list(message.string):
            stale.append(message.id)
    assert not stale
