"""A partner with an agreement, a focal point who has an account, and what leads people of theirs in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from attestations.models import AttestationText
from attestations.publishing import define, issue_text
from lms.lrs import vocabulary as v
from lms.lrs.recording import record
from lms.lrs.statements import Said
from lms.partners.inviting import ask_for_undertaking, hash_of, invite, secret_of
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation
from lms.partners.naming import name_people
from lms.partners.registering import address_of, open_link
from lms.partners.rosters import Line
from lms.people.models import Category, Organisation, Person
from lms.requirements.completing import complete
from lms.requirements.models import Activity, Completion, Requirement
from tests.cast import Cast, make_person, make_requirement


class Desk:
    """Blue Kettle works under BK-1 with the country office; Fatou is its focal point."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.organisation = Organisation.objects.create(code="PP1", name="Blue Kettle")
        self.activity = Activity.objects.create(
            iri="https://example.org/elsewhere",
            kind="elsewhere",
            name="A course elsewhere",
            move_on=Activity.MoveOn.COMPLETED,
        )
        self.requirement: Requirement = make_requirement(
            "partners", self.activity, audience=[("organisation", {"opposite": False, "code": ""})]
        )
        self.agreement = make_agreement("BK-1", self.organisation, cast, requirements=[self.requirement])
        self.focal = make_person(
            "X00001", cast.country, user=True, name="Fatou Focal", category=Category.PARTNER,
            organisation=self.organisation,
        )  # fmt: skip
        self.agreement.focal_points.add(self.focal)

    def name(self, *people: str, **values: Any) -> list[AgreementMember]:
        """Each as “name” or “name <address>”."""
        lines = [line_of(place, text) for place, text in enumerate(people, 1)]
        named = name_people(agreement=self.agreement, lines=lines, by=self.focal.user, **values).named
        found = AgreementMember.objects.open().filter(person__in=[item.person.pk for item in named])
        return list(found.select_related("person__office", "agreement").order_by("pk"))


def line_of(place: int, text: str) -> Line:
    name, _, address = text.partition(" <")
    return Line(place, name, address.rstrip(">"))


def make_agreement(reference: str, organisation: Organisation, cast: Cast, **values: Any) -> Agreement:
    required = values.pop("requirements", [])
    given = {
        "office": cast.country, "starts_on": date(2026, 1, 1), "signatory_name": "Sira Signatory",
        "signatory_title": "Director", "signatory_email": "sira@partner.example", **values,
    }  # fmt: skip
    agreement: Agreement = Agreement.objects.create(reference=reference, organisation=organisation, **given)
    agreement.requirements.set(required)
    return agreement


def do_course(person: Person, activity: Activity, at: datetime | None = None) -> None:
    """What is done elsewhere, recorded here for the cycle that is open."""
    registration = person.assignments.get(ended_on=None).registration
    record(
        Said(
            actor=person.uuid, verb=v.COMPLETED, activity=activity.iri, registration=registration, session=uuid4(),
            at=at or timezone.now(), completion=True,
        )
    )  # fmt: skip


def declare_course(person: Person, activity: Activity) -> None:
    """What somebody else declares of the person, as it will stand in the ledger."""
    registration = person.assignments.get(ended_on=None).registration
    said = Said(
        actor=person.uuid, verb=v.LAUNCHED, activity=activity.iri, registration=registration, session=uuid4(),
        at=timezone.now(),
    )  # fmt: skip
    complete(person=person, activity=activity, statement=record(said), source=Completion.Source.DECLARED)


def issue_undertaking(version: str = "1", effective_from: date = date(2026, 1, 1)) -> AttestationText:
    attestation = define(key="partner-undertaking", title="Undertaking of partners", course=None)
    return issue_text(
        attestation=attestation, version=version, language="en", title="Undertaking of partners",
        body=f"<p>We accept the standards, {version}.</p>", ticks=["We are bound.", "We report."],
        effective_from=effective_from,
    )  # fmt: skip


def secret_for(invitation: PartnerInvitation) -> str:
    return secret_of(invitation.key)


def lay_desk(cast: Cast) -> Desk:
    desk = Desk(cast)
    issue_undertaking()
    desk.name("Ada Able <ada@partner.example>", "Ben Paper")
    return desk


def keys_of(desk: Desk) -> dict[str, Any]:
    """What stands in the addresses of the desk."""
    members = AgreementMember.objects.filter(agreement=desk.agreement).select_related("person")
    invite(agreement=desk.agreement, members=members, by=None)
    learn = PartnerInvitation.objects.get(purpose="learn")
    link = open_link(
        agreement=desk.agreement, most=5, expires_at=timezone.now() + timedelta(days=1), by=desk.focal.user
    )
    assert learn.token_hash == hash_of(secret_for(learn))
    return {
        "agreement": desk.agreement.pk, "invited": secret_for(learn), "poster": link.key,
        "workshop": address_of(link).rstrip("/").rsplit("/", 1)[1],
        "undertaking": secret_for(ask_for_undertaking(agreement=desk.agreement, by=None)),
    }  # fmt: skip


def as_(person: Person) -> Client:
    client = Client()
    assert person.user is not None
    client.force_login(person.user)
    client.cookies["django_language"] = "en"
    return client
