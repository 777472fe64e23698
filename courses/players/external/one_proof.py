"""One proof in Wagtail: what was handed in beside what the site found, its file, and the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from courses.models import Proof, ProofFile, Refusal
from courses.players.external import storing_files
from courses.players.external.deciding import (
    DECLARATION,
    CannotDecide,
    accept,
    ask_for_another,
    is_interested,
    reject,
)
from courses.players.external.desk import ForReviewers, ProofsReport
from courses.players.external.findings import NAMES, in_words
from courses.players.external.handing_out import hand_out
from courses.players.external.kinds import rule_of
from courses.players.external.rules import entries, host_of
from courses.players.external.wording import CANNOT_DECIDE
from lms.compliance.looking import Where, looked
from lms.outbound import is_named


class DecideForm(forms.Form):
    """Nothing is chosen beforehand, and there is no room for remarks."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason, unless you accept it"), required=False, choices=[("", "—"), *Refusal.choices],
        help_text=gettext_lazy("The person reads it, in their own language."),
    )  # fmt: skip
    sure = forms.BooleanField(label=gettext_lazy(DECLARATION), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ForOneProof(ForReviewers):
    @cached_property
    def proof(self) -> Any:
        """404 for one that the viewer may not see as for one that does not exist."""
        found = self.proofs().filter(key=self.kwargs["proof"]).first()
        if found is None:
            raise Http404
        return found


class ProofView(ForOneProof, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Who opens it is on record, as who opens the page of a person."""

    template_name = "courses/external/admin/proof.html"
    page_title = gettext_lazy("Proof")
    header_icon = "doc-full-inverse"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_proofs"), "label": str(ProofsReport.page_title)}
        return [up, {"url": "", "label": str(self.page_title)}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        looked(viewer=request.user, people=[self.proof.person], where=Where.PROOF)
        return self.render_to_response(self.get_context_data())  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proof, rule = self.proof, rule_of(self.proof.activity)
        form = kwargs.pop("form", None) or DecideForm(initial={"seen": proof.evidence()})
        is_waiting = proof.state == Proof.State.WAITING
        return super().get_context_data(
            found=proof,
            kept=proof.person.merged_into or proof.person,
            rule=rule,
            accepted_versions=entries(rule.accepted_versions) if rule else [],
            proof_text=entries(rule.proof_text) if rule else [],
            is_provider=bool(proof.link and rule and is_named(host_of(proof.link), entries(rule.link_hosts))),
            files=[(file, storing_files.may_open(file)) for file in proof.files.all()],
            checks=[(NAMES.get(item.name, item.name), item, in_words(item)) for item in proof.checks.all()],
            is_examined=proof.examined_at is not None,
            decisions=list(proof.decisions.all()),
            form=form if is_waiting and self.can_decide else None,
            is_own=is_waiting and not self.can_decide,
            **kwargs,
        )

    @property
    def can_decide(self) -> bool:
        return self.viewer is not None and not is_interested(self.proof, self.viewer)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.viewer is None:
            raise PermissionDenied
        form = DecideForm(request.POST)
        if form.is_valid() and self._decided(request, form):
            return redirect("lms_proofs")
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]

    def _decided(self, request: HttpRequest, form: DecideForm) -> bool:
        assert self.viewer is not None
        said: dict[str, Any] = {
            "proof": self.proof,
            "by": self.viewer,
            "ticked": form.cleaned_data["sure"],
            "seen": form.cleaned_data["seen"],
        }
        try:
            if "accept" in request.POST:
                accept(**said)
            elif "another" in request.POST:
                ask_for_another(**said, reason=form.cleaned_data["reason"])
            elif "reject" in request.POST:
                reject(**said, reason=form.cleaned_data["reason"])
            else:
                return False
        except CannotDecide as cannot:
            field = {"unticked": "sure", "code": "reason"}.get(cannot.reason)
            form.add_error(field, str(CANNOT_DECIDE[cannot.reason]))
            return False
        messages.success(request, _("The decision is recorded. The person sees it under My learning."))
        return True


class ProofFileView(ForOneProof, View):
    """The file, to be saved and never shown."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        file: ProofFile | None = self.proof.files.filter(key=self.kwargs["file"]).first()
        if file is None:
            raise Http404
        answer = hand_out(file)
        looked(viewer=request.user, people=[self.proof.person], where=Where.PROOF)
        return answer
