"""The demo's course of another agency: proof of it that waits, and proof that was decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from courses.loading import ensure_index
from courses.models import ExternalLink, ExternalPage, ExternalWay, Proof, Refusal, Way
from courses.players.external.deciding import accept, reject
from courses.players.external.handing_in import Given, hand_in
from lms.people.models import Person
from lms.requirements.models import Activity, Assignment
from lms.site.demo_organisation import population as cast

PROVIDER, HOST = "Harbour Learning Alliance", "courses.example.org"
CODES = ("HLA-2291-7730", "HLA-1187-0412", "HLA-0960-5533")


@dataclass(frozen=True)
class Course:
    """``key``: also the last word of its address at the provider."""

    key: str
    code: str
    title: str
    summary: str
    objectives: str
    ways: tuple[Way, ...] = (Way.FILE, Way.CODE)


ETHICS = Course(
    "ethics-elsewhere", "ETH-HLA", "Ethics for humanitarian workers",
    "A course of a partner agency, free and open to everybody. It counts here as well.",
    "Recognise a conflict of interest\nSay where advice on ethics is given",
    (Way.FILE, Way.CODE, Way.BADGE),
)  # fmt: skip


def publish(course: Course = ETHICS) -> Activity:
    """The course; made once, then its authors'."""
    page = ExternalPage.objects.filter(course_key=course.key).first()
    if page is None:
        page = ExternalPage(
            title=course.title, slug=course.key, course_key=course.key, code=course.code, provider=PROVIDER,
            minutes=60, summary=course.summary, objectives=course.objectives,
            proof_text="The certificate with your name and the date.\nOr the code that stands below its seal.",
            accepted_versions="2025\n2026", link_hosts=HOST,
            badge_issuers=f"did:web:{HOST}", badge_achievements=f"https://{HOST}/badges/{course.key}",
        )  # fmt: skip
        page.links = [
            ExternalLink(language=language, address=f"https://{HOST}/{course.key}?lang={language}&ref={{reference}}")
            for language in ("en", "fr", "es")
        ]
        page.ways = [ExternalWay(way=way, sort_order=place) for place, way in enumerate(course.ways)]
        ensure_index().add_child(instance=page)
        page.save_revision().publish()
        page.refresh_from_db()
    assert page.activity is not None
    return page.activity


def hand_in_some(*, course: Activity, today: date) -> None:
    """Four who owe it hand in what they have: a picture of a certificate, and three codes."""
    owing = Assignment.objects.open().filter(
        requirement__accepted__activity=course, completed_on=None, waived_from=None
    )
    owing = owing.filter(opened_on__lt=today - timedelta(days=30)).exclude(person__number__startswith="P040")
    ids = list(owing.order_by("-person__office__path", "person").values_list("person", flat=True)[:4])
    people = list(Person.objects.filter(pk__in=ids).select_related("office").order_by("number"))
    for place, person in enumerate(people):
        on = today - timedelta(days=10 + place)
        given = Given(on=on, course_version="2026", code=CODES[place - 1] if place else "")
        if not place:
            given = Given(on=on, course_version="2026", upload=ContentFile(certificate(person.name, on)))
        at = datetime.combine(today - timedelta(days=9 - 2 * place), time(10), person.zone)
        hand_in(
            person=person, activity=course, way=Way.CODE if place else Way.FILE, given=given, by=person,
            now=min(at, timezone.now()),
        )  # fmt: skip


def decide_some() -> None:
    """HR has decided on two of them. Once there are accounts."""
    hr = Person.objects.get(number=cast.HR)
    waiting = list(Proof.objects.filter(way=Way.CODE).order_by("pk")[:2])
    for proof, is_good in zip(waiting, (True, False), strict=False):
        told = {"proof": proof, "by": hr, "ticked": True, "seen": proof.evidence()}
        if is_good:
            accept(**told)
        else:
            reject(**told, reason=Refusal.NOT_VERIFIABLE)


def certificate(name: str, on: date) -> bytes:
    """A picture as a telephone takes it."""
    image = Image.new("RGB", (1200, 850), "#fbf8ef")
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 1170, 820), outline="#7a5c1e", width=6)
    lines = (
        "CERTIFICATE OF COMPLETION",
        name,
        "has completed",
        "Ethics for humanitarian workers (2026)",
        str(on),
        PROVIDER,
    )
    for place, line in enumerate(lines):
        draw.text((600, 140 + 110 * place), line, fill="#222222", anchor="mm", font=ImageFont.load_default(size=44))
    kept = BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()
