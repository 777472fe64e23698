"""Renders PDFs with Typst: tagged, shaped in every script, and refused when a glyph is missing."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import segno
import typst
from django.apps import apps

FONTS = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic")
CHINESE = "manimgx_fonts_cjk"
# Used where they are installed. A name in a script without a font is refused, never printed as boxes.
MORE_FONTS = (
    CHINESE, "fontpkg_noto_sans_devanagari", "fontpkg_noto_sans_khmer", "fontpkg_noto_sans_tamil",
    "fontpkg_noto_sans_telugu", "fontpkg_noto_sans_thai",
)  # fmt: skip


@cache
def font_folders() -> list[str]:
    """Where the fonts of the wheels lie; fonts of the system are not used, so that every machine gives one result."""
    specs = (importlib.util.find_spec(package) for package in (*FONTS, *MORE_FONTS))
    return [folder for spec in specs if spec for folder in spec.submodule_search_locations or ()]


@cache
def has_chinese() -> bool:
    return importlib.util.find_spec(CHINESE) is not None


def render(name: str, data: Mapping[str, str]) -> bytes:
    """The PDF/UA-1 bytes of ``<app>/pdf/<name>.typ`` of any installed app.

    ``data`` reaches the template as one JSON input, never as source: what a person is called cannot become markup.
    """
    source = next(path for app in apps.get_app_configs() if (path := Path(app.path) / "pdf" / f"{name}.typ").exists())
    qr = segno.make(data["verify_url"], error="m")
    matrix = ["".join("1" if cell else "0" for cell in row) for row in qr.matrix]
    result = typst.compile(
        str(source),
        root=str(source.parent),
        font_paths=font_folders(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({**data, "qr": matrix, "chinese": has_chinese()})},
        pdf_standards=["ua-1"],
    )
    assert isinstance(result, bytes)
    return result
