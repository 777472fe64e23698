"""The word of who keeps a roster, that its people have taken a course: kept as declared, it completes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from lms.partners.models import Agreement, AgreementMember
from lms.people.models import Person
from lms.requirements.kinds import WordNotTaken, take_word, taking_word
from lms.requirements.models import AcceptedActivity, Activity


@dataclass
class Declared:
    """Who was declared, and of whom it was not taken, with the reason in words."""

    people: list[Person] = field(default_factory=list)
    refused: list[tuple[Person, str]] = field(default_factory=list)


def courses(agreement: Agreement) -> list[Activity]:
    """What the agreement requires can be met by, of which a declaration is taken. Two queries."""
    accepted = AcceptedActivity.objects.filter(requirement__in=agreement.requirements.all())
    return taking_word(Activity.objects.filter(pk__in=accepted.values("activity")).order_by("name"))


def declare(*, members: Iterable[AgreementMember], activity: Activity, on: date, by: Person) -> Declared:
    """Each by itself: one that is not taken does not hold up the others."""
    found = Declared()
    for member in members:
        person = member.person.merged_into or member.person
        try:
            take_word(person=person, activity=activity, on=on, by=by)
        except WordNotTaken as problem:
            found.refused.append((person, str(problem)))
        else:
            found.people.append(person)
    return found
