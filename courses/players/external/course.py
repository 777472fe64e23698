"""The learner's side: the page of the course, the form to hand in proof, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from courses.kinds import editions
from courses.models import ExternalPage, Proof, ProofDecision, Way
from courses.players.external import storing_files
from courses.players.external.checking_files import MOST_BYTES
from courses.players.external.handing_in import IN_A_FILE, CannotHandIn, hand_in, withdraw
from courses.players.external.kinds import registration_for, rule_of
from courses.players.external.rules import REFERENCE
from courses.players.external.ways import WAYS
from courses.players.external.wording import CANNOT
from lms.partners.sessions import partner_of
from lms.people.models import Person

MOST_BODY = MOST_BYTES + 100_000
AGAIN = (Proof.State.MORE_NEEDED, Proof.State.REJECTED, Proof.State.WITHDRAWN)
FIELD_OF = {"future": "on", "past": "on", "link": "link", "missing": "code", "unticked": "ticked"}


def of_page(page: ExternalPage, person: Person | None) -> dict[str, Any]:
    """What the page of the course shows beside its own text."""
    registration, last = None, None
    if person is not None and page.activity is not None:
        if any(REFERENCE in link.address for link in page.links.all()):
            registration = registration_for(person=person, activity=page.activity)
        last = Proof.objects.of(person).filter(activity=page.activity).order_by("-pk").first()
    return {"links": page.links_for(registration), "ways": ways_of(page), "last": last, "learner": person}


def ways_of(page: ExternalPage) -> list[Way]:
    """As the edition says by which proof is judged; files only where there is a place for them."""
    rule = rule_of(page.activity) if page.activity else None
    found = rule.open_ways() if rule and rule.live else []
    return [way for way in found if way not in IN_A_FILE or storing_files.can_store()]


def who(request: HttpRequest) -> Person | None:
    """Whoever is signed in; or somebody of a partner, who came by an invitation and has no account."""
    return getattr(request, "person", None) or partner_of(request)


def known(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For both; everybody else signs in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated and who(request) is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def needs_person(request: HttpRequest) -> Person:
    person = who(request)
    if person is None:
        raise Http404
    return person


@csrf_exempt  # not to read a body that is too large in order to find a token in it; ``_handed_in`` asks for the token
@known
@require_http_methods(["GET", "POST"])
def new_proof(request: HttpRequest, external: int, way: str) -> HttpResponse:
    """The form of one way. Where another is asked for, what was handed in before stands in it."""
    person = needs_person(request)
    page = get_object_or_404(ExternalPage.objects.live().public().select_related("activity"), pk=external)
    if page.activity is None or way not in ways_of(page):
        raise Http404
    if request.method == "POST" and _length(request) > MOST_BODY:
        form = _form(page, way, None, {})
        form.cleaned_data = {}
        form.add_error("upload" if "upload" in form.fields else None, str(CANNOT["too_large"]))
        return _shown(request, page, way, form, status=413)
    return _handed_in(request, page, way, person)


@csrf_protect
def _handed_in(request: HttpRequest, page: ExternalPage, way: str, person: Person) -> HttpResponse:
    activity = page.activity
    assert activity is not None
    waiting = Proof.objects.of(person).filter(activity=activity).open().first()
    if waiting is not None and waiting.state == Proof.State.WAITING:
        return redirect("courses:proof", waiting.key)
    if request.method != "POST":
        known = {"on": waiting.on, "course_version": waiting.course_version} if waiting else {}
        return _shown(request, page, way, _form(page, way, None, known))
    form = _form(page, way, request, {})
    if form.is_valid():
        try:
            proof = hand_in(person=person, activity=activity, way=way, given=form.given(), by=person)
        except CannotHandIn as cannot:
            field = FIELD_OF.get(cannot.reason, "upload" if request.FILES or "badge" not in form.fields else "badge")
            form.add_error(field if field in form.fields else None, str(CANNOT[cannot.reason]))
        else:
            return redirect("courses:proof", proof.key)
    return _shown(request, page, way, form, status=422)


def _length(request: HttpRequest) -> int:
    """As declared; more than that is never read, and nothing where it is no number."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0


def _form(page: ExternalPage, way: str, request: HttpRequest | None, initial: dict[str, Any]) -> Any:
    rule = rule_of(page.activity) if page.activity else None
    data, files = (request.POST, request.FILES) if request else (None, None)
    return WAYS[way].form(data, files, initial=initial, asks_version=bool(rule and rule.accepted_versions.strip()))


def _shown(request: HttpRequest, page: ExternalPage, way: str, form: Any, status: int = 200) -> HttpResponse:
    others = [item for item in ways_of(page) if item != way]
    context = {"page": page, "way": Way(way), "form": form, "others": others}
    return render(request, "courses/external/hand_in.html", context, status=status)


@known
@require_http_methods(["GET", "POST"])
def proof(request: HttpRequest, proof: UUID) -> HttpResponse:
    """One's own proof: what came when, what was decided and why. POST takes it back."""
    person = needs_person(request)
    own = Proof.objects.of(person).select_related("activity")
    found: Proof = get_object_or_404(own, key=proof)
    if request.method == "POST":
        if "withdraw" in request.POST and found.is_open:
            withdraw(proof=found, by=person)
            messages.success(request, _("Your proof is withdrawn, and its files are thrown away."))
        return redirect("courses:proof", found.key)
    page = editions([found.activity_id], ExternalPage).get(found.activity_id)
    is_last = not own.filter(activity=found.activity, pk__gt=found.pk).exists()
    is_declared = found.state == Proof.State.ACCEPTED and found.declared_by_id is not None
    can_again = is_last and (is_declared or found.state in AGAIN)
    context = {
        "proof": found,
        "page": page,
        "title": page.title if page else found.activity.name,
        "events": _events(found, person),
        "last_decision": found.decisions.order_by("number").last(),
        "ways": ways_of(page) if page and can_again else [],
        "rule": rule_of(found.activity),
        "is_declared": is_declared,
    }
    return render(request, "courses/external/proof.html", context)


def _events(found: Proof, person: Person) -> list[dict[str, Any]]:
    """What was received and decided, in its order. Who decided is not told."""
    events: list[dict[str, Any]] = [{"at": file.received_at, "file": file} for file in found.files.all()]
    if not events:
        events = [{"at": found.handed_in_at, "file": None}]
    decisions = ProofDecision.objects.filter(proof=found)
    events += [{"at": item.at, "decision": item} for item in decisions]
    events.sort(key=lambda item: item["at"])
    return [{**item, "at": item["at"].astimezone(person.zone)} for item in events]
