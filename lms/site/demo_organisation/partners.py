"""The demo's partners: names, an agreement each with the people that the feed tells, and undertakings for most of them."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from attestations.models import AttestationText
from attestations.partners.signing import undertake
from attestations.publishing import define, issue_text
from lms.conf import conf
from lms.partners.inviting import ask_for_undertaking
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation
from lms.people.models import Organisation, Person
from lms.site.demo_organisation.names import Names, partner_names

SEED, VERSION, SIGNED = 20261125, "2026.1", 37
RATINGS = (("full", 26), ("medium", 10), ("low", 5), ("not_assessed", 5), ("no_contact", 2))
BODY = (
    "<p>On behalf of the partner named above, and being authorised to bind it, I confirm that we have received and accept "
    "the standards of conduct of ST/SGB/2003/13, and that sexual exploitation and abuse are prohibited for everyone we "
    "engage.</p>"
)
TICKS = (
    "We take preventive measures, and report any allegation through the agreed channel.",
    "We have allegations investigated, and take corrective action.",
    "The people we engage under this agreement have been or will be trained in prevention and response.",
)


def lay_down(today: date) -> None:
    """Partners get their names and an agreement each, once; the feed knows their codes only."""
    rng = random.Random(SEED)
    names = Names(rng)
    ratings = [rating for rating, count in RATINGS for _ in range(count)]
    text = _text(today)
    for n, name in enumerate(partner_names(), 1):
        organisation, _ = Organisation.objects.update_or_create(code=f"PP{n:03}", defaults={"name": name})
        people = list(Person.objects.filter(organisation=organisation).select_related("office").order_by("number"))
        signatory = names.draw("HQ")
        if not people or Agreement.objects.filter(reference=f"AG-{today.year}-{n:03}").exists():
            continue
        rating = ratings[(n - 1) % len(ratings)]
        agreement = Agreement.objects.create(
            reference=f"AG-{today.year}-{n:03}", organisation=organisation, office=people[0].office,
            starts_on=today.replace(month=1, day=1), ends_on=today + timedelta(days=30 * (n % 14 + 1)),
            signatory_name=signatory, signatory_title="Director", signatory_email=f"director.pp{n:03}@example.com",
            threshold=80, rating=rating, **_assessed(rating, n, today),
        )  # fmt: skip
        agreement.focal_points.add(people[0])
        AgreementMember.objects.bulk_create(
            AgreementMember(agreement=agreement, person=person, role="Project staff", named_on=agreement.starts_on)
            for person in people
        )
        if n <= SIGNED:
            _sign(agreement, text, n)


def _assessed(rating: str, n: int, today: date) -> dict[str, object]:
    if rating in ("not_assessed", "no_contact"):
        return {}
    on = today - timedelta(days=40 + 9 * n)
    return {"assessed_on": on, "assessed_by": conf.ORGANISATION_NAME, "review_on": on + timedelta(days=365)}


def _text(today: date) -> AttestationText:
    attestation = define(key=conf.PARTNER_UNDERTAKING, title="Undertaking of partners", course=None)
    found = attestation.text_for("en")
    return found or issue_text(
        attestation=attestation, version=VERSION, language="en", title="Undertaking of partners", body=BODY, ticks=TICKS,
        effective_from=today.replace(month=1, day=1),
    )  # fmt: skip


def _sign(agreement: Agreement, text: AttestationText, n: int) -> None:
    """Within the weeks after the beginning; the link of then has ended."""
    day = min(agreement.starts_on + timedelta(days=n % 20), timezone.localdate())
    at = datetime.combine(day, time(9, n), tzinfo=timezone.get_current_timezone())
    sent = ask_for_undertaking(agreement=agreement, by=None, now=at)
    undertake(invitation=sent, text=text, ticked=range(len(text.ticks)), typed_name=agreement.signatory_name, now=at)
    PartnerInvitation.objects.filter(pk=sent.pk).update(revoked_at=at, outcome="sent", sent_at=at)
