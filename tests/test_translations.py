"""The interface speaks every language that it offers, whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import to_locale

CATALOGUES = Path(__file__).resolve().parents[1] / "lms" / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w+}")


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_nothing_is_left_in_english(language: str) -> None:
    with (CATALOGUES / to_locale(language) / "LC_MESSAGES" / "django.po").open(encoding="utf-8") as file:
        catalogue = read_po(file)
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
