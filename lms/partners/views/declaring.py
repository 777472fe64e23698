"""The page on which who keeps a roster declares that its people have taken a course. Keepers of that roster only."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.partners.coverage import Cover, covered
from lms.partners.declaring import Declared, courses, declare
from lms.partners.forms import DeclareForm
from lms.partners.views.keepers import one_of
from lms.people.guarding import private
from lms.people.models import Person

AT_ONCE = 200
"""So many are shown, and can be declared, at a time."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare_view(request: HttpRequest, agreement: int) -> HttpResponse:
    """Of whoever lacks the training. 404 for HR without a record of their own: a declaration is somebody's word."""
    found = one_of(request, agreement)
    by: Person | None = request.person  # type: ignore[attr-defined]
    if by is None:
        raise Http404
    today = timezone.localdate()
    lacking = [
        item.member for item in covered([found.pk], today=today) if item.cover == Cover.MISSING or item.is_lapsing
    ]
    offered = courses(found)
    form = DeclareForm(request.POST or None, courses=offered, members=lacking[:AT_ONCE])
    if request.method == "POST" and form.is_valid():
        chosen = [item for item in lacking if str(item.pk) in form.cleaned_data["people"]]
        told = declare(members=chosen, activity=form.activity, on=form.cleaned_data["on"], by=by)
        _say(request, told)
        return private(redirect("lms:partner_roster", found.pk))
    context = {"agreement": found, "form": form, "offered": offered, "people": lacking[:AT_ONCE]}
    return private(render(request, "lms/partners/declare.html", context, status=422 if form.errors else 200))


def _say(request: HttpRequest, told: Declared) -> None:
    if told.people:
        said = ngettext(
            "%(n)d person is declared. Somebody looks at the declaration before it is on record.",
            "%(n)d people are declared. Somebody looks at the declarations before they are on record.",
            len(told.people),
        )  # fmt: skip
        messages.success(request, said % {"n": len(told.people)})
    for person, why in told.refused:
        messages.warning(request, f"{person.name}: {why}")
