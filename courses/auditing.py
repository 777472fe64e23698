"""What courses put into an auditor pack: certificates, and what the sheets of classroom sessions say of a person."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Subquery

from courses.models import Certificate, Confirmation, SheetEntry
from lms.compliance.auditing.sections import Period, auditor_section
from lms.people.models import Person

ON_THE_SHEET = (
    "number", "office", "place", "starts_at", "ends_at", "time_zone", "content_version", "language", "meaning", "method",
    "signed_at", "utc_offset",
)  # fmt: skip


@auditor_section("certificates")
def certificates(person: Person, period: Period) -> list[dict[str, Any]]:
    """All of them, as issued; the PDF by its digest, where one was ever asked for."""
    rows = Certificate.objects.filter(completion__person=person).order_by("completion__sequence")
    return [
        {
            "code": row.code,
            "statement": row.completion.statement.statement_id,
            "title": row.title,
            "course_code": row.course_code,
            "course_version": row.course_version,
            "language": row.language,
            "completed_on": row.completed_on,
            "valid_until": row.valid_until,
            "issued_at": row.issued_at,
            "pdf_sha256": row.pdf_sha256,
        }
        for row in rows.select_related("completion__statement").annotate(pdf_sha256=F("document__sha256"))
    ]


@auditor_section("sessions")
def sessions(person: Person, period: Period) -> list[dict[str, Any]]:
    """Every line of every sheet about the person, also of those corrected since; nobody else, the signer as a UUID."""
    said = Confirmation.objects.filter(sheet=OuterRef("sheet"), person=OuterRef("person"))
    rows = SheetEntry.objects.filter(person=person).select_related(
        "sheet__session__training", "sheet__signer", "sheet__corrects"
    )
    rows = rows.annotate(
        confirmed_at=Subquery(said.values("confirmed_at")), statement=Subquery(said.values("statement_id"))
    )
    return [
        {
            "session": row.sheet.session.key,
            "training": row.sheet.session.training.iri,
            "planned_at": row.sheet.session.planned_at,
            **{name: getattr(row.sheet, name) for name in ON_THE_SHEET},
            "corrects": row.sheet.corrects.number if row.sheet.corrects else None,
            "signed_by": row.sheet.signer.uuid,
            "sheet_hash": row.sheet.hash,
            "present": row.is_present,
            "identity_checked": row.identity,
            "confirmed_at": row.confirmed_at,
            "statement": row.statement,
        }
        for row in rows.order_by("sheet__signed_at", "pk")
    ]
