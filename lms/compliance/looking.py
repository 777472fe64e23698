"""Records who looked at whom: once for each viewer, person and day, however often the page is opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from lms.people.models import Person

ACTION = "lms.person.look"


class Where(StrEnum):
    """Where they looked first on that day."""

    PERSON = "person"
    WHY = "why"
    PACK = "auditor_pack"
    PROOF = "proof"


def looked(*, viewer: Any, people: Sequence[Person], where: Where) -> None:
    """The viewer saw these people's records. ``viewer`` None: somebody on the command line. Days are days of UTC."""
    if not (_unseen(viewer, people)):
        return
    with transaction.atomic():
        if viewer is not None:  # of two pages opened at once the second sees what the first wrote
            get_user_model().objects.select_for_update().get(pk=viewer.pk)
        for person in _unseen(viewer, people):
            log(person, ACTION, user=viewer, data={"where": where.value, "number": person.number})


def _unseen(viewer: Any, people: Sequence[Person]) -> list[Person]:
    today = datetime.combine(timezone.now().astimezone(UTC).date(), time(), tzinfo=UTC)
    seen = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Person),
        object_id__in=[str(person.pk) for person in people],
        action=ACTION,
        user=viewer,
        timestamp__gte=today,
    ).values_list("object_id", flat=True)
    known = set(seen)
    return [person for person in people if str(person.pk) not in known]
