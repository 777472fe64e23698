"""An external course, files that people hand in for it, and people who check them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from PIL import Image

from courses.loading import ensure_authors, ensure_index
from courses.models import ExternalLink, ExternalPage, ExternalWay, Proof
from courses.players.external.handing_in import Given, hand_in
from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess, Person
from tests.cast import TODAY, Cast, lay_ground

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DONE_ON = date(2026, 11, 12)


@pytest.fixture(autouse=True)
def standing_clock(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Of the modules that import it: it is NOW, and what is handed in lies in a folder of the test."""
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    with time_machine.travel(NOW, tick=False):
        yield


def make_external(
    key: str = "bsafe",
    *,
    ways: tuple[str, ...] = ("file", "code", "declaration"),
    address: str = "https://learn.example.org/course?ref={reference}",
    **fields: Any,
) -> Any:
    lay_ground()
    index = ensure_index()
    ensure_authors(index)
    values = {
        "title": f"External {key}", "slug": key, "course_key": key, "code": key.upper(), "provider": "Other Agency",
        "summary": "Elsewhere.", "minutes": 60, "proof_text": "The certificate with your name.\nAnd its date.", **fields,
    }  # fmt: skip
    page = ExternalPage(**values)
    page.links = [
        ExternalLink(language="en", address=address),
        ExternalLink(language="fr", address="https://learn.example.org/fr/course"),
    ]
    page.ways = [ExternalWay(way=way, sort_order=place) for place, way in enumerate(ways)]
    index.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def give_rights(cast: Cast) -> None:
    """Dora is HR for all offices; Chen heads the country office."""
    groups = ensure_groups()
    for person, group in ((cast.dora, "HR"), (cast.chen, "Heads of office")):
        assert person.user is not None
        person.user.groups.add(groups[group])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)  # type: ignore[misc]
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)


def pdf(*lines: str, pages: int = 1, extra: bytes = b"") -> bytes:
    """A PDF of a few lines, made by hand so that a test can put into it what it likes."""
    text = b" ".join(f"({line}) Tj 0 -20 Td".encode() for line in lines or ("Certificate",))
    stream = b"BT /F1 12 Tf 50 700 Td " + text + b" ET"
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
        *(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>"
            for _ in range(pages)
        ),
    ]
    return assembled(objects)


def assembled(objects: list[bytes]) -> bytes:
    """The objects as a file, with their table."""
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + table + tail


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **saved: Any) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, form, **saved)
    return kept.getvalue()


def certificate(person: Person, on: date = DONE_ON) -> bytes:
    return pdf("Certificate", person.name, f"{on:%d %B %Y}", person.number)


def hand(page: ExternalPage, person: Person, content: bytes | None = None, **more: Any) -> Proof:
    """The person hands in a certificate, or by another way what is given."""
    way = more.pop("way", "file")
    by, now = more.pop("by", person), more.pop("now", NOW)
    given = {"on": DONE_ON, **more}
    if way == "file":
        given["upload"] = ContentFile(certificate(person) if content is None else content)
    if way == "declaration":
        given.setdefault("ticked", True)
    assert page.activity is not None
    return hand_in(person=person, activity=page.activity, way=way, given=Given(**given), by=by, now=now)
