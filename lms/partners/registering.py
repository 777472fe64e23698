"""Lets the people of a workshop name themselves by a shared link, as many as it allows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.log_actions import log

from lms.conf import conf
from lms.partners.inviting import hash_of, invite, make_codes
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation, RegistrationLink
from lms.partners.naming import CannotName, name_people
from lms.partners.rosters import Line
from lms.people.models import person_of

MOST = 500


class LinkNotUsable(Exception):
    """Unknown, ended, revoked or full. Which, is not told to whoever holds the link."""


@dataclass(frozen=True)
class Registered:
    """Without an address: the invitation that the browser begins with, and a code to come back with; with one, neither."""

    invitation: PartnerInvitation | None = None
    code: str = ""


def open_link(*, agreement: Agreement, most: int, expires_at: datetime, by: Any) -> RegistrationLink:
    """A link for so many people until then; links made before keep working. Raises CannotName (the agreement has ended)."""
    if agreement.ends_on is not None and agreement.ends_on < timezone.localdate():
        raise CannotName
    key = uuid.uuid4()
    with transaction.atomic():
        found = RegistrationLink.objects.create(
            key=key, agreement=agreement, token_hash=hash_of(_secret(key)), most=most, made_by=person_of(by),
            made_at=timezone.now(), expires_at=expires_at,
        )  # fmt: skip
        log(agreement, "lms.partner.open_link", user=by, data={"most": most})
    return found


def revoke_link(*, link: RegistrationLink, by: Any) -> None:
    if RegistrationLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        log(link.agreement, "lms.partner.revoke_link", user=by)


def address_of(link: RegistrationLink) -> str:
    return conf.SITE_URL + reverse("lms:partner_register", args=[_secret(link.key)])


def find_link(secret: str, *, now: datetime | None = None) -> RegistrationLink:
    """The link, which stays as it is. Raises LinkNotUsable."""
    now = now or timezone.now()
    found = (
        RegistrationLink.objects.filter(
            token_hash=hash_of(secret), revoked_at=None, expires_at__gt=now, registered__lt=F("most")
        )
        .select_related("agreement__organisation", "agreement__office")
        .first()
    )
    if found is None or (found.agreement.ends_on is not None and found.agreement.ends_on < timezone.localdate(now)):
        raise LinkNotUsable
    return found


def register(*, link: RegistrationLink, line: Line, now: datetime | None = None) -> Registered:
    """Name somebody by the link. Raises LinkNotUsable.

    With an address the answer is an e-mail to it, whoever is known already: nobody comes in as somebody else, and nobody
    learns who is there. Without one the person is always somebody new, and is let in at once.
    """
    now = now or timezone.now()
    with transaction.atomic():
        taken = RegistrationLink.objects.filter(pk=link.pk, revoked_at=None, expires_at__gt=now)
        if not taken.filter(registered__lt=F("most")).update(registered=F("registered") + 1):
            raise LinkNotUsable
        try:
            named = name_people(agreement=link.agreement, lines=[line], by=None, today=timezone.localdate(now)).named
        except CannotName:
            raise LinkNotUsable from None
        current = AgreementMember.objects.open().filter(agreement=link.agreement).select_related("person")
        if line.email:
            chosen = current.filter(person__in=[item.person.pk for item in named]) if named else _at(current, line)
            invite(agreement=link.agreement, members=chosen, by=None, now=now)
            return Registered()
        ((member, code),) = make_codes(
            agreement=link.agreement, members=[current.get(person=named[0].person)], by=None, now=now
        )
        invitation = PartnerInvitation.objects.filter(person=member.person_id, channel="code").latest("pk")
    return Registered(invitation, code)


def _at(current: Any, line: Line) -> list[AgreementMember]:
    wanted = line.email.casefold()
    return [
        member
        for member in current
        if wanted in (member.person.email.casefold(), member.person.personal_email.casefold())
    ]


def _secret(key: uuid.UUID) -> str:
    return salted_hmac("lms.partners.register", str(key), algorithm="sha256").hexdigest()
