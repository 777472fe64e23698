"""Why one assignment stands as it stands, for HR and heads of office: the same sentences as the learner's."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.compliance.reports import GuardedExport
from lms.compliance.views import PERMISSION
from lms.requirements.explaining import explain
from lms.requirements.models import Assignment


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
        today = timezone.localdate()
        return super().get_context_data(
            found=self.assignment,
            standing=self.assignment.standing_on(today),
            explanation=explain(self.assignment, today=today),
            **kwargs,
        )
