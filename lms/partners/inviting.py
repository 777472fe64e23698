"""Makes invitations for people of partners, finds what a link or a code stands for, and ends them."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.log_actions import log

from lms.conf import conf
from lms.partners import undertakings
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation
from lms.partners.naming import ALPHABET
from lms.people.models import Person
from lms.periodic import kick

CODE_LENGTH = 10
ONCE_IN = timedelta(hours=24)
KEPT_AFTER_THE_END = timedelta(days=365)
Purpose, Channel = PartnerInvitation.Purpose, PartnerInvitation.Channel


class InvitationNotUsable(Exception):
    """The link or code is unknown, used, revoked or expired. Which, is not told to whoever holds it."""


class CannotAsk(Exception):
    """``reason``: signatory (name or address is missing), text (no undertaking is in force), ended, recent (asked within
    the last day)."""


@dataclass(frozen=True)
class Invited:
    """How many e-mails wait to be sent, how many people have no address, how many were invited within the last day."""

    queued: int
    unreachable: int
    recent: int


def invite(
    *, agreement: Agreement, members: Iterable[AgreementMember], by: Any, now: datetime | None = None
) -> Invited:
    """Invite these people by e-mail, each once a day at most; a worker sends. ``members`` with their people selected."""
    now = now or timezone.now()
    chosen = list(members)
    with transaction.atomic():
        Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        sent = PartnerInvitation.objects.usable(now).filter(agreement=agreement, purpose=Purpose.LEARN)
        recent = set(sent.filter(channel=Channel.EMAIL, made_at__gt=now - ONCE_IN).values_list("person", flat=True))
        reachable = [member for member in chosen if member.person.address and not member.person.merged_into_id]
        waiting = {member.person_id: member for member in reachable if member.person_id not in recent}
        PartnerInvitation.objects.bulk_create(
            _by_email(agreement, now, purpose=Purpose.LEARN, person_id=person) for person in waiting
        )
        if waiting:
            log(agreement, "lms.partner.invite", user=by, data={"people": len(waiting)})
            kick("lms.partners.sending.send_waiting")
    return Invited(len(waiting), len(chosen) - len(reachable), len(reachable) - len(waiting))


def ask_for_undertaking(*, agreement: Agreement, by: Any, now: datetime | None = None) -> PartnerInvitation:
    """Send the signatory a link to read and sign; links sent before end. Raises CannotAsk."""
    now = now or timezone.now()
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        if not agreement.signatory_email or not agreement.signatory_name:
            raise CannotAsk("signatory")
        if not undertakings.can_be_signed():
            raise CannotAsk("text")
        if agreement.ends_on is not None and agreement.ends_on < timezone.localdate(now):
            raise CannotAsk("ended")
        earlier = PartnerInvitation.objects.usable(now).filter(agreement=agreement, purpose=Purpose.SIGN)
        if earlier.filter(address=agreement.signatory_email, made_at__gt=now - ONCE_IN).exists():
            raise CannotAsk("recent")
        earlier.update(revoked_at=now)
        found = _by_email(agreement, now, purpose=Purpose.SIGN, address=agreement.signatory_email)
        found.save(force_insert=True)
        log(agreement, "lms.partner.ask_undertaking", user=by)
        kick("lms.partners.sending.send_waiting")
    return found


def make_codes(
    *, agreement: Agreement, members: Sequence[AgreementMember], by: Any, now: datetime | None = None
) -> list[tuple[AgreementMember, str]]:
    """A fresh code for each, to be used once; codes made before that nobody used end. They cannot be shown again."""
    now = now or timezone.now()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in members]
    with transaction.atomic():
        Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        people = [member.person_id for member in members]
        unused = PartnerInvitation.objects.usable(now).filter(agreement=agreement, channel=Channel.CODE)
        unused.filter(person__in=people, opened_at=None).update(revoked_at=now)
        PartnerInvitation.objects.bulk_create(
            PartnerInvitation(
                agreement=agreement, person_id=member.person_id, purpose=Purpose.LEARN, channel=Channel.CODE,
                token_hash=hash_of_code(code), made_at=now, expires_at=_end(now), not_before=now,
            )
            for member, code in zip(members, codes, strict=True)
        )  # fmt: skip
        if members:
            log(agreement, "lms.partner.make_codes", user=by, data={"people": len(members)})
    return list(zip(members, codes, strict=True))


def find(secret: str, *, purpose: str, now: datetime | None = None) -> PartnerInvitation:
    """The invitation behind a link, which stays as it is. Raises InvitationNotUsable."""
    return _usable(now or timezone.now(), token_hash=hash_of(secret), channel=Channel.EMAIL, purpose=purpose)


def find_begun(key: str, *, now: datetime | None = None) -> PartnerInvitation:
    """What a session began with, as long as it holds. Raises InvitationNotUsable."""
    try:
        found = uuid.UUID(key)
    except ValueError:
        raise InvitationNotUsable from None
    return _usable(now or timezone.now(), key=found, purpose=Purpose.LEARN)


def come_by_link(secret: str, *, now: datetime | None = None) -> PartnerInvitation:
    """Note that the person came. Works again until it ends, as there is no account. Raises InvitationNotUsable."""
    now = now or timezone.now()
    found = find(secret, purpose=Purpose.LEARN, now=now)
    PartnerInvitation.objects.filter(pk=found.pk, opened_at=None).update(opened_at=now)
    return found


def come_by_code(code: str, *, now: datetime | None = None) -> PartnerInvitation:
    """Take a code up: of two at once one gets it. Raises InvitationNotUsable."""
    now = now or timezone.now()
    found = _usable(now, token_hash=hash_of_code(code), channel=Channel.CODE, purpose=Purpose.LEARN)
    if not PartnerInvitation.objects.filter(pk=found.pk, opened_at=None, revoked_at=None).update(opened_at=now):
        raise InvitationNotUsable
    return found


def link_for(person: Person, *, now: datetime) -> str:
    """The address of a link that lets the person in: of an invitation that works, else of a fresh one, which whoever asks
    sends. Empty for who is named under no agreement."""
    usable = PartnerInvitation.objects.usable(now).filter(person=person, purpose=Purpose.LEARN, channel=Channel.EMAIL)
    today = timezone.localdate(now)
    members = AgreementMember.objects.current(today).filter(person=person).select_related("agreement").order_by("pk")
    going_on = {item.agreement_id: item.agreement for item in members if not _has_ended(item.agreement, today)}
    found = usable.filter(agreement__in=going_on).order_by("expires_at").last()
    if found is None and going_on:
        found = _by_email(next(iter(going_on.values())), now, purpose=Purpose.LEARN, person_id=person.pk)
        found.outcome, found.sent_at = PartnerInvitation.Outcome.SENT, now
        found.save(force_insert=True)
    return address_of(found) if found else ""


def revoke(*, agreement: Agreement, person: int, by: Any, now: datetime | None = None) -> int:
    """End every link and code of the person under the agreement; how many."""
    now = now or timezone.now()
    usable = PartnerInvitation.objects.usable(now).filter(agreement=agreement, person=person)
    ended: int = usable.update(revoked_at=now)
    if ended:
        log(agreement, "lms.partner.revoke", user=by, data={"links": ended})
    return ended


def forget_ended(*, now: datetime) -> int:
    """Delete the invitations that ended long ago; how many."""
    return PartnerInvitation.objects.filter(expires_at__lt=now - KEPT_AFTER_THE_END).delete()[0]


def secret_of(key: uuid.UUID) -> str:
    """256 bits that only this site can make of the key, so that an e-mail that goes twice bears the same link."""
    return salted_hmac("lms.partners.link", str(key), algorithm="sha256").hexdigest()


def address_of(invitation: PartnerInvitation) -> str:
    secret = secret_of(invitation.key)
    if invitation.purpose == Purpose.SIGN:
        return conf.SITE_URL + undertakings.path(secret=secret)
    return conf.SITE_URL + reverse("lms:partner_link", args=[secret])


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_of_code(code: str) -> str:
    """Keyed, since a code is short: without this site's secret a copy of the table gives none away."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return salted_hmac("lms.partners.code", plain, algorithm="sha256").hexdigest()


def _by_email(agreement: Agreement, now: datetime, **values: Any) -> PartnerInvitation:
    key = uuid.uuid4()
    return PartnerInvitation(
        key=key, agreement=agreement, channel=Channel.EMAIL, token_hash=hash_of(secret_of(key)), made_at=now,
        expires_at=_end(now), not_before=now, **values,
    )  # fmt: skip


def _end(now: datetime) -> datetime:
    return now + timedelta(days=conf.PARTNER_INVITATION_DAYS)


def _has_ended(agreement: Agreement, today: date) -> bool:
    return agreement.ends_on is not None and agreement.ends_on < today


def _usable(now: datetime, **values: Any) -> PartnerInvitation:
    """Usable, of an agreement that has not ended, and of somebody who is still named under it."""
    found: PartnerInvitation | None = (
        PartnerInvitation.objects.usable(now)
        .select_related("agreement__organisation", "agreement__office", "person__office")
        .filter(**values)
        .first()
    )
    today = timezone.localdate(now)
    if found is None or _has_ended(found.agreement, today):
        raise InvitationNotUsable
    if found.person is not None:
        member = AgreementMember.objects.current(today).filter(agreement=found.agreement_id, person=found.person_id)
        if found.person.merged_into_id or not member.exists():
            raise InvitationNotUsable
    return found
