"""Pages for people of partners, who have no account. Anybody may open them; nothing of anybody is shown without a key."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.conf import conf
from lms.partners import sessions
from lms.partners.forms import CodeForm, RegisterForm
from lms.partners.guarding import gone
from lms.partners.inviting import InvitationNotUsable, come_by_code, come_by_link, find
from lms.partners.models import PartnerInvitation
from lms.partners.registering import LinkNotUsable, find_link, register
from lms.partners.tasks import tasks_of
from lms.people.guarding import count, counted, private
from lms.people.link_views import masked

WRONG_CODES, REGISTRATIONS = 10, 30
"""So many from one address in a minute. Of a workshop behind one address the right ones are not counted."""
FRESH_CODE = "lms.partner.code"


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def partner(request: HttpRequest) -> HttpResponse:
    """What is asked of the person whose session this is; for everybody else the field for a code."""
    invitation = sessions.invitation_of(request)
    if invitation is not None:
        return private(_tasks(request, invitation))
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return private(render(request, "lms/partners/come.html", {"form": form}))
    if counted(request, "codes") >= WRONG_CODES:
        return private(render(request, "lms/partners/wait.html", status=429))
    if request.user.is_authenticated:
        return private(render(request, "lms/partners/signed_in.html", status=409))
    if form.is_valid():
        try:
            found = come_by_code(form.cleaned_data["code"])
        except InvitationNotUsable:
            count(request, "codes")
            form.add_error("code", _("This code does not work. Each works once, for a time. Ask for another one."))
        else:
            sessions.begin(request, found)
            return private(redirect("lms:partner"))
    return private(render(request, "lms/partners/come.html", {"form": form}, status=422))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, invited: str) -> HttpResponse:
    """GET shows one button, POST lets in: scanners of mail open every link."""
    try:
        found = find(invited, purpose=PartnerInvitation.Purpose.LEARN)
        if request.user.is_authenticated:
            status = 409 if request.method == "POST" else 200
            return private(render(request, "lms/partners/signed_in.html", status=status))
        if request.method == "POST":
            sessions.begin(request, come_by_link(invited))
            return private(redirect("lms:partner"))
    except InvitationNotUsable:
        return gone(request)
    assert found.person is not None
    sessions.speak(request, found.person.language)
    return private(render(request, "lms/partners/link.html", {"invited": masked(found.person.name)}))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the session on a device that others use too."""
    if sessions.NAME in request.session and not request.user.is_authenticated:
        sessions.end(request)
    return private(redirect("lms:partner"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register_view(request: HttpRequest, workshop: str) -> HttpResponse:
    """Name oneself by the link of a workshop. With an address the answer is always the same, and comes by e-mail."""
    try:
        found = find_link(workshop)
    except LinkNotUsable:
        return gone(request)
    if request.user.is_authenticated:
        status = 409 if request.method == "POST" else 200
        return private(render(request, "lms/partners/signed_in.html", status=status))
    form = RegisterForm(request.POST or None, initial={"language": get_language()})
    context = {"form": form, "agreement": found.agreement}
    if request.method == "POST" and form.is_valid():
        if count(request, "registrations") > REGISTRATIONS:
            return private(render(request, "lms/partners/wait.html", status=429))
        try:
            registered = register(link=found, line=form.line)
        except LinkNotUsable:
            return gone(request)
        if registered.invitation is None:
            return private(render(request, "lms/partners/registered.html", {"agreement": found.agreement}))
        sessions.begin(request, registered.invitation)
        request.session[FRESH_CODE] = registered.code
        return private(redirect("lms:partner"))
    return private(render(request, "lms/partners/register.html", context, status=422 if form.errors else 200))


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How it works, for everybody: without script, cookie or log. ``?language=fr`` shows it in that language."""
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else get_language() or "en"
    with translation.override(language):
        context = {"languages": settings.LANGUAGES, "site_url": conf.SITE_URL}
        response = render(request, "lms/partners/help.html", context)
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _tasks(request: HttpRequest, invitation: PartnerInvitation) -> HttpResponse:
    person = invitation.person
    assert person is not None
    sessions.speak(request, person.language)
    context = {
        "partner": person,
        "agreement": invitation.agreement,
        "tasks": tasks_of(person=person, today=timezone.localdate(timezone=person.zone)),
        "until": timezone.localdate(invitation.expires_at),
        "code": request.session.pop(FRESH_CODE, ""),
    }
    return render(request, "lms/partners/partner.html", context)
