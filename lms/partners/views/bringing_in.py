"""Many people at a time: a roster as a file, codes on paper, and links by which they register themselves."""

from __future__ import annotations

import csv
from datetime import datetime, time
from typing import Any
from uuid import UUID

import segno
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.conf import conf
from lms.partners.coverage import covered
from lms.partners.forms import CODES, LinkForm, RosterForm
from lms.partners.inviting import make_codes
from lms.partners.models import RegistrationLink
from lms.partners.naming import CannotName, Outcome, name_people
from lms.partners.registering import address_of, open_link, revoke_link
from lms.partners.rosters import Line, NotARoster, Refused, read
from lms.partners.views.keepers import invite_named, is_lacking, one_of, say_invited
from lms.partners.wording import ENDED, PROBLEMS
from lms.people.guarding import private


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest, agreement: int) -> HttpResponse:
    """A CSV file: first tried out, line by line; then taken in."""
    found = one_of(request, agreement)
    form = RosterForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"agreement": found, "form": form}
    if request.method == "POST" and form.is_valid():
        data, is_trial = form.data_sent, "take" not in request.POST
        try:
            lines, refused = read(data, languages=CODES)
            outcome = name_people(agreement=found, lines=lines, by=request.user, dry_run=is_trial)
        except NotARoster as error:
            form.add_error("file", PROBLEMS[error.problem])
        except CannotName:
            form.add_error(None, ENDED)
        else:
            if not is_trial and form.cleaned_data["invite"]:
                say_invited(request, invite_named(request, found, outcome))
            context |= {"is_trial": is_trial, "rows": _accounted(lines, refused, outcome), "outcome": outcome,
                        "refused": refused, "text": data.decode("utf-8-sig") if is_trial else ""}  # fmt: skip
    return private(render(request, "lms/partners/take_in.html", context, status=422 if form.errors else 200))


def _accounted(lines: list[Line], refused: list[Refused], outcome: Outcome) -> list[dict[str, Any]]:
    """One row for each line of the file, in its order."""
    rows = []
    for item in outcome.named:
        said = _("new") if item.is_new else _("known to this partner, and put on this list")
        if item.is_alike:
            said = _("new; somebody of the same name is on the list, and taken for another person")
        rows.append({"place": item.line.place, "who": item.line.name, "said": said, "good": True})
    rows += [
        {"place": line.place, "who": line.name, "said": _("is on the list already"), "good": True}
        for line in outcome.again
    ]
    for bad in refused:
        why = f"{PROBLEMS[bad.problem]} ({bad.first})" if bad.first else PROBLEMS[bad.problem]
        rows.append({"place": bad.place, "who": bad.said, "said": why, "good": False})
    return sorted(rows, key=lambda row: row["place"])


@never_cache
@login_required
@require_POST
def codes(request: HttpRequest, agreement: int) -> HttpResponse:
    """A sheet to print, with a fresh code for everybody who lacks something; for those without e-mail, or for all."""
    found = one_of(request, agreement)
    everybody = "everybody" in request.POST
    lacking = [item.member for item in covered([found.pk], today=timezone.localdate()) if is_lacking(item)]
    chosen = [item for item in lacking if not item.person.merged_into_id and (everybody or not item.person.address)]
    made = make_codes(agreement=found, members=chosen, by=request.user)
    sheet = [(member.person, f"{code[:5]}-{code[5:]}") for member, code in made]
    return private(
        render(request, "lms/partners/codes.html", {"agreement": found, "sheet": sheet, "site_url": conf.SITE_URL})
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, agreement: int) -> HttpResponse:
    """The links by which people of a workshop register themselves."""
    found = one_of(request, agreement)
    form = LinkForm(request.POST if "open" in request.POST else None)
    if request.method == "POST" and "open" in request.POST and form.is_valid():
        ends = datetime.combine(form.cleaned_data["last_day"], time.max, tzinfo=timezone.get_current_timezone())
        try:
            made = open_link(agreement=found, most=form.cleaned_data["most"], expires_at=ends, by=request.user)
        except CannotName:
            form.add_error(None, ENDED)
        else:
            return private(redirect("lms:partner_poster", found.pk, made.key))
    if request.method == "POST" and "revoke" in request.POST:
        wanted = request.POST["revoke"]
        own = [item for item in found.registration_links.all() if str(item.key) == wanted]
        for item in own:
            revoke_link(link=item, by=request.user)
        return private(redirect("lms:partner_links", found.pk))
    now = timezone.now()
    running = found.registration_links.filter(revoked_at=None, expires_at__gt=now).order_by("expires_at", "pk")
    context = {"agreement": found, "form": form, "running": running}
    return private(render(request, "lms/partners/links.html", context, status=422 if form.errors else 200))


@never_cache
@login_required
@require_safe
def poster(request: HttpRequest, agreement: int, poster: UUID) -> HttpResponse:
    """The link as text and as a picture to scan, to print or to project."""
    found = one_of(request, agreement)
    shown: RegistrationLink | None = found.registration_links.filter(
        key=poster, revoked_at=None, expires_at__gt=timezone.now()
    ).first()
    if shown is None:
        raise Http404
    address = address_of(shown)
    picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=6, border=4)
    context = {"agreement": found, "shown": shown, "address": address, "picture": picture}
    return private(render(request, "lms/partners/poster.html", context))


@never_cache
@login_required
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """An empty roster to fill in."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="roster.csv"'
    csv.writer(answer).writerow(["name", "email", "role", "language"])
    return answer


# FIX
