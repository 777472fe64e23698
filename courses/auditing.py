"""What courses put into an auditor pack: certificates, what sheets say of a person, decisions on proofs, imports."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Subquery

from courses.models import Certificate, Confirmation, ImportedProof, ProofDecision, SheetEntry
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


@auditor_section("proofs")
def proofs(person: Person, period: Period) -> list[dict[str, Any]]:
    """Every decision on what the person handed in for courses taken elsewhere; nobody else, who decided as a UUID.

    ``evidence`` stands in the statement as well. The chain is the proof's own, and ``verify_ledger`` walks it.
    """
    rows = ProofDecision.objects.filter(proof__person=person).select_related("proof__activity", "by")
    return [
        {
            "proof": row.proof.key,
            "course": row.proof.activity.iri,
            "way": row.proof.way,
            "on": row.proof.on,
            "course_version": row.proof.course_version,
            "handed_in_at": row.proof.handed_in_at,
            **{
                name: getattr(row, name)
                for name in ("number", "outcome", "reason", "declaration", "evidence", "checks")
            },
            "decided_by": row.by.uuid,
            "decided_at": row.at,
            "decision_hash": row.hash,
        }
        for row in rows.order_by("at", "pk")
    ]


@auditor_section("imported_proofs")
def imported_proofs(person: Person, period: Period) -> list[dict[str, Any]]:
    """What counted out of lists of providers and older systems; ``digest`` stands in the statement as its evidence. Who
    imported it as a UUID, or nobody where that user has no record as a person."""
    rows = ImportedProof.objects.filter(person=person).select_related("activity", "person")
    return [
        {
            **row.record(),
            "digest": row.digest(),
            "imported_at": row.imported_at,
            "imported_by": row.importer,
            "on_the_command_line": row.imported_by_id is None,
        }
        for row in rows.annotate(importer=F("imported_by__person__uuid")).order_by("pk")
    ]
