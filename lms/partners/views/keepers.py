"""The roster of one agreement: for its focal points, and for who may keep it in an office of ours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lms.partners.coverage import Cover, Covered, covered
from lms.partners.declaring import courses
from lms.partners.forms import NameForm
from lms.partners.inviting import Invited, invite, revoke
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation
from lms.partners.naming import CannotName, Outcome, name_people, take_off
from lms.partners.overview import overview, overviews
from lms.partners.wording import ENDED
from lms.people.guarding import private
from lms.people.models import Office, Person

KEEP = "lms.keep_roster"
A_PAGE = 100


def kept_by(request: HttpRequest) -> Any:
    """The agreements whose roster the user may keep. Fails closed."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    mine = Q(pk__in=Agreement.objects.kept_by(person, timezone.localdate()).values("pk"))
    if request.user.has_perm(KEEP):
        mine |= Q(office__in=Office.objects.visible_to(request.user))
    return Agreement.objects.filter(mine).select_related("organisation", "office")


def one_of(request: HttpRequest, agreement: int) -> Agreement:
    """404 for one that the user may not see as for one that does not exist."""
    found: Agreement | None = kept_by(request).filter(pk=agreement).first()
    if found is None:
        raise Http404
    return found


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Every agreement whose roster is one's own to keep."""
    today = timezone.localdate()
    page = Paginator(kept_by(request).order_by("organisation__name", "reference"), A_PAGE).get_page(
        request.GET.get("p")
    )
    lines = overviews(page.object_list, today=today)
    return private(
        render(request, "lms/partners/desk.html", {"page": page, "lines": [lines[item.pk] for item in page]})
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest, agreement: int) -> HttpResponse:
    """Who is named, how far each is covered; name one, take one off, invite."""
    found = one_of(request, agreement)
    form = NameForm(request.POST if "add" in request.POST else None)
    if request.method == "POST":
        if "add" not in request.POST:
            _act(request, found)
            return private(redirect("lms:partner_roster", found.pk))
        if form.is_valid() and _name_one(request, found, form):
            return private(redirect("lms:partner_roster", found.pk))
    today = timezone.localdate()
    people = list(covered([found.pk], today=today))
    page = Paginator(people, A_PAGE).get_page(request.GET.get("p"))
    context = {
        "agreement": found, "line": overview(found, today=today), "page": page, "form": form,
        "missing": Cover.MISSING, "without_address": sum(not item.member.person.address for item in people),
        "given_up": _given_up(found, people), "can_declare": request.person is not None and bool(courses(found)),  # type: ignore[attr-defined]
    }  # fmt: skip
    return private(render(request, "lms/partners/roster.html", context, status=422 if form.errors else 200))


def _given_up(agreement: Agreement, people: list[Covered]) -> set[int]:
    """Who lacks something and does not know it: the last invitation could not be sent."""
    lacking = {item.member.person_id for item in people if is_lacking(item)}
    return lacking & PartnerInvitation.objects.given_up(agreement).keys()


def _name_one(request: HttpRequest, agreement: Agreement, form: NameForm) -> bool:
    try:
        outcome = name_people(agreement=agreement, lines=[form.line], by=request.user)
    except CannotName:
        form.add_error(None, ENDED)
        return False
    if outcome.again:
        messages.info(request, _("Somebody with this address is on the list already."))
        return True
    messages.success(request, _("%(name)s is on the list.") % {"name": outcome.named[0].person.name})
    if form.cleaned_data["invite"]:
        say_invited(request, invite_named(request, agreement, outcome))
    return True


def _act(request: HttpRequest, agreement: Agreement) -> None:
    """Invite everybody who lacks something, or take off or end the links of one, given by number."""
    today = timezone.localdate()
    if "invite" in request.POST:
        lacking = [item.member for item in covered([agreement.pk], today=today) if is_lacking(item)]
        say_invited(request, invite(agreement=agreement, members=lacking, by=request.user))
        return
    wanted = request.POST.get("remove") or request.POST.get("revoke") or ""
    member = (
        AgreementMember.objects.open()
        .select_related("person", "agreement")
        .filter(agreement=agreement, person__number=wanted.replace("\x00", ""))
        .first()
    )
    if member is None:
        raise Http404
    if "remove" in request.POST:
        take_off(member=member, by=request.user)
        messages.success(request, _("%(name)s is off the list.") % {"name": member.person.name})
    else:
        revoke(agreement=agreement, person=member.person_id, by=request.user)
        messages.success(request, _("The links and codes of %(name)s have ended.") % {"name": member.person.name})


def is_lacking(item: Covered) -> bool:
    return item.cover in (Cover.MISSING, Cover.DECLARED) or item.is_lapsing


def invite_named(request: HttpRequest, agreement: Agreement, outcome: Outcome) -> Invited:
    people = [item.person.pk for item in outcome.named]
    members = AgreementMember.objects.open().filter(agreement=agreement, person__in=people).select_related("person")
    return invite(agreement=agreement, members=members, by=request.user)


def say_invited(request: HttpRequest, invited: Invited) -> None:
    if invited.queued:
        said = ngettext("%(n)d invitation is on its way.", "%(n)d invitations are on their way.", invited.queued)
        messages.success(request, said % {"n": invited.queued})
    if invited.unreachable:
        said = ngettext(
            "%(n)d person has no e-mail: print a code.", "%(n)d people have no e-mail: print codes.",
            invited.unreachable,
        )  # fmt: skip
        messages.warning(request, said % {"n": invited.unreachable})
    if invited.recent:
        said = ngettext(
            "%(n)d person was invited within the last day, and is not again.",
            "%(n)d people were invited within the last day, and are not again.", invited.recent,
        )  # fmt: skip
        messages.info(request, said % {"n": invited.recent})
    if not any((invited.queued, invited.unreachable, invited.recent)):
        messages.info(request, _("Nobody lacks anything."))
