"""Agreements with all that follows from them on a day: state, undertaking, coverage, readiness, what falls due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.conf import conf
from lms.partners import undertakings
from lms.partners.coverage import Coverage, coverage
from lms.partners.models import Agreement, ReadyOverride
from lms.partners.states import Due, Facts, Readiness, Renewal, State, dues, has_undertaking, readiness, state
from lms.partners.undertakings import Signed

STATES = {
    State.INVITED: _("Undertaking not signed"),
    State.UNDERTAKING_SIGNED: _("Undertaking signed"),
    State.TRAINING_OPEN: _("Training open"),
    State.TRAINING_VERIFIED: _("Training verified"),
    State.LAPSED: _("Lapsed"),
}
READINESS = {
    Readiness.NO: _("No"),
    Readiness.READY: _("Ready"),
    Readiness.BY_OVERRIDE: _("Ready, by an exception"),
    Readiness.BELOW: _("Declared ready, and no longer"),
}
RENEWALS = {
    Renewal.UNDERTAKING: _("Undertaking: a new wording is to be signed"),
    Renewal.ASSESSMENT: _("Assessment: to be reviewed"),
    Renewal.AGREEMENT: _("Agreement: ends"),
}


@dataclass(frozen=True)
class Overview:
    """One agreement on one day."""

    agreement: Agreement
    facts: Facts
    coverage: Coverage
    signed: Signed | None
    state: State
    readiness: Readiness
    has_undertaking: bool
    override_until: date | None
    dues: list[Due]

    @property
    def state_label(self) -> Any:
        return STATES[self.state]

    @property
    def readiness_label(self) -> Any:
        return READINESS[self.readiness]

    @property
    def signed_on(self) -> date | None:
        return self.signed.signed_on if self.signed else None

    @property
    def signed_version(self) -> str:
        return self.signed.version if self.signed else ""

    @property
    def renewals(self) -> list[tuple[Any, Due]]:
        return [(RENEWALS[due.what], due) for due in self.dues]


def overviews(agreements: Iterable[Agreement], *, today: date) -> dict[int, Overview]:
    """By agreement id. The number of queries does not grow with the agreements."""
    found = list(agreements)
    ids = [agreement.pk for agreement in found]
    covers = coverage(ids, today=today)
    signed = undertakings.signed(agreements=ids, on=today)
    granted = ReadyOverride.objects.filter(agreement__in=ids, decision=ReadyOverride.Decision.APPROVED).order_by()
    until = dict(granted.values("agreement").annotate(last=Max("ends_on")).values_list("agreement", "last"))
    return {
        agreement.pk: _overview(agreement, covers[agreement.pk], signed.get(agreement.pk), until, today)
        for agreement in found
    }


def with_undertaking(agreements: Collection[int], *, on: date) -> set[int]:
    """Those that have an undertaking which holds on that day. Two queries."""
    return {
        pk
        for pk, item in undertakings.signed(agreements=agreements, on=on).items()
        if has_undertaking(_undertaken(item), on)
    }


def _undertaken(signed: Signed) -> Facts:
    return Facts(signed_on=_counts_from(signed), superseded_on=signed.superseded_on, grace=conf.PARTNER_RENEWAL_DAYS)


def _counts_from(signed: Signed) -> date:
    """By the site's calendar, as every day that is asked about here. What is shown is the office's day, which may still be
    to come."""
    return timezone.localdate(signed.signed_at)


def overview(agreement: Agreement, *, today: date) -> Overview:
    return overviews([agreement], today=today)[agreement.pk]


def _overview(
    agreement: Agreement, cover: Coverage, signed: Signed | None, until: dict[int, date], today: date
) -> Overview:
    facts = Facts(
        ends_on=agreement.ends_on,
        signed_on=_counts_from(signed) if signed else None,
        superseded_on=signed.superseded_on if signed else None,
        grace=conf.PARTNER_RENEWAL_DAYS,
        review_on=agreement.review_on,
        named=cover.named,
        verified=cover.verified,
        excused=cover.waived,
        threshold=agreement.threshold,
    )
    override_until = until.get(agreement.pk)
    declared_on = timezone.localdate(agreement.ready_at) if agreement.ready_at else None
    return Overview(
        agreement=agreement,
        facts=facts,
        coverage=cover,
        signed=signed,
        state=state(facts, today),
        readiness=readiness(facts, today, declared_on=declared_on, override_until=override_until),
        has_undertaking=has_undertaking(facts, today),
        override_until=override_until,
        dues=dues(facts, today),
    )
