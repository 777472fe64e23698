"""Issues certificates: with the completion, in its transaction; the PDF when it is first asked for."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courses.models import Certificate, CertificateDocument, ClassroomPage, Confirmation, Enrolment
from lms import pdf
from lms.conf import conf
from lms.lrs.asked import Asked, instance, names_of
from lms.requirements.models import AcceptedActivity, Assignment, Completion


@Asked
def find_enrolment(person: int, activity: int, registration: UUID) -> Any:
    found = Enrolment.objects.filter(person=person, activity=activity, registration=registration)
    return found.values_list("course_version", "page__title", "page__code", "page__locale__language_code")


@Asked
def find_terms(person: int, activity: int) -> Any:
    asked = Assignment.objects.filter(person=person).order_by().values("requirement")
    found = AcceptedActivity.objects.filter(requirement__in=asked, activity=activity)
    return found.values_list(*names_of(AcceptedActivity), "requirement__renewal_window_days")


def on_completion(completion: Completion, **_: Any) -> None:
    """Listener of ``completion_recorded``: a completed course gives a certificate."""
    if completion.activity.kind in ("course", "classroom"):
        issue(completion=completion)


def issue(*, completion: Completion) -> Certificate:
    """The certificate of a completion that is new; the database refuses another."""
    taken = _taken(completion)
    return Certificate.objects.create(
        completion=completion,
        code=new_code(),
        holder=completion.person.name,
        title=taken.title or completion.activity.name,
        course_code=taken.code,
        course_version=taken.version,
        language=taken.language,
        completed_on=completion.completed_on,
        valid_until=valid_until(completion),
        issued_at=timezone.now(),
    )


@dataclass(frozen=True)
class Taken:
    """The edition that was taken, as far as it is known, and the version of its content."""

    version: str = ""
    title: str = ""
    code: str = ""
    language: str = "en"


def _taken(completion: Completion) -> Taken:
    known = find_enrolment(
        person=completion.person_id, activity=completion.activity_id, registration=completion.registration
    )
    if known:
        version, title, code, language = known[0]  # without a page where it was deleted
        return Taken(version, title or "", code or "", language or "en")
    return _held(completion) if completion.activity.kind == "classroom" else Taken()


def _held(completion: Completion) -> Taken:
    """The session in a room that it was taken in."""
    records = [completion.person, *completion.person.merged.all()]
    held = (
        Confirmation.objects.select_related("sheet", "session")
        .filter(person__in=records, registration=completion.registration, session__training=completion.activity)
        .last()
    )
    if held is None:
        return Taken()
    pages = ClassroomPage.objects.live().filter(activity=completion.activity).select_related("locale")
    page = pages.filter(locale__language_code=held.session.language).first() or pages.order_by("pk").first()
    version = held.sheet.content_version
    return Taken(version, page.title, page.code, page.locale.language_code) if page else Taken(version)


def new_code() -> str:
    """26 characters out of 31 without look-alikes: 128 random bits that can be typed from paper."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(26))


def valid_until(completion: Completion) -> date | None:
    """The longest validity that a requirement of this person gives the completion; None for ever, or where none asks."""
    ends = []
    for *row, window in find_terms(person=completion.person_id, activity=completion.activity_id):
        accepted = instance(AcceptedActivity, row)
        if accepted.counts(renewal=False):
            ends.append(accepted.validity(window).until(completion.completed_on))
    return None if not ends or None in ends else max(end for end in ends if end is not None)


def document(certificate: Certificate) -> CertificateDocument:
    """The PDF, rendered when first asked for and frozen from then on."""
    found = CertificateDocument.objects.filter(certificate=certificate).first()
    if found is not None:
        return found
    data = pdf.render(
        "certificate",
        {
            "holder": certificate.holder,
            "title": certificate.title,
            "code": certificate.course_code,
            "version": certificate.course_version,
            "language": certificate.language,
            "completed_on": certificate.completed_on.isoformat(),
            "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else "",
            "organisation": conf.ORGANISATION_NAME,
            "verify_url": conf.SITE_URL + reverse("courses:verify", args=[certificate.code]),
            "verify_code": certificate.code,
            "issued_at": certificate.issued_at.strftime("%Y-%m-%d %H:%M UTC"),
        },
    )
    try:
        with transaction.atomic():
            return CertificateDocument.objects.create(
                certificate=certificate, pdf=data, sha256=hashlib.sha256(data).hexdigest()
            )
    except IntegrityError:  # asked for twice at once: the first one is the document
        return CertificateDocument.objects.get(certificate=certificate)
