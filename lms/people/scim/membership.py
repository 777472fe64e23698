"""Moves people between offices on an identity provider's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from scim2_models import InvalidValueException, MutabilityException

from lms.conf import conf
from lms.people import feed
from lms.people.models import Office, Person
from lms.people.querysets import PersonQuerySet
from lms.people.scim import finding
from lms.people.scim.guarding import refuse_many_movers
from lms.people.scim.provisioning import Word, put
from lms.people.scim.representing import PERSON_ID, group_of, key_of


def members_of(office: Office, word: Word) -> PersonQuerySet:
    return finding.visible().employed(word.today).filter(office=office).order_by("pk")


def change(*, identity: str, revise: Callable[[Any], Any], word: Word, check: Callable[[str], None]) -> None:
    """Who is new in the group moves to its office. Who is no longer in it goes to LMS_SCIM_OFFICE.

    Raises SCIMException, ValidationError.
    """
    with transaction.atomic():
        office = finding.office(identity)
        present = {person.pk: person for person in members_of(office, word).select_for_update(of=("self",))}
        group = group_of(office, present.values())
        check(str(group.meta.version if group.meta else ""))
        wanted = {_key(member.value) for member in revise(group).members or ()}
        coming = _people(wanted - present.keys())
        going = [person for key, person in present.items() if key not in wanted]
        rows = [_moved(person, office.code) for person in coming]
        if going:
            refuse_many_movers(len(going), word.today)
            elsewhere = _elsewhere(office)
            rows += [_moved(person, elsewhere) for person in going]
        if rows:
            put(rows, word)


def _key(value: str | None) -> int:
    key = key_of(value or "", PERSON_ID)
    if key is None:
        raise InvalidValueException(detail="members: there is no user with that id.")
    return key


def _people(keys: set[int]) -> list[Person]:
    found = list(finding.visible().filter(pk__in=keys).select_for_update(of=("self",)))
    if len(found) != len(keys):
        raise InvalidValueException(detail="members: there is no user with that id.")
    return found


def _moved(person: Person, office: str) -> feed.PersonRow:
    return feed.PersonRow(
        line=0, number=person.number, name=person.name, office=office, category=person.category,
        joined_on=person.joined_on, values={"office": office},
    )  # fmt: skip


def _elsewhere(office: Office) -> str:
    """Where people go who are taken out of an office. Raises MutabilityException."""
    code = conf.SCIM_OFFICE
    if code == office.code or not Office.objects.filter(code=code).exists():
        raise MutabilityException(
            attribute="members",
            detail="A person always belongs to an office: add them to another one, which takes them out of this one.",
        )
    return code
