"""Reading, ticking, proving who one is, signing; and the page that shows what was signed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from attestations.models import Attestation, AttestationText, Meaning, Signature
from attestations.signing import CannotSign, capacity_of, sign
from lms.people.models import Person
from lms.people.reauthenticating import password_is_right
from lms.requirements.learning import is_ready, next_url
from lms.requirements.models import Activity


def _own(request: HttpRequest, registration: UUID, activity: int) -> tuple[Person, Attestation]:
    """404 unless the registration is one of the person's own."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    attestation = get_object_or_404(
        Attestation.objects.select_related("activity__part_of", "course"),
        activity__in=Activity.objects.filter(pk=activity),  # of any length; the column itself takes 64 bits
    )
    if person is None:
        raise Http404
    owed = person.assignments.filter(registration=registration).exists()
    if not owed and not person.completions.filter(registration=registration).exists():
        raise Http404
    return person, attestation


@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_view(request: HttpRequest, registration: UUID, activity: int) -> HttpResponse:
    """The person to whom the registration belongs reads and signs. GET shows; the first POST takes the ticks and shows the
    summary; the second takes the password and signs."""
    person, attestation = _own(request, registration, activity)
    following = attestation.activity.part_of or attestation.activity
    if Signature.objects.filter(person=person, text__attestation=attestation, registration=registration).exists():
        return redirect(next_url(person=person, course=following, registration=registration))
    if not is_ready(person=person, part=attestation.activity, registration=registration):
        return render(request, "attestations/early.html", {"attestation": attestation}, status=409)
    text = attestation.text_for(get_language() or "en")
    if text is None:
        raise Http404
    shown_at = _shown_at(request, f"lms-text-shown-{registration}-{activity}")
    if request.method == "GET":
        return _read(request, text)
    sent = request.POST.getlist("tick")
    ticked = {number for number in range(len(text.ticks)) if str(number) in sent}
    if request.POST.get("text") != str(text.pk):
        return _read(request, text, problem=_("The text has changed since you opened it. Please read it again."))
    if ticked != set(range(len(text.ticks))):
        return _read(request, text, ticked=ticked, problem=_("Tick every box to go on."))
    if "password" not in request.POST:
        return _summary(request, person, text)
    if not password_is_right(request):
        return _summary(request, person, text, problem=_("That is not your password."))
    try:
        sign(
            person=person,
            text=text,
            registration=registration,
            ticked=ticked,
            method=Signature.Method.PASSWORD,
            shown_at=shown_at,
            reauthenticated_at=timezone.now(),
        )
    except CannotSign:
        return _read(request, text, problem=_("The text has changed since you opened it. Please read it again."))
    return redirect(next_url(person=person, course=following, registration=registration))


def _shown_at(request: HttpRequest, key: str) -> datetime:
    """When the text was last put before the person; each GET shows it anew. Kept in the session."""
    if request.method == "GET" or key not in request.session:
        request.session[key] = timezone.now().isoformat()
    return datetime.fromisoformat(request.session[key])


def _read(
    request: HttpRequest, text: AttestationText, *, ticked: set[int] | None = None, problem: str = ""
) -> HttpResponse:
    ticks = [(number, tick, number in (ticked or set())) for number, tick in enumerate(text.ticks)]
    context = {"text": text, "ticks": ticks, "problem": problem}
    return render(request, "attestations/sign.html", context, status=422 if problem else 200)


def _summary(request: HttpRequest, person: Person, text: AttestationText, *, problem: str = "") -> HttpResponse:
    context = {
        "text": text,
        "ticks": list(enumerate(text.ticks)),
        "capacity": capacity_of(person),
        "meaning": Meaning(text.attestation.meaning).label,
        "now": timezone.now().astimezone(person.zone),
        "problem": problem,
    }
    return render(request, "attestations/confirm.html", context, status=422 if problem else 200)


@login_required
@require_safe
def signed(request: HttpRequest, registration: UUID, activity: int) -> HttpResponse:
    """What the signed-in person signed, with the manifest of 21 CFR 11.50: name, capacity, meaning, date and time."""
    person, attestation = _own(request, registration, activity)
    signature = get_object_or_404(
        Signature.objects.select_related("text"),
        person=person,
        registration=registration,
        text__attestation=attestation,
    )
    context = {"signature": signature, "signed_at": signature.signed_at.astimezone(person.zone)}
    return render(request, "attestations/signed.html", context)
