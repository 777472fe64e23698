"""Invites a person to set a password, and takes the invitation up."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log

from lms.conf import conf
from lms.people.models import Invitation, Person


class InvitationNotUsable(Exception):
    """The link is unknown, used, revoked or expired. The four are not told apart to whoever holds the link."""


def invite(*, person: Person, now: datetime | None = None, by: Any = None) -> str:
    """A fresh link for the person; links sent earlier keep working until they expire or one is used.

    The token is 256 random bits; only its hash is stored, so the link cannot be shown a second time.
    """
    now = now or timezone.now()
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        person=person, token_hash=_hash(token), expires_at=now + timedelta(days=conf.INVITATION_DAYS)
    )
    if by is not None:
        log(person, "lms.person.invite", user=by)
    return conf.SITE_URL + reverse("lms:invitation", args=[token])


def find(token: str, *, now: datetime | None = None) -> Invitation:
    """The invitation behind a token. Raises InvitationNotUsable.

    Somebody who has an account signs in or resets the password; an invitation never opens an existing account.
    """
    now = now or timezone.now()
    invitation = (
        Invitation.objects.select_related("person__office", "person__user")
        .filter(token_hash=_hash(token), used_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )
    if invitation is None or invitation.person.user_id or invitation.person.has_left(timezone.localdate(now)):
        raise InvitationNotUsable
    return invitation


def accept(*, token: str, password: str, now: datetime | None = None) -> Person:
    """Make the person's account. Raises InvitationNotUsable, ValidationError (weak password).

    Taking one invitation up ends every other of the same person.
    """
    now = now or timezone.now()
    users = get_user_model()
    with transaction.atomic():
        invitation = find(token, now=now)
        person = Person.objects.select_for_update(of=("self",)).get(pk=invitation.person_id)
        user = users(username=username_for(person), email=person.address, first_name=person.name[:150])
        validate_password(password, user)
        used = Invitation.objects.filter(Q(pk=invitation.pk), used_at=None).update(used_at=now)
        if not used:
            raise InvitationNotUsable
        user.set_password(password)
        user.save()
        person.user = user
        person.save(update_fields=["user"])
        Invitation.objects.filter(person=person, used_at=None).update(revoked_at=now)
        log(person, "lms.person.accept_invitation", user=user)
    return person


def username_for(person: Person) -> str:
    """What the account of the person will be called: their number, with a suffix where a host's own account has it."""
    number = person.number
    taken = set(get_user_model().objects.filter(username__startswith=number).values_list("username", flat=True))
    return next(name for name in (number, *(f"{number}-{n}" for n in range(2, 10_000))) if name not in taken)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
