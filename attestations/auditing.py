"""What attestations put into an auditor pack: every signature of a person, with the words that were signed."""

from __future__ import annotations

from typing import Any

from attestations.models import Signature
from lms.compliance.auditing.sections import Period, auditor_section
from lms.people.models import Person


@auditor_section("signatures")
def signatures(person: Person, period: Period) -> list[dict[str, Any]]:
    """All of them, whatever the period: a hash chain can be recomputed only from its beginning."""
    rows = Signature.objects.filter(person=person).select_related("person", "text__attestation").order_by("sequence")
    return [
        {
            "record": row.record(),
            "previous_hash": row.previous_hash,
            "hash": row.hash,
            "text": row.text.content(),
        }
        for row in rows
    ]
