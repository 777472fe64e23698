"""Sends the reports that are due: claims one, asks again whether the recipient may see it, makes it, hands it over."""

from __future__ import annotations

import logging
import smtplib
import uuid
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext

from lms.compliance.delivery_days import due_day, figures_day, next_time
from lms.compliance.models import ReportSubscription
from lms.compliance.offices import visible_on
from lms.compliance.sheets import XLSX, About, figures_of, workbook
from lms.compliance.subscribing import is_entitled
from lms.compliance.unsubscribing import headers_of, link_of
from lms.conf import conf
from lms.people.models import person_of

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_RETRY, LONGEST_RETRY, TRIES = timedelta(minutes=1), timedelta(hours=2), 16
Outcome = ReportSubscription.Outcome


def deliver_all(*, now: datetime) -> int:
    """Every report that is due; how many went. One that breaks us does not hold up the others."""
    return sum(deliver(pk, at=now) for pk in list(ReportSubscription.objects.due(now).values_list("pk", flat=True)))


def deliver(pk: int, *, at: datetime | None = None) -> bool:
    """Send it, unless another worker has it or the recipient may not see the office now. True if this call sent it.

    A worker that dies between the server's answer and the mark leaves the lease to expire: the report then goes once
    more with the same Message-ID.
    """
    mine, at = uuid.uuid4(), at or timezone.now()
    if not ReportSubscription.objects.claim(pk, by=mine, at=at, until=timezone.now() + LEASE):
        return False
    found = ReportSubscription.objects.select_related("recipient__person", "office").get(pk=pk)
    try:
        hindered = hindrance(found)
        if hindered:
            _settle(found, mine, at, outcome=hindered, last_error="")
            return False
        email = compose(found, at=at)
        if not ReportSubscription.objects.renew(pk, by=mine, until=timezone.now() + LEASE):
            return False
        email.send()
    except Exception as error:  # whatever is wrong with one report, the others must go
        _failed(found, mine, at, error)
        return False
    return _settle(found, mine, at, outcome=Outcome.SENT, sent_at=timezone.now(), last_error="")


def hindrance(found: ReportSubscription) -> str:
    """Why nothing is to be sent today; empty where nothing stands against it."""
    if not is_entitled(found.recipient, found.office):
        return Outcome.NOT_ENTITLED
    return "" if address_of(found.recipient) else Outcome.NO_ADDRESS


def address_of(user: Any) -> str:
    """The organisation's address only: the figures of an office go to no private mailbox."""
    person = person_of(user)
    return str(person.email if person else user.email)


def compose(found: ReportSubscription, *, at: datetime) -> EmailMessage:
    """The e-mail, not yet sent. The subject tells neither the office nor what the figures are about."""
    person = person_of(found.recipient)
    day = timezone.localdate(at)
    as_at = figures_day(found.every, day)
    below = visible_on(as_at, [found.office])
    shown = [item for item in below if item.depth <= below[0].depth + 1]
    about = About(found.office, as_at, timezone.now(), found.for_outside)
    with translation.override(person.language if person else "en"):
        lines = figures_of(roots=shown, offices=below, as_at=as_at, for_outside=found.for_outside)
        context = {
            "name": person.name if person else found.recipient.get_username(),
            "organisation": conf.ORGANISATION_NAME,
            "report": f"{conf.SITE_URL}{reverse('lms_compliance')}",
            "manage": f"{conf.SITE_URL}{reverse('lms_deliveries')}",
            "stop": link_of(found),
            "as_at": as_at,
            "for_outside": found.for_outside,
        }
        email = EmailMessage(
            subject=gettext("Your report"),
            body=render_to_string("lms/report_message.txt", context),
            to=[address_of(found.recipient)],
            headers={
                "Message-ID": f"<report-{found.pk}-{due_day(found.every, day)}@{_domain()}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": translation.get_language(),
                **headers_of(found),
            },
        )
        email.attach(f"figures-{slugify(found.office.code)}-{as_at}.xlsx", workbook(lines, about=about), XLSX)
    return email


def _domain() -> str:
    return conf.SITE_URL.split("//")[-1].split("/")[0].split(":")[0] or "localhost"


def _failed(found: ReportSubscription, mine: uuid.UUID, at: datetime, error: Exception) -> None:
    """Tried again, later each time; after a day it is given up until the next Monday or first of the month."""
    said = str(error) or repr(error)
    expected = isinstance(error, (smtplib.SMTPException, OSError))
    logger.warning("report %s was not sent: %s", found.pk, type(error).__name__, exc_info=None if expected else error)
    if found.attempts >= TRIES:
        _settle(found, mine, at, outcome=Outcome.FAILED, last_error=said)
        return
    wait = min(FIRST_RETRY * 2 ** min(found.attempts, 10), LONGEST_RETRY) * uniform(0.8, 1.2)
    _held(found, mine).update(not_before=timezone.now() + wait, lease_until=None, last_error=said)


def _settle(found: ReportSubscription, mine: uuid.UUID, at: datetime, **values: object) -> bool:
    """Write the outcome and when it is due next, unless the lease went to another worker meanwhile."""
    following = next_time(found.every, timezone.localdate(at))
    return bool(_held(found, mine).update(**values, not_before=following, attempts=0, lease_until=None))


def _held(found: ReportSubscription, mine: uuid.UUID) -> Any:
    return ReportSubscription.objects.filter(pk=found.pk, claimed_by=mine, lease_until__isnull=False)
