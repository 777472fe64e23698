"""Declares a partner ready: at its threshold, or below it by an exception that one person asks for and another grants."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.partners.models import Agreement, ReadyOverride
from lms.partners.overview import overview
from lms.partners.states import State
from lms.people.models import Person

LONGEST = timedelta(days=90)


class CannotDeclare(ValueError):
    """``reason``: undertaking (none is signed that holds), lapsed, below (the threshold), own (a second person decides),
    decided, days (the last day is past, or too far away), waiting (another request waits)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def declare(*, agreement: Agreement, by: Person, today: date | None = None) -> Agreement:
    """The partner is ready. Raises CannotDeclare below the threshold, unless a granted exception runs."""
    today = today or timezone.localdate()
    with transaction.atomic():
        agreement = _locked(agreement)
        _guard(agreement, today, excepted=False)
        return _write(agreement, by)


def withdraw(*, agreement: Agreement, by: Person) -> None:
    """The partner does not count as ready any more."""
    with transaction.atomic():
        agreement = _locked(agreement)
        agreement.ready_at = agreement.ready_by = None
        agreement.save(update_fields=["ready_at", "ready_by"])
        log(agreement, "lms.partner.withdraw_ready", user=by.user)


def ask(*, agreement: Agreement, reason: str, ends_on: date, by: Person, today: date | None = None) -> ReadyOverride:
    """Ask that the partner count as ready until ``ends_on``, its last day, in 90 days at most. Raises CannotDeclare."""
    today = today or timezone.localdate()
    with transaction.atomic():
        agreement = _locked(agreement)
        _guard(agreement, today, excepted=True)
        if not today <= ends_on <= today + LONGEST:
            raise CannotDeclare("days")
        if agreement.overrides.filter(decision="").exists():
            raise CannotDeclare("waiting")
        asked = ReadyOverride.objects.create(
            agreement=agreement, reason=reason, ends_on=ends_on, asked_by=by, asked_at=timezone.now()
        )
        log(agreement, "lms.partner.ask_override", user=by.user, data={"reason": reason, "until": str(ends_on)})
    return asked


def decide(*, override: ReadyOverride, by: Person, approve: bool, today: date | None = None) -> ReadyOverride:
    """Grant it, which declares the partner ready, or refuse it. Raises CannotDeclare for who asked."""
    today = today or timezone.localdate()
    with transaction.atomic():
        agreement = _locked(override.agreement)
        override = ReadyOverride.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=override.pk)
        if by.pk in (override.asked_by_id, override.asked_by.merged_into_id):
            raise CannotDeclare("own")
        if override.decision:
            raise CannotDeclare("decided")
        if approve:
            _guard(agreement, today, excepted=True)
            if override.ends_on < today:
                raise CannotDeclare("days")
        decision = ReadyOverride.Decision.APPROVED if approve else ReadyOverride.Decision.REFUSED
        override.decision, override.decided_by, override.decided_at = decision, by, timezone.now()
        override.save(update_fields=["decision", "decided_by", "decided_at"])
        log(agreement, "lms.partner.decide_override", user=by.user, data={"decision": override.decision})
        if approve:
            _write(agreement, by)
    return override


def _guard(agreement: Agreement, today: date, *, excepted: bool) -> None:
    """No exception replaces the undertaking."""
    found = overview(agreement, today=today)
    if found.state == State.INVITED:
        raise CannotDeclare("undertaking")
    if found.state == State.LAPSED:
        raise CannotDeclare("lapsed")
    overridden = found.override_until is not None and today <= found.override_until
    if not (excepted or overridden or found.coverage.reaches(agreement.threshold)):
        raise CannotDeclare("below")


def _write(agreement: Agreement, by: Person) -> Agreement:
    agreement.ready_at, agreement.ready_by = timezone.now(), by
    agreement.save(update_fields=["ready_at", "ready_by"])
    log(agreement, "lms.partner.declare_ready", user=by.user)
    return agreement


def _locked(agreement: Agreement) -> Agreement:
    found: Agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    return found
