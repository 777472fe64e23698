"""The interface speaks every language that it offers, whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "lms" / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w+}")


def source(language: str) -> Catalog:
    with (CATALOGUES / to_locale(language) / "LC_MESSAGES" / "django.po").open(encoding="utf-8") as file:
        return read_po(file)


KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")},
    "gettext_noop": None,
}


def sources() -> Iterator[str]:
    """The code, and the templates as Django's makemessages reads them: as if they were code."""
    for area in ("lms", "courses", "attestations", "reminders"):
        for path in (ROOT / area).rglob("*"):
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield path.read_text(encoding="utf-8")
            elif path.suffix in (".html", ".txt") and "templates" in path.parts:
                lines = templatize(path.read_text(encoding="utf-8")).splitlines()
                yield "\n".join(line.strip() for line in lines)


@cache
def marked() -> set[tuple[str | None, str]]:
    """Every text that is marked for translation, with its context."""
    found = set()
    for text in sources():
        for _, message, _, context in extract("python", BytesIO(text.encode()), KEYWORDS):
            found.add((context, message if isinstance(message, str) else message[0]))
    return found


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_every_text_of_the_code_is_in_the_catalogue(language: str) -> None:
    """What `make messages` would add, told without gettext's programs and without writing anything."""
    catalogue = source(language)
    assert len(marked()) > 1000
    assert sorted(text for context, text in marked() if catalogue.get(text, context) is None) == []


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
        context: Any = message.context.encode() if message.context else None  # as read_mo leaves it
        found = compiled.get(message.id, context) if message.id else message
        if found is None or list(found.string) != list(message.string):
            stale.append(message.id)
    assert not stale
