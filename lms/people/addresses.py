"""Which accounts an address belongs to. HR's feed owns the addresses of people; nobody adds one of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from lms.people.models import Person, person_of


def address_of(user: Any) -> str:
    """Where mail about the account goes: the person's address, else the user's own; empty where there is none."""
    person = person_of(user)
    return str(person.address if person is not None else user.email)


def accounts_at(address: str) -> list[Any]:
    """The active accounts whose mail goes to that address, the oldest first. Upper and lower case are one.

    Compared once more in Python, because databases take letters for one another that mail servers keep apart.
    """
    if not address:
        return []
    mine = Q(person__email__iexact=address)
    mine |= Q(person__email="", person__personal_email__iexact=address)
    mine |= Q(person=None, email__iexact=address)
    found = get_user_model().objects.filter(mine, is_active=True).select_related("person").order_by("pk")
    return [user for user in found if address_of(user).lower() == address.lower()]


def follow(people: Iterable[Person]) -> None:
    """Bring the accounts of these people up to their addresses, which also ends links that were sent to the one before."""
    wanted = {person.user_id: person.address for person in people if person.user_id}
    users = [user for user in get_user_model().objects.filter(pk__in=wanted) if user.email != wanted[user.pk]]
    for user in users:
        user.email = wanted[user.pk]
    get_user_model().objects.bulk_update(users, ["email"], batch_size=1000)
