"""Finds the people whom the lines of a list name; nobody whom the importer may not see."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from courses.players.external.feed import Row
from lms.people.models import Office, Person
from lms.requirements.models import Activity, Assignment


class People:
    """By number, address and reference, in a query each. Of a merged record the one that is kept."""

    def __init__(self, rows: list[Row], by: Any, activity: Activity) -> None:
        """``by`` None: the whole organisation is seen."""
        self._offices = None if by is None else set(Office.objects.visible_to(by).values_list("pk", flat=True))
        self._by_number: dict[str, set[Person]] = defaultdict(set)
        self._by_email: dict[str, set[Person]] = defaultdict(set)
        self._by_reference: dict[UUID, set[Person]] = defaultdict(set)
        known: dict[int, Person] = {}
        for person in self._all(Person.objects.numbered({row.number for row in rows if row.number})):
            self._by_number[person.number].add(self._kept(person, known))
        addresses = {row.email.lower() for row in rows if row.email}
        found = Person.objects.annotate(one=Lower("email"), other=Lower("personal_email"))
        for person in self._all(found.filter(Q(one__in=addresses) | Q(other__in=addresses))) if addresses else ():
            for address in {person.email.lower(), person.personal_email.lower()} & addresses:
                self._by_email[address].add(self._kept(person, known))
        given = Assignment.objects.filter(
            registration__in={row.reference for row in rows if row.reference},
            requirement__accepted__activity=activity,
        )
        people = {person.pk: person for person in self._all(Person.objects.filter(assignments__in=given).distinct())}
        for registration, pk in given.values_list("registration", "person"):
            self._by_reference[registration].add(self._kept(people[pk], known))

    def of(self, row: Row) -> Person | None:
        """The one person whom everything in the line names; None where that is nobody, or are two, also where one of the
        two is not seen, and where the one is not."""
        named: list[set[Person]] = []
        if row.number:
            named.append(self._by_number.get(row.number, set()))
        if row.email:
            named.append(self._by_email.get(row.email.lower(), set()))
        if row.reference:
            named.append(self._by_reference.get(row.reference, set()))
        found = set.intersection(*named) if named else set()
        person = found.pop() if len(found) == 1 else None
        return person if person is not None and self._may_see(person) else None

    def found(self) -> set[Person]:
        return {
            person
            for index in (self._by_number, self._by_email, self._by_reference)
            for people in index.values()  # type: ignore[attr-defined]
            for person in people
        }

    def _all(self, people: QuerySet[Person]) -> QuerySet[Person]:
        return people.select_related("office", "merged_into__office")

    def _may_see(self, person: Person) -> bool:
        return self._offices is None or person.office_id in self._offices

    def _kept(self, person: Person, known: dict[int, Person]) -> Person:
        kept = person.merged_into or person
        return known.setdefault(kept.pk, kept)
