"""Sends the invitations that wait: claims one, asks again whether it still holds, writes it, hands it over."""

from __future__ import annotations

import logging
import smtplib
import uuid
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from lms.conf import conf
from lms.dates import day
from lms.partners.inviting import address_of, hash_of, secret_of
from lms.partners.models import PartnerInvitation
from lms.partners.renewing import drop_unneeded
from lms.people.models import LANGUAGES
from lms.redacting import without_addresses
from lms.requirements import kinds

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=8)
"""Longer than a mail server can take that answers each command just within EMAIL_TIMEOUT (20 seconds)."""
FIRST_RETRY, LONGEST_RETRY, TRIES = timedelta(minutes=1), timedelta(hours=2), 16
Outcome = PartnerInvitation.Outcome


def send_waiting() -> None:
    """What RQ calls after somebody was invited."""
    send_all(now=timezone.now())


def send_all(*, now: datetime) -> int:
    """Every invitation that waits and is still needed; how many went. One that breaks us does not hold up the others."""
    drop_unneeded(now=now)
    due = PartnerInvitation.objects.due(now).order_by("not_before", "pk")
    return sum(send(pk, at=now) for pk in list(due.values_list("pk", flat=True)))


def send(pk: int, *, at: datetime | None = None) -> bool:
    """Send it, unless another worker has it or there is no address any more. True if this call sent it.

    A worker that dies between the server's answer and the mark leaves the lease to expire: the e-mail then goes once more,
    with the same link and the same Message-ID.
    """
    mine = uuid.uuid4()
    if not PartnerInvitation.objects.claim(pk, by=mine, at=at or timezone.now(), lease=LEASE):
        return False
    found = PartnerInvitation.objects.select_related("agreement__organisation", "agreement__office", "person").get(
        pk=pk
    )
    try:
        if not recipient(found):
            _held(found, mine).update(outcome=Outcome.NO_ADDRESS, lease_until=None)
            return False
        _follow_secret(found)
        compose(found).send()
    except Exception as error:  # whatever is wrong with one invitation, the others must go
        _failed(found, mine, error)
        return False
    values = {"outcome": Outcome.SENT, "sent_at": timezone.now(), "lease_until": None, "last_error": ""}
    return bool(_held(found, mine).update(**values))


def recipient(found: PartnerInvitation) -> str:
    return str(found.person.address if found.person else found.address)


def compose(found: PartnerInvitation) -> EmailMessage:
    """The e-mail, not yet sent, in the reader's language. The subject does not tell what the training is about."""
    agreement = found.agreement
    language = found.person.language if found.person else agreement.signatory_language
    with translation.override(language):
        context = {
            "name": found.person.name if found.person else agreement.signatory_name,
            "organisation": conf.ORGANISATION_NAME,
            "office": agreement.office.name,
            "partner": agreement.organisation.name,
            "reference": agreement.reference,
            "tasks": _tasks(found),
            "languages": ", ".join(str(name) for _, name in LANGUAGES),
            "until": day(timezone.localdate(found.expires_at)),
            "link": address_of(found),
        }
        signs = found.purpose == PartnerInvitation.Purpose.SIGN
        return EmailMessage(
            subject=gettext("An undertaking to be signed") if signs else gettext("Learning task due"),
            body=render_to_string(f"lms/partners/{'sign' if signs else 'invitation'}_message.txt", context),
            to=[recipient(found)],
            headers={
                "Message-ID": f"<partner-{found.key}@{_domain()}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": translation.get_language(),
            },
        )


def _tasks(found: PartnerInvitation) -> list[tuple[str, int]]:
    """What is asked under the agreement, and how many minutes it takes."""
    if found.person is None:
        return []
    tasks = []
    for requirement in found.agreement.requirements.order_by("title"):
        told = kinds.announce(requirement)
        tasks.append((told.title, told.minutes) if told else (requirement.title, 0))
    return tasks


def _follow_secret(found: PartnerInvitation) -> None:
    """This site may have got another secret since the row was written; the link is made with the one that it has now."""
    wanted = hash_of(secret_of(found.key))
    if found.token_hash != wanted:
        PartnerInvitation.objects.filter(pk=found.pk).update(token_hash=wanted)


def _domain() -> str:
    return conf.SITE_URL.split("//")[-1].split("/")[0].split(":")[0] or "localhost"


def _failed(found: PartnerInvitation, mine: uuid.UUID, error: Exception) -> None:
    """Tried again, later each time; after a day it is given up."""
    said = without_addresses(str(error) or repr(error))
    expected = isinstance(error, (smtplib.SMTPException, OSError))
    logger.warning(
        "invitation %s was not sent: %s", found.pk, type(error).__name__, exc_info=None if expected else error
    )
    if found.attempts >= TRIES:
        _held(found, mine).update(outcome=Outcome.FAILED, lease_until=None, last_error=said)
        return
    wait = min(FIRST_RETRY * 2 ** min(found.attempts, 10), LONGEST_RETRY) * uniform(0.8, 1.2)
    _held(found, mine).update(not_before=timezone.now() + wait, lease_until=None, last_error=said)


def _held(found: PartnerInvitation, mine: uuid.UUID) -> Any:
    return PartnerInvitation.objects.filter(pk=found.pk, claimed_by=mine, lease_until__isnull=False)
