"""Issues certificates: with the completion, in its transaction; the PDF when it is first asked for."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courses.models import (
    Certificate,
    CertificateDocument,
    ClassroomPage,
    Confirmation,
    CoursePage,
    Enrolment,
)
from lms import pdf
from lms.conf import conf
from lms.requirements.models import Completion, Requirement


def on_completion(completion: Completion, **_: Any) -> None:
    """Listener of ``completion_recorded``: a completed course gives a certificate."""
    if completion.activity.kind in ("course", "classroom"):
        issue(completion=completion)


def issue(*, completion: Completion) -> Certificate:
    """The certificate of that completion; made once."""
    page, version = _taken(completion)
    certificate, _ = Certificate.objects.get_or_create(
        completion=completion,
        defaults={
            "code": new_code(),
            "holder": completion.person.name,
            "title": page.title if page else completion.activity.name,
            "course_code": page.code if page else "",
            "course_version": version,
            "language": page.locale.language_code if page else "en",
            "completed_on": completion.completed_on,
            "valid_until": valid_until(completion),
            "issued_at": timezone.now(),
        },
    )
    return certificate


def _taken(completion: Completion) -> tuple[CoursePage | ClassroomPage | None, str]:
    """The edition that was taken, as far as it is known, and the version of its content."""
    own = {"person": completion.person, "registration": completion.registration}
    enrolment = Enrolment.objects.select_related("page__locale").filter(**own, activity=completion.activity).first()
    if enrolment is not None:
        return enrolment.page, enrolment.course_version
    records = [completion.person, *completion.person.merged.all()]
    held = (
        Confirmation.objects.select_related("sheet", "session")
        .filter(person__in=records, registration=completion.registration, session__training=completion.activity)
        .last()
    )
    if held is None:
        return None, ""
    pages = ClassroomPage.objects.live().filter(activity=completion.activity).select_related("locale")
    in_language = pages.filter(locale__language_code=held.session.language)
    return in_language.first() or pages.order_by("pk").first(), held.sheet.content_version


def new_code() -> str:
    """26 characters out of 31 without look-alikes: 128 random bits that can be typed from paper."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(26))


def valid_until(completion: Completion) -> date | None:
    """The longest validity that a requirement of this person gives the completion; None for ever, or where none asks."""
    asked = Requirement.objects.filter(assignments__person=completion.person, accepted__activity=completion.activity)
    validities = [item.validity_of(completion.activity_id) for item in asked.distinct().prefetch_related("accepted")]
    ends = [found.until(completion.completed_on) for found in validities if found is not None]
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
