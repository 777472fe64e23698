"""Finds what belongs to the signed-in person, and nothing of anybody else."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from courses.models import Enrolment


def own_enrolment(request: HttpRequest, session: UUID) -> Enrolment:
    """404 for somebody else's as for one that does not exist."""
    person = request.person  # type: ignore[attr-defined]
    if person is None:
        raise Http404
    return get_object_or_404(
        Enrolment.objects.select_related("person__office", "activity", "page__bank", "page__locale"),
        person=person,
        session=session,
    )
