"""What courses put into an auditor pack: the certificates of what a person completed."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from courses.models import Certificate
from lms.compliance.auditing.sections import Period, auditor_section
from lms.people.models import Person


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
