"""Requests for waivers in Wagtail: who asks, for whom, and the decision of a second person.

Why somebody asks is shown to those who decide, and to nobody else: the person concerned need not give a reason.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.columns import DayColumn
from lms.compliance.reports import GuardedExport, LmsReportView
from lms.requirements.models import Waiver, WaiverRequest
from lms.requirements.waiving import CannotDecide, NeedsSecondPerson, decide

DECIDE = "lms.decide_waiver"
CANNOT = gettext_noop(
    "To approve, give a last day within a year; for more time, one after the due date, and not for a renewal. Nothing is "
    "decided about what is done or no longer owed, and a decision cannot be changed."
)


class AskForm(forms.Form):
    """What HR or a head of office asks for somebody."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Waiver.Reason.choices)
    ends_on = forms.DateField(label=gettext_lazy("Set aside until"), widget=forms.DateInput(attrs={"type": "date"}))


class DecideForm(forms.Form):
    ends_on = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The last day, a year from today at most. Needed to approve."),
    )  # fmt: skip


class WaiverRequestsReport(LmsReportView):
    """Of people in the viewer's offices; for those who decide. What waits comes first."""

    permission = DECIDE
    page_title = gettext_lazy("Requests for waivers")
    header_icon = "time"
    index_url_name = "lms_waiver_requests"
    index_results_url_name = "lms_waiver_requests_results"
    export_filename = "requests-for-waivers"
    list_export = [
        "assignment.person.number", "assignment.requirement.code", "reason", "ends_on", "requested_by.number",
        "requested_at", "decision", "decided_by.number", "decided_at",
    ]  # fmt: skip
    export_headings = {
        "assignment.person.number": "number", "assignment.requirement.code": "requirement",
        "requested_by.number": "requested_by", "decided_by.number": "decided_by",
    }  # fmt: skip
    columns = [
        TitleColumn(
            "assignment.person.name",
            label=gettext_lazy("Name"),
            get_url=lambda request: reverse("lms_waiver_request", args=[request.pk]),
        ),
        Column("assignment.requirement.title", label=gettext_lazy("Requirement")),
        Column("get_reason_display", label=gettext_lazy("Reason")),
        Column("requested_by.name", label=gettext_lazy("Asked by")),
        DayColumn("requested_at", label=gettext_lazy("Asked on")),
        Column("decision", label=gettext_lazy("Decision"), accessor=lambda item: item.get_decision_display() or "–"),
    ]

    def for_viewer(self) -> Any:
        return visible_requests(self).order_by(F("decided_at").asc(nulls_first=True), "requested_at")


def visible_requests(view: GuardedExport) -> Any:
    offices = [office.pk for office in view.offices]
    return WaiverRequest.objects.filter(assignment__person__office__in=offices).select_related(
        "assignment__person", "assignment__requirement", "requested_by", "decided_by"
    )


class WaiverRequestView(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """One request, and the decision. Nobody decides on what they asked for, or what concerns them."""

    permission = DECIDE
    template_name = "lms/admin/waiver_request.html"
    page_title = gettext_lazy("Request for a waiver")
    header_icon = "time"

    @cached_property
    def asked(self) -> WaiverRequest:
        found: WaiverRequest | None = visible_requests(self).filter(pk=self.kwargs["asked"]).first()
        if found is None:
            raise Http404
        return found

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_waiver_requests"), "label": str(WaiverRequestsReport.page_title)}
        return [up, {"url": "", "label": str(self.asked)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        by = self.viewer
        own = by is None or by.pk in (self.asked.requested_by_id, self.asked.assignment.person_id)
        form = kwargs.pop("form", None) or DecideForm(initial={"ends_on": self.asked.ends_on})
        return super().get_context_data(
            found=self.asked, form=form, can_decide=not self.asked.decision and not own, is_own=own, **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by, form = self.viewer, DecideForm(request.POST)
        if by is None:
            raise PermissionDenied
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            decide(
                request=self.asked, by=by, approve="refuse" not in request.POST, more_time="extend" in request.POST,
                ends_on=form.cleaned_data["ends_on"],
            )  # fmt: skip
        except NeedsSecondPerson:
            messages.error(request, _("Somebody else has to decide on this request."))
        except CannotDecide:
            messages.error(request, _(CANNOT))
        else:
            messages.success(request, _("The decision is recorded."))
        return redirect("lms_waiver_request", self.asked.pk)
