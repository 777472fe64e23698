"""Names people under an agreement, and takes them off. Whoever is new gets a record and owes at once what the rules say."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.log_entries import log_all
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation
from lms.partners.rosters import Line
from lms.people.models import Category, Organisation, Person, person_of
from lms.requirements.assigning import owe_at_once

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without signs that are taken for one another when they are read aloud or from paper."""
PREFIX = "PARTNER-"
"""Begins the numbers of the records that were made here; others come from HR's feed, which alone ends them."""


class CannotName(Exception):
    """The agreement has ended."""


@dataclass(frozen=True)
class Named:
    """``is_new``: a record was made. ``is_alike``: somebody of that name is on the list, and taken for another."""

    line: Line
    person: Person
    is_new: bool
    is_alike: bool = False


@dataclass
class Outcome:
    """Every line stands in one of the two."""

    named: list[Named] = field(default_factory=list)
    again: list[Line] = field(default_factory=list)


def name_people(
    *, agreement: Agreement, lines: Sequence[Line], by: Any, today: date | None = None, dry_run: bool = False
) -> Outcome:
    """Put them under the agreement. The same address in the same partner is the same person, whose record stays as it is;
    without an address everybody is somebody else. Our own people are never looked for. Raises CannotName.

    ``by`` is the user; None where people name themselves.
    """
    today = today or timezone.localdate()
    with transaction.atomic():
        # One desk of a partner at a time, so that an address does not become two people.
        Organisation.objects.select_for_update().get(pk=agreement.organisation_id)
        agreement = Agreement.objects.select_related("office").get(pk=agreement.pk)
        if agreement.ends_on is not None and agreement.ends_on < today:
            raise CannotName
        outcome = _sorted_out(agreement, lines, today)
        if not dry_run:
            _write(agreement, outcome.named, by, today)
    return outcome


def take_off(*, member: AgreementMember, by: Any, today: date | None = None) -> None:
    """The person no longer works under the agreement: links and codes end. Who was named here only, and under nothing else,
    has left, and owes nothing more."""
    today = today or timezone.localdate()
    with transaction.atomic():
        open_one = AgreementMember.objects.open().filter(pk=member.pk)
        if not open_one.update(ended_on=max(today, member.named_on)):
            return
        person = Person.objects.select_for_update(of=("self",)).get(pk=member.person_id)
        waiting = PartnerInvitation.objects.filter(agreement=member.agreement_id, person=person, revoked_at=None)
        waiting.update(revoked_at=timezone.now())
        if person.number.startswith(PREFIX) and not AgreementMember.objects.open().filter(person=person).exists():
            person.left_on = max(today, person.joined_on)
            person.save(update_fields=["left_on"])
            owe_at_once([person.pk])
        log(person, "lms.partner.take_off", user=by, data={"agreement": member.agreement.reference})


def new_number() -> str:
    """Random, so that it says neither how many there are nor who came when."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(10))


def _sorted_out(agreement: Agreement, lines: Sequence[Line], today: date) -> Outcome:
    known = _by_address(agreement.organisation_id)
    there = list(AgreementMember.objects.open().filter(agreement=agreement).values_list("person", "person__name"))
    on_list, names = {pk for pk, _ in there}, {name.casefold() for _, name in there}
    outcome = Outcome()
    for line in lines:
        address = line.email.casefold()
        person = known.get(address) if address else None
        if person is not None and (person.pk is None or person.pk in on_list):
            outcome.again.append(line)
            continue
        is_new = person is None
        if person is None:
            person = _new(agreement, line, today)
            if address:
                known[address] = person
        else:
            on_list.add(person.pk)
        outcome.named.append(Named(line, person, is_new, is_new and line.name.casefold() in names))
        names.add(line.name.casefold())
    return outcome


def _by_address(organisation: int) -> dict[str, Person]:
    """The people of a partner; of several with one address the record in use."""
    found: dict[str, Person] = {}
    people = list(Person.objects.filter(organisation=organisation, category=Category.PARTNER).order_by("pk"))
    for person in sorted(people, key=lambda item: (item.merged_into_id is not None, item.left_on is not None)):
        for address in (person.email, person.personal_email):
            if address:
                found.setdefault(address.casefold(), person)
    return found


def _new(agreement: Agreement, line: Line, today: date) -> Person:
    return Person(
        number=new_number(), name=line.name, personal_email=line.email, category=Category.PARTNER,
        office=agreement.office, organisation_id=agreement.organisation_id, language=line.language or "en",
        joined_on=today,
    )  # fmt: skip


def _write(agreement: Agreement, named: list[Named], by: Any, today: date) -> None:
    Person.objects.bulk_create(item.person for item in named if item.is_new)
    for item in named:
        person = item.person
        if not item.is_new and person.left_on and person.left_on <= today and person.number.startswith(PREFIX):
            person.left_on = None
            person.save(update_fields=["left_on"])
    namer = person_of(by) if by is not None else None
    AgreementMember.objects.bulk_create(
        AgreementMember(
            agreement=agreement, person=item.person, role=item.line.role, named_on=today, named_by=namer
        )
        for item in named
    )  # fmt: skip
    log_all(((item.person, {"agreement": agreement.reference}) for item in named), "lms.partner.name")
    owe_at_once([item.person.pk for item in named])
