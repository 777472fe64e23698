"""Reported completions in Wagtail: what other systems said, why it is doubted, and accepting it all the same."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.columns import MomentColumn
from lms.compliance.reports import PERMISSION, GuardedExport, LmsReportView
from lms.requirements.claiming import CannotBeAccepted, accept, can_count
from lms.requirements.models import Claim
from lms.requirements.plausibility import Doubt

IN_WORDS = {
    Doubt.FOREIGN_ACTOR: gettext_lazy("It is about nobody whom this site knows."),
    Doubt.NOT_ITS_WORD: gettext_lazy("By the activity's rule this system's word does not complete it."),
    Doubt.NOT_ITS_TO_SAY: gettext_lazy("Only this site says that a course is satisfied or waived."),
    Doubt.OTHER_ACTIVITY: gettext_lazy("Another activity was launched."),
    Doubt.OTHER_REGISTRATION: gettext_lazy("It names no registration that this person was given."),
    Doubt.OTHER_SESSION: gettext_lazy("It does not name the session in which the course was launched."),
    Doubt.AFTER_THE_END: gettext_lazy("It came after the session had ended."),
    Doubt.IMPOSSIBLE_TIME: gettext_lazy("Its time or duration cannot be true."),
    Doubt.TOO_QUICK: gettext_lazy("It came sooner after the start than anybody can have taken the course."),
    Doubt.BELOW_MASTERY: gettext_lazy("It says passed with a score below the pass mark."),
    Doubt.CONTRADICTS_ITSELF: gettext_lazy("Its result, or what the same system said before, says the opposite."),
}


def visible_claims(view: GuardedExport) -> Any:
    """Of people in the viewer's offices; what is about nobody of ours is for who sees the whole organisation."""
    mine = Q(person__office__in=[office.pk for office in view.offices])
    if view.request.user.is_superuser:
        mine |= Q(person=None)
    return Claim.objects.filter(mine).select_related("person__office", "activity", "statement__credential__launch")


class ClaimsReport(LmsReportView):
    """HR and heads of office, their own offices; the doubted first."""

    permission = PERMISSION
    page_title = gettext_lazy("Reported completions")
    header_icon = "warning"
    index_url_name = "lms_claims_report"
    index_results_url_name = "lms_claims_report_results"
    is_searchable = True
    search_backend_name = None
    search_fields = ["person__name", "person__number"]
    export_filename = "reported-completions"
    list_export = [
        "person.number", "person.name", "activity.name", "statement.timestamp", "statement.stored",
        "statement.statement_id", "doubts", "is_believed", "accepted_at",
    ]  # fmt: skip
    export_headings = {
        "person.number": "number",
        "person.name": "name",
        "activity.name": "activity",
        "statement.statement_id": "statement",
    }
    columns = [
        TitleColumn(
            "person",
            label=gettext_lazy("Name"),
            accessor=lambda claim: claim.person or _("Nobody of ours"),
            get_url=lambda claim: reverse("lms_claim", args=[claim.pk]),
        ),
        Column("activity.name", label=gettext_lazy("Activity")),
        MomentColumn("statement.stored", label=gettext_lazy("Received")),
        Column("doubts", label=gettext_lazy("Doubts"), accessor=lambda claim: len(claim.doubts) or "–"),
        BooleanColumn("is_believed", label=gettext_lazy("Counts")),
    ]

    def for_viewer(self) -> Any:
        return visible_claims(self).order_by("is_believed", "-statement")


class ClaimView(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """One report with its doubts. Accepting it needs a permission of its own."""

    permission = PERMISSION
    template_name = "lms/admin/claim.html"
    page_title = gettext_lazy("Reported completion")
    header_icon = "warning"

    @cached_property
    def claim(self) -> Claim:
        found: Claim | None = visible_claims(self).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_claims_report"), "label": str(ClaimsReport.page_title)}
        return [up, {"url": "", "label": str(self.claim)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        data = self.claim.statement.data
        may = self.request.user.has_perm("lms.accept_claim") and can_count(self.claim)
        return super().get_context_data(
            claim=self.claim,
            verb=data["verb"]["id"].rsplit("/", 1)[-1],
            doubts=[IN_WORDS[Doubt(name)] for name in self.claim.doubts],
            can_accept=may and self.claim.person != getattr(self.request.user, "person", None),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("lms.accept_claim"):
            raise PermissionDenied
        try:
            completed = accept(claim=self.claim, by=request.user)
        except CannotBeAccepted:
            messages.error(request, _("This report cannot be accepted by you, or it counts already."))
        else:
            counts, waits = (
                _("The report counts now."),
                _("The report is accepted; what belongs to it is still missing."),
            )
            messages.success(request, counts if completed else waits)
        return redirect("lms_claim", self.claim.pk)
