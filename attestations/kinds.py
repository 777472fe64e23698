"""What attestations tell the floor about themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from attestations.models import Attestation, Signature
from attestations.publishing import TextDiffers, define, issue_text
from lms.people.models import Person
from lms.requirements.kinds import Announcement, Description, Document
from lms.requirements.models import Activity, Completion

MINUTES = 3


class AttestationKind:
    """One step: read and sign."""

    name = "attestation"

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        return {
            activity.pk: Description(
                title=activity.name,
                step=_("Read and sign the undertaking"),
                url=reverse("attestations:sign", args=[registrations[activity.pk], activity.pk]),
                minutes=MINUTES,
                steps=1,
            )
            for activity in activities
        }

    def announce(self, *, activities: Iterable[Activity]) -> dict[int, Announcement]:
        return {activity.pk: Announcement(activity.name, MINUTES) for activity in activities}

    def documents(self, *, completion: Completion) -> list[Document]:
        """What was signed here; an imported record has no signature to show."""
        signed = Signature.objects.filter(
            person=completion.person,
            registration=completion.registration,
            text__attestation__activity=completion.activity_id,
        )
        if not signed.exists():
            return []
        return [
            Document(
                _("What you signed"),
                reverse("attestations:signed", args=[completion.registration, completion.activity_id]),
            )
        ]

    def define(self, *, activity: Activity, definition: Mapping[str, Any], language: str) -> None:
        """From course files: ``activity`` is the course. An issued version is left as it is."""
        attestation = Attestation.objects.filter(key=definition["key"]).first() or define(
            key=definition["key"], title=definition["title"], course=activity
        )
        try:
            issue_text(
                attestation=attestation,
                version=definition["version"],
                language=language,
                title=definition["title"],
                body=definition["body"],
                ticks=definition["ticks"],
            )
        except TextDiffers:
            # Files and site disagree about words that may have been signed: the site's stand.
            return
