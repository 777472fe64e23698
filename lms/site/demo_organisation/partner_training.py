"""What the demo asks of people of partners: a course of another agency, with proof of many, a declaration of some."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from courses.models import Proof, Way
from courses.players.external import telling
from courses.players.external.deciding import accept
from courses.players.external.handing_in import Given, hand_in
from lms.partners.models import Agreement, AgreementMember
from lms.people.models import Category, Person
from lms.requirements.approving import record
from lms.requirements.assigning import refresh
from lms.requirements.models import AcceptedActivity, Activity, Requirement
from lms.site.demo_organisation import external, population
from reminders.laying import lay_standard_ladder
from reminders.models import Reminder

MONTHS = 24
COURSE = external.Course(
    "sea-partners", "SEA-HLA", "Preventing sexual exploitation and abuse: for partners",
    "For everybody who works under an agreement with us. Free, without an account, in English, French and Spanish.",
    "Know what is prohibited, and that consent does not change it\nReport a concern, and find support for whoever was hurt",
    ways=(Way.FILE, Way.CODE, Way.DECLARATION),
)  # fmt: skip
WHY = (
    "The United Nations Protocol on allegations of sexual exploitation and abuse involving implementing partners (2018) "
    "asks that partners train the people whom they engage.\n\nRule of this organisation: within 60 days of being named "
    "under an agreement, and again every two years."
)
VERIFIED, DECLARED = 0.66, 0.08
"""Shares of the people of one partner, on average."""


def lay_down(today: date) -> None:
    """The rule, what it asks of everybody who is named, and what they have handed in. Once, after the agreements."""
    course = external.publish(COURSE)
    requirement = _rule(course, today)
    agreements = list(Agreement.objects.order_by("pk"))
    for agreement in agreements:
        agreement.requirements.add(requirement)
    refresh(today=today)
    handed_in = [
        proof for agreement in agreements for proof in _hand_in(agreement, course, random.Random(agreement.reference))
    ]
    hr = Person.objects.get(number=population.HR)
    for proof in sorted(handed_in, key=lambda proof: (proof.handed_in_at, proof.pk)):  # as the decisions are chained
        looked = min(proof.handed_in_at + timedelta(days=2), timezone.now())
        accept(proof=proof, by=hr, ticked=True, seen=proof.evidence(), now=looked)
    Reminder.objects.filter(
        kind=telling.KIND
    ).delete()  # they were told at the time: nobody gets months of news at once


def _rule(course: Activity, today: date) -> Requirement:
    requirement = Requirement.objects.create(
        code=COURSE.key, title=COURSE.title, why=WHY, due_days=60, applies_from=today.replace(month=1, day=1),
        audience=[("category", {"opposite": False, "categories": [Category.PARTNER.value]})],
    )  # fmt: skip
    AcceptedActivity.objects.create(requirement=requirement, activity=course, valid_months=MONTHS)
    record(requirement=requirement)
    lay_standard_ladder(requirements=[requirement], starts_on=today)
    return requirement


def _hand_in(agreement: Agreement, course: Activity, rng: random.Random) -> Iterator[Proof]:
    zeal = rng.gauss(VERIFIED, 0.3)
    members = AgreementMember.objects.filter(agreement=agreement).select_related("person__office").order_by("pk")
    for member in members.exclude(person__number=population.FOCAL_POINT):
        person, drawn = member.person, rng.random()
        on = timezone.localdate() - timedelta(days=rng.randrange(5, 300))
        at = datetime.combine(on + timedelta(days=1), time(10), person.zone)
        code, way = f"HLA-{person.number[1:]}", Way.CODE
        if drawn > zeal + DECLARED:
            continue
        if drawn > zeal:
            code, way = "", Way.DECLARATION
        given = Given(on=on, course_version="2026", code=code, ticked=True)
        yield hand_in(person=person, activity=course, way=way, given=given, by=person, now=at)
