"""Reading and signing an undertaking on behalf of a partner. Anybody who holds the signatory's link may see the page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from attestations.models import AttestationText, Undertaking
from attestations.partners.signing import capacity_of, undertake
from attestations.partners.telling import undertaking
from attestations.signing import CannotSign
from lms.partners import sessions
from lms.partners.guarding import gone
from lms.partners.inviting import InvitationNotUsable, find
from lms.partners.models import Agreement, PartnerInvitation
from lms.people.guarding import private


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undertaking_view(request: HttpRequest, undertaking: str) -> HttpResponse:
    """GET shows the text, or what was signed; POST signs."""
    try:
        invitation = find(undertaking, purpose=PartnerInvitation.Purpose.SIGN)
    except InvitationNotUsable:
        return gone(request)
    agreement = invitation.agreement
    if invitation.address != agreement.signatory_email:
        return gone(request)
    sessions.speak(request, agreement.signatory_language)
    text = _text()
    last = Undertaking.objects.filter(agreement=agreement).select_related("text").order_by("-sequence").first()
    if last is not None and (text is None or last.text.version == text.version):
        return private(_signed(request, last, agreement))
    if text is None:
        return gone(request)
    if request.method != "POST":
        return private(_read(request, agreement, text))
    sent = request.POST.getlist("tick")
    ticked = {number for number in range(len(text.ticks)) if str(number) in sent}
    name = request.POST.get("name", "")
    if request.POST.get("text") != str(text.pk):
        return private(_read(request, agreement, text, problem=_changed()))
    try:
        undertake(invitation=invitation, text=text, ticked=ticked, typed_name=name)
    except CannotSign as error:
        return private(_read(request, agreement, text, ticked=ticked, name=name, problem=_why(error)))
    return private(redirect(request.path))


def _text() -> AttestationText | None:
    found = undertaking()
    return found.text_for(get_language() or "en") if found is not None else None


def _changed() -> str:
    return _("The text has changed since you opened it. Please read it again.")


def _why(error: CannotSign) -> str:
    return {
        "unticked": _("Tick every box to go on."),
        "name": _("Type your name as it is printed here. If it is printed wrongly, ask your contact to correct it."),
        "ended": _("This link has ended. Ask for another one."),
    }.get(error.reason, _changed())


def _read(
    request: HttpRequest, agreement: Agreement, text: AttestationText, *, ticked: set[int] | None = None,
    name: str = "", problem: str = "",
) -> HttpResponse:  # fmt: skip
    context = {
        "agreement": agreement, "text": text, "problem": problem, "typed": name[:200],
        "ticks": [(number, tick, number in (ticked or set())) for number, tick in enumerate(text.ticks)],
        "capacity": capacity_of(agreement), "now": timezone.now().astimezone(ZoneInfo(agreement.office.time_zone)),
    }  # fmt: skip
    return render(request, "attestations/partners/undertaking.html", context, status=422 if problem else 200)


def _signed(request: HttpRequest, signed: Undertaking, agreement: Agreement) -> HttpResponse:
    """What was signed, with its manifest: name, capacity, meaning, date and time."""
    at = signed.signed_at.astimezone(ZoneInfo(agreement.office.time_zone))
    return render(request, "attestations/partners/signed.html", {"signed": signed, "signed_at": at})
