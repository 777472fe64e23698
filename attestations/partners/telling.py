"""What the partner desk is told of undertakings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.urls import reverse

from attestations.models import Attestation, AttestationText, Meaning, Undertaking
from lms.conf import conf
from lms.partners.undertakings import Signed

Version = tuple[int, str]


class Undertakings:
    """The last undertaking of each agreement on a day, and whether its wording is still the one in force. Two queries."""

    def signed(self, *, agreements: Collection[int], on: date) -> dict[int, Signed]:
        mine = Undertaking.objects.filter(agreement__in=agreements, signed_at__date__lte=on)
        rows = mine.select_related("text", "agreement__office")
        last = {row.agreement_id: row for row in rows.order_by("sequence")}
        first = _first_days() if last else {}
        return {agreement: _told(row, first, on) for agreement, row in last.items()}

    def can_be_signed(self) -> bool:
        found = undertaking()
        return found is not None and found.text_for("en") is not None

    def path(self, *, secret: str) -> str:
        return reverse("attestations:undertaking", args=[secret])


def undertaking() -> Attestation | None:
    """What partners sign: LMS_PARTNER_UNDERTAKING, which must be an undertaking that ends no course."""
    return Attestation.objects.filter(
        key=conf.PARTNER_UNDERTAKING, meaning=Meaning.UNDERTAKING, course__isnull=True
    ).first()


def _first_days() -> dict[Version, tuple[date, int]]:
    """Of each version of the undertaking, when it first came into force in any language."""
    texts = AttestationText.objects.filter(attestation__key=conf.PARTNER_UNDERTAKING)
    found = texts.order_by().values("attestation", "version")
    told = found.annotate(day=Min("effective_from"), first=Min("pk"))
    return {(row["attestation"], row["version"]): (row["day"], row["first"]) for row in told}


def _told(row: Undertaking, first: dict[Version, tuple[date, int]], on: date) -> Signed:
    mine = (row.text.attestation_id, row.text.version)
    since = first.get(mine, (date.max, 0))
    later = [
        place[0]
        for (attestation, _), place in first.items()
        if attestation == mine[0] and place > since and place[0] <= on
    ]
    zone = ZoneInfo(row.agreement.office.time_zone)
    return Signed(
        version=row.text.version,
        language=row.language,
        printed_name=row.printed_name,
        title=row.title,
        signed_at=row.signed_at,
        signed_on=row.signed_at.astimezone(zone).date(),
        superseded_on=min(later, default=None),
    )
