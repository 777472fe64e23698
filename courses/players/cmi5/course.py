"""A course that runs on another server (cmi5): sends the learner there, and takes them back."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from courses.enrolling import content_of
from courses.models import CoursePage, Enrolment
from courses.owning import own_enrolment
from lms.conf import conf
from lms.lrs.launching import Unit, launch
from lms.requirements.learning import next_url
from lms.requirements.models import Claim, Completion


def send_to_course(request: HttpRequest, enrolment: Enrolment, page: CoursePage) -> HttpResponse:
    """A page with the way out, since that leads to another site. To the next part where the course is done already."""
    content = content_of(enrolment.activity)
    if Completion.objects.filter(
        person=enrolment.person, activity=content, registration=enrolment.registration
    ).exists():
        return redirect(_next_url(enrolment))
    unit = Unit(
        address=page.launch_address,
        activity=content.iri,
        publisher_id=page.publisher_id or page.launch_address,
        name=page.title,
        move_on=content.move_on,
        mastery=page.mastery / 100,
    )
    with transaction.atomic():
        Enrolment.objects.select_for_update(of=("self",)).get(
            pk=enrolment.pk
        )  # one launch at a time: a double click too
        address = launch(
            unit=unit,
            person=enrolment.person.uuid,
            registration=enrolment.registration,
            return_url=conf.SITE_URL + reverse("courses:returned", args=[enrolment.session]),
        )
    return render(
        request, "courses/leaving.html", {"course": page, "address": address, "host": urlsplit(address).hostname}
    )


@login_required
@require_safe
def returned(request: HttpRequest, session: UUID) -> HttpResponse:
    """Where the course sends the learner when it ends: what it reported, and what comes next. The enrolled person's."""
    enrolment = own_enrolment(request, session)
    content = content_of(enrolment.activity)
    done = Completion.objects.filter(
        person=enrolment.person, activity=content, registration=enrolment.registration
    ).first()
    claims = Claim.objects.filter(
        person=enrolment.person, activity=content, statement__registration=enrolment.registration
    )
    context = {
        "course": enrolment.page,
        "done": done,
        "in_doubt": not done and any(not claim.is_believed for claim in claims),
        "next_url": _next_url(enrolment),
    }
    return render(request, "courses/returned.html", context)


def _next_url(enrolment: Enrolment) -> str:
    return next_url(person=enrolment.person, course=enrolment.activity, registration=enrolment.registration)
