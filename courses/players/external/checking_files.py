"""Takes a file from a stranger, or refuses it: type by content, limits, and what is kept of it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import File
from PIL import Image, ImageOps

from courses.players.external import reading_pdf

MOST_BYTES, MOST_PAGES, MOST_PIXELS, LONGEST_SIDE = 5_000_000, 20, 30_000_000, 3000
PDF, JPEG = "application/pdf", "image/jpeg"
TIMEOUT = 15


class BadFile(Exception):
    """``reason``: empty, too_large, type, broken, too_much, pages, pixels, encrypted, active, several."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Checked:
    """What is kept: a PDF as it came, a picture drawn anew, without what its camera wrote into it."""

    content: bytes
    content_type: str
    sha256: str
    pages: int | None = None

    @property
    def kept_sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check(upload: File[Any]) -> Checked:
    """Raises BadFile. What the browser says of name and type is not looked at; no more is read than may be kept."""
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadFile("too_large")
    if not content:
        raise BadFile("empty")
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(b"%PDF-"):
        return Checked(content, PDF, sha256, _pages(content))
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return Checked(_drawn_anew(content), JPEG, sha256)
    raise BadFile("type")


def text_of(content: bytes) -> str:
    """What a PDF says; empty where it cannot be read, or is a picture of paper."""
    return str(_read(content, "text").get("text", ""))


def _pages(content: bytes) -> int:
    if zipfile.is_zipfile(io.BytesIO(content)) or len(content) - content.rfind(b"%%EOF") > 1100:
        raise BadFile("several")
    found = _read(content, "pages")
    if problem := found.get("problem"):
        raise BadFile(str(problem))
    pages = int(found["pages"])
    if not 0 < pages <= MOST_PAGES:
        raise BadFile("pages" if pages else "broken")
    return pages


def _read(content: bytes, what: str) -> dict[str, Any]:
    """By a process of its own, without any of our environment: what a file does to its parser it does there."""
    script = Path(reading_pdf.__file__)
    try:
        done = subprocess.run(  # noqa: S603  nothing of it comes from outside
            [sys.executable, "-I", str(script), what],
            input=content,
            capture_output=True,
            timeout=TIMEOUT,
            env={"PATH": os.environ.get("PATH", "")},
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return {"problem": "too_much"}
    return found


def _drawn_anew(content: bytes) -> bytes:
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
        if image.width * image.height > MOST_PIXELS:
            raise BadFile("pixels")
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image = ImageOps.exif_transpose(image)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        seen = image.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        kept = io.BytesIO()
        paper.save(kept, "JPEG", quality=88)
    except BadFile:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadFile("pixels") from error
    except Exception as error:  # whatever a file may do to its parser
        raise BadFile("broken") from error
    return kept.getvalue()
