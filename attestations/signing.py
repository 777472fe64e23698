"""Signs: one signature, and the statements that go with it, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from attestations.models import AttestationText, Meaning, Signature
from lms.conf import conf
from lms.hash_chain import START, link
from lms.lrs import vocabulary as v
from lms.lrs.recording import record
from lms.lrs.statements import Said
from lms.people.models import Person
from lms.requirements.learning import is_ready

VERBS = {Meaning.UNDERTAKING: v.AGREE, Meaning.RECEIPT: v.ACKNOWLEDGE, Meaning.CERTIFICATION: v.CONFIRM}


class CannotSign(Exception):
    """``reason``: unticked (a box is missing), early (a part before it is not complete), text (it is not in force)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign(
    *,
    person: Person,
    text: AttestationText,
    registration: UUID,
    ticked: Collection[int],
    method: str,
    shown_at: datetime,
    reauthenticated_at: datetime,
    now: datetime | None = None,
) -> Signature:
    """The signature; signing the same text twice returns the first. Raises CannotSign.

    Records one whole session of the attestation: ``launched``, ``initialized``, ``agree`` (or ``acknowledge``,
    ``confirm``), ``completed``, ``terminated`` (cmi5 9.3). From ``completed`` the floor makes the completion and, with the
    last part, ``satisfied``. The session begins at ``shown_at``, when the text was last put before the person.
    """
    now = now or timezone.now()
    attestation = text.attestation
    if set(ticked) != set(range(len(text.ticks))):
        raise CannotSign("unticked")
    if not is_ready(person=person, part=attestation.activity, registration=registration):
        raise CannotSign("early")
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).select_related("office").get(pk=person.pk)
        found = Signature.objects.filter(
            person=person, text__attestation=attestation, registration=registration
        ).first()
        if found is not None:
            return found
        if text != attestation.text_for(text.language):
            raise CannotSign("text")
        last = Signature.objects.filter(person=person).order_by("-sequence").first()
        signature = Signature(
            person=person,
            text=text,
            registration=registration,
            printed_name=person.name,
            capacity=capacity_of(person),
            meaning=attestation.meaning,
            language=text.language,
            text_sha256=text.sha256,
            method=method,
            reauthenticated_at=reauthenticated_at,
            signed_at=now,
            utc_offset=now.astimezone(person.zone).strftime("%z"),
            sequence=last.sequence + 1 if last else 1,
            previous_hash=last.hash if last else START,
        )
        signature.hash = link(signature.previous_hash, signature.record())
        signature.save(force_insert=True)
        _tell(signature, shown_at=min(shown_at, now))
        log(signature, "lms.attestation.sign", user=person.user)
    return signature


def capacity_of(person: Person) -> str:
    """As whom the person signs: the category of contract, and the office."""
    return _("%(category)s, %(office)s") % {"category": person.get_category_display(), "office": person.office.name}


def _tell(signature: Signature, *, shown_at: datetime) -> None:
    """The whole session, said when it has ended: who only reads has begun nothing."""
    text, activity = signature.text, signature.text.attestation.activity
    step = Said(
        actor=signature.person.uuid,
        verb=v.LAUNCHED,
        activity=activity.iri,
        activity_name=activity.name,
        registration=signature.registration,
        session=uuid.uuid4(),
        at=shown_at,
        grouping=activity.part_of.iri if activity.part_of else activity.iri,
    )
    lasted = timedelta(seconds=(signature.signed_at - shown_at) // timedelta(seconds=1))
    agreed = replace(
        step,
        verb=VERBS[Meaning(signature.meaning)],
        activity=f"{conf.IRI_BASE}/attestation/{text.attestation.key}/{text.version}",
        activity_type=v.DOCUMENT_TYPE,
        activity_name=text.title,
        language=text.language,
        at=signature.signed_at,
        cmi5_defined=False,
        extensions={
            f"{conf.IRI_BASE}/ext/text-sha256": text.sha256,
            f"{conf.IRI_BASE}/ext/text-language": text.language,
            f"{conf.IRI_BASE}/ext/signature-meaning": signature.meaning,
            f"{conf.IRI_BASE}/ext/auth-method": signature.method,
            f"{conf.IRI_BASE}/ext/reauthenticated-at": signature.reauthenticated_at.isoformat(),
            f"{conf.IRI_BASE}/ext/capacity": "personnel",
            f"{conf.IRI_BASE}/ext/signature-hash": signature.hash,
        },
    )
    for said in (
        step,
        replace(step, verb=v.INITIALIZED),
        agreed,
        replace(step, verb=v.COMPLETED, at=signature.signed_at, completion=True, duration=lasted),
        replace(step, verb=v.TERMINATED, at=signature.signed_at, duration=lasted),
    ):
        record(said)
