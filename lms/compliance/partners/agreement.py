"""One agreement in the admin: what it says, what follows from it, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.compliance.partners.forms import AgreementForm, OverrideForm
from lms.compliance.partners.reports import CHANGE, ForAgreements, ForOneAgreement
from lms.partners.agreeing import save
from lms.partners.inviting import CannotAsk, ask_for_undertaking
from lms.partners.models import PartnerInvitation
from lms.partners.overview import overview
from lms.partners.readying import CannotDeclare, ask, decide, declare, withdraw
from lms.partners.views.keepers import KEEP
from lms.people.models import person_of

DECIDE = "lms.decide_ready"
ASKED = 10
"""So many of the links sent to the signatory are listed, the last first."""
CANNOT_ASK = {
    "signatory": gettext_lazy("Name the signatory and their e-mail first."),
    "text": gettext_lazy("No undertaking for partners is in force. Issue its text under Attestations first."),
    "ended": gettext_lazy("This agreement has ended."),
    "recent": gettext_lazy("The signatory was asked within the last day."),
}
CANNOT_DECLARE = {
    "undertaking": gettext_lazy("No undertaking is signed. Nothing replaces it."),
    "lapsed": gettext_lazy("The agreement or its undertaking has lapsed."),
    "below": gettext_lazy("The share that is verified lies below the threshold. Ask for an exception, or wait."),
    "own": gettext_lazy("Somebody else has to decide on this request."),
    "decided": gettext_lazy("This was decided before."),
    "days": gettext_lazy("Choose a last day from today on, 90 days from today at most."),
    "waiting": gettext_lazy("Another request waits for its decision."),
}


class SaveAgreementView(ForAgreements, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Add an agreement in an office that one may see."""

    permission = CHANGE
    template_name = "lms/admin/agreement_form.html"
    page_title = gettext_lazy("Add an agreement")
    header_icon = "group"
    agreement: Any = None

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [{"url": reverse("lms_agreements"), "label": _("Partners")}, {"url": "", "label": str(self.page_title)}]

    def form(self, data: Any = None) -> AgreementForm:
        return AgreementForm(data, instance=self.agreement, offices=self.visible)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(form=kwargs.pop("form", None) or self.form(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        saved = save(
            agreement=form.save(commit=False), focal_points=form.focal_points, by=request.user,
            requirements=form.cleaned_data["requirements"],
        )  # fmt: skip
        messages.success(request, _("The agreement is saved."))
        return redirect("lms_agreement", saved.pk)


class ChangeAgreementView(ForOneAgreement, SaveAgreementView):
    page_title = gettext_lazy("Change the agreement")


class AgreementView(ForOneAgreement, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Whoever may see the office sees it; each thing to be done asks for its own permission."""

    template_name = "lms/admin/agreement.html"
    page_title = gettext_lazy("Agreement")
    header_icon = "group"

    @cached_property
    def waiting(self) -> Any:
        return self.agreement.overrides.filter(decision="").select_related("asked_by").first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, by = self.request.user, person_of(self.request.user)
        can_decide = user.has_perm(DECIDE) and by is not None
        asked = self.agreement.invitations.filter(purpose=PartnerInvitation.Purpose.SIGN).order_by("-made_at")
        return super().get_context_data(
            shown=self.agreement,
            line=overview(self.agreement, today=timezone.localdate()),
            focal_points=list(self.agreement.focal_points.order_by("name")),
            requirements=list(self.agreement.requirements.order_by("title")),
            asked=list(asked[:ASKED]),
            waiting=self.waiting,
            is_own=self.waiting is not None and by is not None and self.waiting.asked_by_id == by.pk,
            can_decide=can_decide,
            can_change=user.has_perm(CHANGE),
            can_keep=user.has_perm(KEEP),
            form=kwargs.pop("form", None) or OverrideForm(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.agreement
        if "undertaking" in request.POST:
            self._ask_for_undertaking()
        elif "ask" in request.POST:
            form = OverrideForm(request.POST)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form), status=422)
            self._ready(lambda by: ask(agreement=found, by=by, **form.cleaned_data))
        elif "declare" in request.POST:
            self._ready(lambda by: declare(agreement=found, by=by))
        elif "withdraw" in request.POST:
            self._ready(lambda by: withdraw(agreement=found, by=by))
        elif "grant" in request.POST or "refuse" in request.POST:
            self._decide(request.POST.get("grant") or request.POST.get("refuse", ""), approve="grant" in request.POST)
        return redirect("lms_agreement", found.pk)

    def _ask_for_undertaking(self) -> None:
        if not self.request.user.has_perm(CHANGE):
            raise PermissionDenied
        try:
            ask_for_undertaking(agreement=self.agreement, by=self.request.user)
        except CannotAsk as error:
            messages.error(self.request, CANNOT_ASK[error.reason])
        else:
            messages.success(self.request, _("The signatory gets an e-mail with a link to read and sign."))

    def _decide(self, shown: str, *, approve: bool) -> None:
        """On the request that was read, and no other that came in its place while the page stood open."""
        override = self.agreement.overrides.filter(pk=shown).first() if shown.isdecimal() else None
        if override is None:
            messages.error(self.request, _("Nothing was decided: read the request on this page again."))
        else:
            self._ready(lambda by: decide(override=override, by=by, approve=approve))

    def _ready(self, act: Any) -> None:
        by = person_of(self.request.user)
        if by is None or not self.request.user.has_perm(DECIDE):
            raise PermissionDenied
        try:
            act(by)
        except CannotDeclare as error:
            messages.error(self.request, CANNOT_DECLARE[error.reason])
        else:
            messages.success(self.request, _("It is recorded."))
