"""Files from strangers: what is no plain certificate is refused in words, quickly, and leaves nothing behind."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from pypdf import PdfWriter

from courses.checks import files_come_from_another_origin, proofs_are_private, there_is_another_origin
from courses.models import ExternalPage, ProofFile
from courses.players.external.checking_files import BadFile, check, text_of
from courses.players.external.handing_in import CannotHandIn
from courses.players.external.wording import CANNOT
from tests.cast import Cast
from tests.courses.external import assembled, hand, make_external, pdf, picture


def refused(content: bytes) -> str:
    with pytest.raises(BadFile) as bad:
        check(ContentFile(content))
    assert CANNOT[bad.value.reason]
    return bad.value.reason


def with_filter(stream: bytes, name: bytes = b"/FlateDecode", **more: Any) -> bytes:
    return b"<< /Length %d /Filter %b >>\nstream\n" % (len(stream), name) + stream + b"\nendstream"


def page_of(content: bytes) -> bytes:
    """A PDF of one page, whose fourth object is its content."""
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            content,
        ]
    )


def made(change: Any) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zipped(content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("evil.class", content)
    return out.getvalue()


def bomb_of_png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + name + data + struct.pack("!L", zlib.crc32(name + data))

    head = struct.pack("!LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n" + b"0" * 5_000_000, "too_large"),
        (HTML, "type"),
        (SVG, "type"),
        (b"GIF89a" + b"\0" * 100, "type"),
        (b"\0\0\1\0" + b"\0" * 100, "type"),
        (zipped(), "type"),
        (b"MZ\x90" + b"\0" * 100, "type"),
        (b"\n" + pdf(), "type"),
        (HTML + pdf(), "type"),
        (b"%PDF-1.7\n" + HTML, "broken"),
        (b"%PDF-1.7\n" + HTML + b"\n%%EOF\n", "broken"),
        (pdf() + zipped(), "several"),
        (pdf() + HTML * 100, "several"),
        (b"\xff\xd8\xff" + HTML, "broken"),
        (picture("PNG")[:60], "broken"),
        (bomb_of_png(60_000, 60_000), "pixels"),
        (bomb_of_png(6_000, 6_000), "pixels"),
        (pdf(pages=21), "pages"),
        (pdf(extra=b"/OpenAction << /S /JavaScript /JS (app.alert) >>"), "active"),
        (pdf(extra=b"/OpenAction << /S /Java#53cript /J#53 (app.alert) >>"), "active"),
        (pdf(extra=b"/AA << /WC << /S /Launch /F (calc.exe) >> >>"), "active"),
        (pdf(extra=b"/Names << /EmbeddedFiles << /Names [] >> >>"), "active"),
        (pdf(extra=b"/AcroForm << /XFA [(x) 4 0 R] >>"), "active"),
        (pdf(extra=b"/X " + b"[" * 3000 + b"]" * 3000), "broken"),
        (made(lambda writer: writer.encrypt("secret")), "encrypted"),
        (made(lambda writer: writer.encrypt("")), "encrypted"),
        (made(lambda writer: writer.add_attachment("evil.exe", b"MZ")), "active"),
    ],
)  # fmt: skip
def test_what_is_no_plain_certificate_is_refused(content: bytes, reason: str) -> None:
    assert refused(content) == reason


def test_a_zip_in_a_comment_before_the_end_is_found() -> None:
    """An archive whose own comment holds the end of the PDF: both readers are content."""
    inner = zipped()
    end = b"\n%%EOF\n"
    inner = inner[:-2] + struct.pack("<H", len(end)) + end
    assert refused(pdf() + inner) == "several"


def test_bombs_are_over_soon_and_cost_no_memory() -> None:
    """One stream of a gigabyte; one in which each layer holds the next; tables and trees that lead back to themselves."""
    import resource

    flat = with_filter(zlib.compress(b" " * 300_000_000, 9))
    layered = with_filter(zlib.compress(zlib.compress(b" " * 500_000_000, 9), 9), b"[/FlateDecode /FlateDecode]")
    endless = assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])
    many = assembled(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"] + [b"null"] * 25_000
    )
    objects = zlib.compress(b" " * 400_000_000, 9)
    stream = (
        b"%%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(objects)
        + objects
        + b"\nendstream\nendobj\n"
    )
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    for content in (page_of(flat), page_of(layered)):
        # Nobody reads the pages before they are asked for: it is let in, and says nothing.
        assert check(ContentFile(content)).pages == 1
        assert text_of(content).strip() == ""
    for content in (endless, many, stream + b"startxref\n9\n%%EOF\n"):
        assert refused(content) in ("broken", "too_much", "pages")
    assert time.monotonic() - started < 90
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_what_is_let_in_is_known_by_its_content() -> None:
    assert check(ContentFile(pdf("Hello"), name="x.exe")).content_type == "application/pdf"
    assert check(ContentFile(picture("PNG"), name="x.pdf")).content_type == "image/jpeg"
    assert "Hello" in text_of(pdf("Hello"))


@pytest.mark.django_db
def test_a_refusal_leaves_nothing_behind(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    page: ExternalPage = make_external()
    for content in (HTML, pdf() + zipped(), bomb_of_png(60_000, 60_000)):
        with pytest.raises(CannotHandIn):
            hand(page, cast.bruno, content)
    assert not ProofFile.objects.exists()
    assert not (tmp_path / "proofs").exists()


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        ("", []),
        ("https://proofs.example.org", []),
        ("http://127.0.0.1:8000/", []),
        ("http://localhost:9000", ["lms_courses.E003"]),  # cookies know no ports
        ("proofs.example.org", ["lms_courses.E003"]),
        ("https://proofs.example.org/proofs", ["lms_courses.E003"]),
        ("https://localhost@proofs.example.org", ["lms_courses.E003"]),
    ],
)
def test_the_origin_of_files_is_another_one(settings: Any, origin: str, found: list[str]) -> None:
    settings.LMS_PROOF_ORIGIN = origin
    assert [item.id for item in files_come_from_another_origin(None)] == found
    assert [item.id for item in there_is_another_origin(None)] == ([] if origin else ["lms_courses.W001"])


def test_files_do_not_lie_where_they_are_served(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.LMS_PROOF_ROOT = str(tmp_path / "media" / ".." / "media" / "proofs")
    settings.LMS_SCANNER = "clamd:3310"
    assert [item.id for item in proofs_are_private(None)] == ["lms_courses.E001", "lms_courses.E002"]
    settings.LMS_PROOF_ROOT, settings.LMS_SCANNER = str(tmp_path / "proofs"), "tcp://clamd:3310"
    assert not proofs_are_private(None)
