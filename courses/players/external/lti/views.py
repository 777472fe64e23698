"""The learner's way to the tool: leaving from here, and the request of the tool that we answer with a signed launch."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from courses.models import ExternalPage
from courses.players.external.course import known, needs_person, who
from courses.players.external.kinds import rule_of
from courses.players.external.lti.launching import NotALaunch, answer, begin, tool_for

MOST_ASKED = 6000
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


class SeeOther(HttpResponseRedirect):
    status_code = 303


@known
@require_POST
def start(request: HttpRequest, external: int) -> HttpResponse:
    """A page with the way out, since that leads to another site."""
    person = needs_person(request)
    page = get_object_or_404(ExternalPage.objects.live().public().select_related("activity"), pk=external)
    tool = tool_for(page)
    if tool is None:
        raise Http404
    address = begin(tool=tool, person=person, now=timezone.now())
    context = {"page": page, "address": address, "host": urlsplit(address).hostname, "rule": rule_of(tool.activity)}
    return render(request, "courses/external/leaving.html", context)


@csrf_exempt  # the tool's request comes from its own site; it changes nothing but the launch whose secret it holds
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """The request of the tool, through the learner's browser. A POST is asked again as a GET: only then does the browser
    send the cookie of this site along (SameSite=Lax)."""
    given = request.POST if request.method == "POST" else request.GET
    asked = {name: str(value) for name, value in given.items()}
    if sum(map(len, asked.values())) > MOST_ASKED or any(len(given.getlist(name)) > 1 for name in asked):
        return _refused(request)
    if request.method == "POST":
        return SeeOther(f"{reverse('courses:lti_authorize')}?{urlencode(asked)}")
    person = who(request)
    try:
        if person is None:
            raise NotALaunch
        found = answer(asked, person=person, now=timezone.now())
    except NotALaunch:
        return _refused(request)
    response = render(request, "courses/external/handing_over.html", {"answer": found, "page": found.page})
    response.headers["Content-Security-Policy"] = f"{POLICY}; form-action {' '.join(sorted(found.origins))}"
    return response


def _refused(request: HttpRequest) -> HttpResponse:
    """One answer to all of it, and back to where one can begin again."""
    return render(request, "courses/external/not_a_launch.html", {"learner": who(request)}, status=400)
