"""Renders PDFs with Typst: tagged, shaped in every script, and refused when a glyph is missing."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import segno
import typst
from django.apps import apps


@cache
def font_folders() -> list[str]:
    """Where the fonts of the wheels lie; fonts of the system are not used, so that every machine gives one result."""
    folders = []
    for package in ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic"):
        folders.append(str(importlib.resources.files(package) / "files"))
    return folders


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
        sys_inputs={"data": json.dumps({**data, "qr": matrix})},
        pdf_standards=["ua-1"],
    )
    assert isinstance(result, bytes)
    return result
