"""Tells operators by e-mail that reminders stand still, and that it is over. Runs in the clock, without any worker.

Whoever sends claims the row first with one conditional UPDATE: of many clocks one sends. A claim that nobody ended is
taken over after its lease, and the e-mail goes under the same Message-ID. One that cannot go is tried again until it can.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from lms.conf import conf as floor
from lms.dates import moment
from reminders.alarm_models import Alarm, alarm
from reminders.conf import conf
from reminders.looking import look
from reminders.models import Message
from reminders.standstill import PATIENCE, Standstill, Verdict, letter_due
from reminders.watching import WATCH, runs, troubles, verdicts

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=15)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(minutes=10)
NOTHING: dict[str, Any] = {"began_at": None, "calm_since": None, "told_at": None}


def watch(now: datetime) -> str:
    """One round: look, note, tell. Which e-mail went: "begins", "lasts", "over", or none."""
    try:
        look(now)
    except Exception:  # the other checks are still to be made
        logger.exception("the look for reminders that are not written failed")
    found = verdicts(now)
    row = note(found, now)
    kind = letter_due(found, _known(row), now)
    if kind and claim(row, now=now, by=(mine := uuid.uuid4())):
        return kind if _tell(row, kind, mine=mine, now=now) else ""
    return ""


def note(found: Sequence[Verdict], now: datetime) -> Alarm:
    """Remember when a standstill began and since when all is right again; forget one of which nobody was told."""
    row = Alarm.objects.filter(pk=alarm().pk)
    mine = runs()[WATCH]
    if mine.finished_at is not None and not mine.error and now - mine.finished_at > PATIENCE:
        row.update(awake_since=now)
    if all(verdict.ok for verdict in found):
        if _is_asleep(known := row.get()):
            return known
        row.filter(began_at__isnull=False, calm_since=None).update(calm_since=now)
        row.filter(began_at__isnull=False, told_at=None, attempts=0, claimed_by=None).update(**NOTHING)
    else:
        row.filter(began_at=None).update(began_at=now)
        row.exclude(calm_since=None).update(calm_since=None)
    return row.get()


def _is_asleep(row: Alarm) -> bool:
    """What failed waits for its recipients' next day, and nothing went since: that it is over nobody knows yet."""
    if row.told_at is None or Message.objects.filter(sent_at__gt=row.told_at).exists():
        return False
    return Message.objects.filter(state=Message.State.READY, failing_since=None).exclude(last_error="").exists()


def claim(row: Alarm, *, now: datetime, by: uuid.UUID) -> bool:
    """True for one of many: as long as nothing has been told since the row was read, and nobody else is about to.

    Leases run on the database's clock.
    """
    same = Alarm.objects.filter(pk=row.pk, began_at=row.began_at, told_at=row.told_at)
    free = Q(claimed_by=None) | Q(lease_until__lt=Now())
    due = Q(not_before=None) | Q(not_before__lte=now)
    return bool(same.filter(free, due).update(claimed_by=by, lease_until=Now() + LEASE))


def operators() -> list[str]:
    """Whom to tell. Django's ADMINS are pairs until 5.2, and addresses from 6.0 on."""
    if conf.OPERATORS is not None:
        return list(conf.OPERATORS)
    return [item if isinstance(item, str) else item[1] for item in settings.ADMINS]


@dataclass(frozen=True)
class Line:
    """A trouble as it stands in the e-mail."""

    says: str
    since: str


def in_full(value: datetime) -> str:
    """Day and time where the reader is, with the zone: an operator may be anywhere."""
    local = timezone.localtime(value)
    return f"{moment(local)} {local.tzname()}"


def letter(row: Alarm, kind: str, now: datetime) -> EmailMessage:
    """In the language of the site, with no name and no address of anybody who is reminded."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = gettext("Reminders are going out again") if kind == "over" else gettext("Reminders stand still")
        context = {
            "kind": kind,
            "organisation": floor.ORGANISATION_NAME,
            "began": in_full(row.began_at) if row.began_at else "",
            "over": in_full(row.calm_since) if row.calm_since else "",
            "lines": [Line(item.says, in_full(item.since) if item.since else "") for item in troubles(now)],
            "link": f"{floor.SITE_URL}{reverse('lms_messages_report')}",
            "site": floor.SITE_URL,
        }
        key = uuid.uuid5(uuid.NAMESPACE_URL, f"alarm {kind} {row.began_at} {row.told_at}").hex
        return EmailMessage(
            subject=f"[{floor.ORGANISATION_NAME}] {subject}",
            body=render_to_string("reminders/alarm.txt", context),
            to=operators(),
            headers={
                "Message-ID": f"<{key}@{urlsplit(floor.SITE_URL).hostname or 'localhost'}>",
                "Auto-Submitted": "auto-generated",
            },
        )


def _known(row: Alarm) -> Standstill:
    was_tried = row.attempts > 0 or row.claimed_by is not None
    return Standstill(row.began_at, row.calm_since, row.told_at, was_tried, row.awake_since)


def _tell(row: Alarm, kind: str, *, mine: uuid.UUID, now: datetime) -> bool:
    held = Alarm.objects.filter(pk=row.pk, claimed_by=mine)
    logger.log(logging.INFO if kind == "over" else logging.ERROR, "standstill of the reminders: %s", kind)
    try:
        email = letter(row, kind, now)
        if email.to:
            email.send()
        else:
            logger.error("nobody is told: neither LMS_OPERATORS nor ADMINS names an address")
    except Exception as error:  # the mail server, most likely: it is what stands still
        wait = min(FIRST_RETRY * 2 ** min(row.attempts, 10), LONGEST_RETRY)
        held.update(claimed_by=None, lease_until=None, attempts=F("attempts") + 1, not_before=now + wait)
        logger.error("operators could not be told of the reminders: %s", type(error).__name__)
        return False
    told = NOTHING if kind == "over" else {"told_at": now}
    held.update(claimed_by=None, lease_until=None, attempts=0, not_before=None, **told)
    return True
