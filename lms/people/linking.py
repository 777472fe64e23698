"""Makes links that sign a person in to one of their tasks, and takes them up."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from wagtail.log_actions import log

from lms.conf import conf
from lms.people.link_models import SignInLink
from lms.people.models import Person

KEPT_AFTER_THE_END = timedelta(days=30)


class LinkNotUsable(Exception):
    """The link is unknown, used, revoked or expired. The four are not told apart to whoever holds the link."""


class CannotLink(ValueError):
    """``reason``: account (there is none that may sign in), path (it is none of our own pages of learning), off."""


@dataclass(frozen=True)
class Link:
    """A fresh link: its address, which cannot be shown a second time, and when it ends."""

    address: str
    ends_at: datetime


@dataclass(frozen=True)
class Wanted:
    """A link that is to be made for the person's own eyes: to one of their pages of learning."""

    person: Person
    leads_to: str
    carried_by: str = ""


def make_link(*, person: Person, leads_to: str, carried_by: str = "", now: datetime | None = None) -> Link:
    return make_links([Wanted(person, leads_to, carried_by)], now=now)[0]


def make_links(wanted: Sequence[Wanted], *, now: datetime | None = None) -> list[Link]:
    """Fresh links, in that order; links made earlier keep working. One query. Raises CannotLink, and then makes none.

    A token is 256 random bits; only its hash is stored.
    """
    now = now or timezone.now()
    ends_at = now + timedelta(hours=conf.LINK_HOURS)
    tokens, rows = [], []
    for one in wanted:
        if not may_sign_in(one.person, now):
            raise CannotLink("account")
        if not is_learning(one.leads_to):
            raise CannotLink("path")
        tokens.append(secrets.token_urlsafe(32))
        rows.append(
            SignInLink(
                person=one.person, token_hash=_hash(tokens[-1]), leads_to=one.leads_to, carried_by=one.carried_by,
                account=_seal(one.person), made_at=now, ends_at=ends_at,
            )
        )  # fmt: skip
    SignInLink.objects.bulk_create(rows)
    return [Link(conf.SITE_URL + reverse("lms:link", args=[token]), ends_at) for token in tokens]


def find(token: str, *, now: datetime | None = None) -> SignInLink:
    """The link behind a token, which stays as it is. Raises LinkNotUsable."""
    now = now or timezone.now()
    found = SignInLink.objects.select_related("person__office", "person__user").filter(token_hash=_hash(token)).first()
    if found is None or found.used_at or found.revoked_at or found.ends_at <= now or not _still_holds(found, now):
        raise LinkNotUsable
    return found


def use(token: str, *, now: datetime | None = None) -> SignInLink:
    """Take the link up: of two calls at once one gets it. Raises LinkNotUsable, and then nothing has changed.

    What the same message carried besides (it was sent twice, after a crash) ends with it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        link = find(token, now=now)
        Person.objects.select_for_update(of=("self",)).get(pk=link.person_id)
        waiting = SignInLink.objects.filter(person=link.person_id, used_at=None, revoked_at=None)
        if not waiting.filter(pk=link.pk, ends_at__gt=now).update(used_at=now):
            raise LinkNotUsable
        if link.carried_by:
            waiting.filter(carried_by=link.carried_by).update(revoked_at=now)
        log(link.person, "lms.person.sign_in_by_link", user=link.person.user)
    return link


def way_of(token: str, person: Person) -> str:
    """Where the link leads, good or ended, for the person whose own it is; empty for everybody else."""
    own = SignInLink.objects.filter(token_hash=_hash(token), person=person).values_list("leads_to", flat=True).first()
    return own if own and is_learning(own) else ""


def forget_ended(*, now: datetime) -> int:
    """Delete the links that ended long ago; how many."""
    return SignInLink.objects.filter(ends_at__lt=now - KEPT_AFTER_THE_END).delete()[0]


def may_link(person: Person, now: datetime) -> bool:
    return conf.LINK_HOURS > 0 and may_sign_in(person, now)


def may_sign_in(person: Person, now: datetime) -> bool:
    """Whether there is an account in use of somebody who has not left."""
    user = person.user
    return (
        user is not None
        and user.is_active
        and not person.merged_into_id
        and not person.has_left(timezone.localdate(now))
    )


def is_learning(path: str) -> bool:
    """True for the address of a page of ours below My learning, and for nothing that a browser could read otherwise."""
    if not path.startswith(reverse("lms:learning")) or not path.isascii() or not path.isprintable():
        return False
    if any(sign in path for sign in ("//", "..", "\\", "?", "#", "%", ";", "@", ":", " ")):
        return False
    try:
        return bool(resolve(path).namespace)  # Wagtail's pages, which take any address, stand in no namespace
    except Resolver404:
        return False


def _still_holds(link: SignInLink, now: datetime) -> bool:
    """Nothing has changed that ends a link: password, addresses, account, whether the person is still here."""
    return (
        may_sign_in(link.person, now)
        and constant_time_compare(link.account, _seal(link.person))
        and is_learning(link.leads_to)
    )


def _seal(person: Person) -> str:
    """Compared rather than remembered where something changes, so that no way of changing it is overlooked."""
    user = person.user
    assert user is not None
    said = "\n".join((str(person.uuid), str(user.pk), user.password, user.email, person.address))
    return salted_hmac("lms.people.linking", said, algorithm="sha256").hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
