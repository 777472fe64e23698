"""Why one assignment stands as it stands, for HR and heads of office: the same sentences as the learner's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.compliance.looking import Where, looked
from lms.compliance.reports import PERMISSION, GuardedExport
from lms.compliance.waivers import DECIDE, AskForm
from lms.requirements.explaining import explain
from lms.requirements.models import Assignment
from lms.requirements.waiving import CannotAsk, ask


class WhyView(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Of people in the viewer's offices. Standing and facts; no score and no answer is shown."""

    permission = PERMISSION
    template_name = "lms/admin/why.html"
    page_title = gettext_lazy("Why")
    header_icon = "help"

    @cached_property
    def assignment(self) -> Assignment:
        mine = Assignment.objects.explicable().filter(person__office__in=[office.pk for office in self.offices])
        found: Assignment | None = mine.filter(pk=self.kwargs["assignment"]).first()
        if found is None:
            raise Http404
        return found

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        person = self.assignment.person
        return [
            {"url": reverse("lms_person_report", args=[person.number]), "label": person.name},
            {"url": "", "label": str(self.assignment.requirement)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        looked(viewer=self.request.user, people=[self.assignment.person], where=Where.WHY)
        today = timezone.localdate()
        form = kwargs.pop("form", None) or AskForm()
        return super().get_context_data(
            form=form,
            waiting=self._requests().filter(decision="").exists(),
            can_ask=self._may_ask() and self.assignment.standing_on(today).is_open and not self.assignment.ended_on,
            found=self.assignment,
            standing=self.assignment.standing_on(today),
            explanation=explain(self.assignment, today=today),
            **kwargs,
        )

    def _requests(self) -> Any:
        """Those that the viewer may know of: who decides knows of all, everybody else of their own."""
        found = self.assignment.waiver_requests.all()
        return found if self.request.user.has_perm(DECIDE) else found.filter(requested_by=self.viewer)

    def _may_ask(self) -> bool:
        return bool(self.request.user.has_perm("lms.add_waiverrequest")) and self.viewer is not None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask that it be set aside; somebody else decides."""
        by, form = self.viewer, AskForm(request.POST)
        if by is None or not self._may_ask():
            raise PermissionDenied
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            ask(assignment=self.assignment, by=by, **form.cleaned_data)
        except CannotAsk:
            messages.error(request, _("There is nothing to set aside here any more."))
        else:
            messages.success(request, _("The request waits for somebody else's decision."))
        return redirect("lms_why", self.assignment.pk)
