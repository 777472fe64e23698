"""Defines attestations and issues their texts. A text that is issued is never changed; a new wording is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import nh3
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from attestations.models import Attestation, AttestationText, Meaning
from lms.conf import conf
from lms.requirements.models import Activity

TAGS = {"p", "h2", "h3", "ul", "ol", "li", "b", "i", "strong", "em", "br", "blockquote"}


class TextDiffers(ValueError):
    """This version was issued already with other words."""


def define(*, key: str, title: str, meaning: str = Meaning.UNDERTAKING, course: Activity | None) -> Attestation:
    """The attestation with that key, made or renamed; as the last part of ``course`` where one is given."""
    iri = f"{course.iri}/attestation" if course else f"{conf.IRI_BASE}/attestation/{key}"
    with transaction.atomic():
        activity, _ = Activity.objects.update_or_create(
            iri=iri,
            defaults={
                "kind": "attestation",
                "name": title,
                "move_on": Activity.MoveOn.COMPLETED,
                "part_of": course,
                "position": 2,
            },
        )
        attestation, _ = Attestation.objects.update_or_create(
            key=key, defaults={"title": title, "meaning": meaning, "course": course, "activity": activity}
        )
    return attestation


def issue_text(
    *,
    attestation: Attestation,
    version: str,
    language: str,
    title: str,
    body: str,
    ticks: Sequence[str],
    authority: str = "",
    effective_from: date | None = None,
    by: Any = None,
) -> AttestationText:
    """Issue a wording; the same words again return what is there. Raises TextDiffers.

    The body is cleaned before it is hashed, so that what is hashed is what is shown.
    """
    text = AttestationText(
        attestation=attestation,
        version=version,
        language=language,
        title=title,
        body=nh3.clean(body.strip(), tags=TAGS, attributes={}),
        ticks=[tick.strip() for tick in ticks if tick.strip()],
        authority=authority,
        effective_from=effective_from or timezone.localdate(),
    )
    text.sha256 = text.digest()
    with transaction.atomic():
        found = AttestationText.objects.filter(attestation=attestation, version=version, language=language).first()
        if found is not None:
            if found.sha256 != text.sha256:
                raise TextDiffers(version)
            return found
        text.save(force_insert=True)
        log(attestation, "lms.attestation.issue_text", user=by, data={"version": version, "language": language})
    return text
