"""Answers to questions in Wagtail: for the authors of a course, how its questions are answered; never by whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.checking import questions_of
from courses.models import Attempt, CoursePage
from courses.outcomes import STEP, Outcome, outcomes
from lms.compliance.reports import GuardedExport

PERMISSION = "lms_courses.view_question"


class ForAuthors(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Fails closed as other reports do; but what an author may see goes by pages, not by offices."""

    permission = PERMISSION
    needs_office = False
    page_title = gettext_lazy("Answers to questions")
    header_icon = "help"

    def courses(self) -> Any:
        """Those with questions that the viewer may change."""
        mine = PagePermissionPolicy(CoursePage).instances_user_has_permission_for(self.request.user, "change")
        return mine.filter(bank__isnull=False).select_related("bank", "locale").order_by("title", "pk")


class CoursesWithQuestions(ForAuthors):
    """Where an author chooses the course."""

    template_name = "courses/admin/courses_with_questions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(courses=self.courses(), **kwargs)


class AnswersReport(ForAuthors):
    """The questions in use of one course. There is no list of people behind any number."""

    template_name = "courses/admin/answers.html"
    export_filename = "answers"
    list_export = ["key", "text", "lesson", "must_be_right", "answers", "percent_right", "most_chosen_wrong"]
    export_headings: dict[str, str] = {}

    @cached_property
    def course(self) -> CoursePage:
        found: CoursePage = get_object_or_404(self.courses(), pk=self.kwargs["page_id"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = answered(self.course, today=timezone.localdate())
        if self.is_export:
            return self.as_spreadsheet(rows, request.GET["export"])  # type: ignore[no-any-return]
        return self.render_to_response(self.get_context_data(rows=rows, course=self.course, fewest=STEP))  # type: ignore[no-any-return]

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_courses_with_questions"), "label": str(self.page_title)}
        return [up, {"url": "", "label": self.course.title}]


def answered(course: CoursePage, *, today: date) -> list[Outcome]:
    """How the questions of the course's bank were answered since the month a year ago: what is older is not kept.

    From each person the first attempt: later ones follow the feedback. Two queries, one attempt in memory at a time.
    """
    assert course.bank is not None
    since = today.replace(year=today.year - 1, day=1)
    firsts = Attempt.objects.filter(enrolment__page=course, number=1, submitted_at__date__gte=since)
    rows = firsts.order_by("submitted_at", "pk").values_list("enrolment__person", "questions", "answers")
    return outcomes(questions_of(course.bank), rows.iterator(chunk_size=200))
