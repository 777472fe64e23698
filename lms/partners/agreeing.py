"""Saves an agreement with its focal points and what it requires."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.partners.models import Agreement, PartnerInvitation
from lms.people.models import Person
from lms.requirements.models import Requirement


def save(
    *, agreement: Agreement, focal_points: Iterable[Person], requirements: Iterable[Requirement], by: Any
) -> Agreement:
    """A link that was sent to another signatory than the one now named ends."""
    with transaction.atomic():
        agreement.save()
        agreement.focal_points.set(focal_points)
        agreement.requirements.set(requirements)
        sent = PartnerInvitation.objects.usable(timezone.now()).filter(agreement=agreement, purpose="sign")
        sent.exclude(address=agreement.signatory_email).update(revoked_at=timezone.now())
        log(agreement, "lms.partner.save", user=by)
    return agreement
