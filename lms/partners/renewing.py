"""What of partners is to be renewed and by when: the undertaking in a new wording, the assessment by its review."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F
from django.utils import timezone

from lms.conf import conf
from lms.partners import undertakings
from lms.partners.models import Agreement, PartnerInvitation
from lms.partners.states import Facts, Renewal


@dataclass(frozen=True)
class Pending:
    """``since``: from when on that can be asked for. ``until``: the last day on which what there is still holds."""

    agreement: Agreement
    since: date
    until: date


def pending(what: Renewal, *, on: date, agreements: Collection[int] | None = None) -> dict[int, Pending]:
    """By agreement id, of agreements that have not ended; of these only, if they are given. Four queries at most.

    What was never signed, or has no day of review, is no renewal.
    """
    found = Agreement.objects.unended(on).select_related("organisation", "office").prefetch_related("focal_points")
    if agreements is not None:
        found = found.filter(pk__in=agreements)
    if what == Renewal.ASSESSMENT:
        rows = [(item, item.assessed_on or item.starts_on, item.review_on) for item in found]
    else:
        rows = _superseded(list(found), on)
    return {item.pk: Pending(item, since, until) for item, since, until in rows if since and until}


def _superseded(found: list[Agreement], on: date) -> list[tuple[Agreement, date | None, date | None]]:
    """Those whose undertaking is signed in a wording that is no longer the one in force."""
    signed = undertakings.signed(agreements=[item.pk for item in found], on=on)
    rows: list[tuple[Agreement, date | None, date | None]] = []
    for item in found:
        if (last := signed.get(item.pk)) is not None:
            facts = Facts(signed_on=last.signed_on, superseded_on=last.superseded_on, grace=conf.PARTNER_RENEWAL_DAYS)
            rows.append((item, last.superseded_on, facts.undertaking_until))
    return rows


def asked_since(moments: Mapping[int, datetime]) -> set[int]:
    """By agreement id a moment: those whose signatory, as named now, was asked then or later. One query."""
    asked = PartnerInvitation.objects.filter(
        agreement__in=moments,
        purpose=PartnerInvitation.Purpose.SIGN,
        address=F("agreement__signatory_email"),
        made_at__gte=min(moments.values(), default=timezone.now()),
    )
    return {pk for pk, made_at in asked.values_list("agreement", "made_at") if made_at >= moments[pk]}


def drop_unneeded(*, now: datetime) -> int:
    """Links to sign that wait to be sent and are not needed any more are not sent: it is signed, or the agreement has
    ended; how many. What a worker has in hand is not called back."""
    waiting = PartnerInvitation.objects.filter(purpose=PartnerInvitation.Purpose.SIGN, outcome="", revoked_at=None)
    rows = dict(waiting.filter(lease_until=None).values_list("pk", "agreement"))
    if not rows:
        return 0
    today = timezone.localdate(now)
    open_ones = set(Agreement.objects.unended(today).filter(pk__in=rows.values()).values_list("pk", flat=True))
    signed = undertakings.signed(agreements=open_ones, on=today)
    needed = {pk for pk in open_ones if pk not in signed or signed[pk].superseded_on is not None}
    unneeded = [pk for pk, agreement in rows.items() if agreement not in needed]
    waiting = PartnerInvitation.objects.filter(pk__in=unneeded, outcome="", lease_until=None)
    return waiting.update(outcome=PartnerInvitation.Outcome.NOT_NEEDED)
