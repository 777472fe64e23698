"""What courses add to Wagtail's admin: question banks and questions, for authors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page

from courses.models import CoursePage, ExternalPage, Question, QuestionBank
from courses.players.classroom.reports import PLAN, SessionsReport
from courses.players.classroom.sessions import ChangeView, PlanView, PrintView, SessionView
from courses.players.classroom.sheet import SheetView
from courses.players.external.deciding import CHECK, DECIDE
from courses.players.external.desk import ProofsReport
from courses.players.external.import_page import ImportProofsView
from courses.players.external.lti.admin import ToolViewSet
from courses.players.external.one_proof import ProofFileView, ProofView
from courses.reports import PERMISSION, AnswersReport, CoursesWithQuestions


class QuestionBankViewSet(ModelViewSet):  # type: ignore[misc]
    model = QuestionBank
    icon = "folder-open-inverse"
    list_display = ["title", "key"]
    copy_view_enabled = False


class QuestionViewSet(ModelViewSet):  # type: ignore[misc]
    """No copy view: Wagtail's asks for the permission to add only, and would show what is right."""

    model = Question
    icon = "help"
    list_display = ["key", "text", "kind", "bank", "lesson", "must_be_right", "is_active"]
    list_filter = ["bank", "lesson", "kind", "must_be_right", "is_active"]
    search_fields = ["key", "text"]
    search_backend_name = None
    copy_view_enabled = False


class QuestionsGroup(ViewSetGroup):  # type: ignore[misc]
    menu_label = _("Questions")
    menu_icon = "help"
    menu_order = 255
    items = (QuestionBankViewSet("question_banks"), QuestionViewSet("questions"))


@hooks.register("register_admin_viewset")
def questions() -> QuestionsGroup:
    return QuestionsGroup()


@hooks.register("register_admin_viewset")
def lti_tools() -> ToolViewSet:
    return ToolViewSet("lti_tools")


class AnswersMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    return [
        path("answers/", CoursesWithQuestions.as_view(), name="lms_courses_with_questions"),
        path("answers/<int:page_id>/", AnswersReport.as_view(), name="lms_answers_report"),
        path("sessions/", SessionsReport.as_view(), name="lms_sessions"),
        path("sessions/results/", SessionsReport.as_view(results_only=True), name="lms_sessions_results"),
        path("sessions/plan/", PlanView.as_view(), name="lms_session_plan"),
        path("sessions/<uuid:classroom>/", SessionView.as_view(), name="lms_session"),
        path("sessions/<uuid:classroom>/change/", ChangeView.as_view(), name="lms_session_change"),
        path("sessions/<uuid:classroom>/sheet/", SheetView.as_view(), name="lms_session_sheet"),
        path("sessions/<uuid:classroom>/print/", PrintView.as_view(), name="lms_session_print"),
        path("proofs/", ProofsReport.as_view(), name="lms_proofs"),
        path("proofs/results/", ProofsReport.as_view(results_only=True), name="lms_proofs_results"),
        path("proofs/import/", ImportProofsView.as_view(), name="lms_proofs_import"),
        path("proofs/<uuid:proof>/", ProofView.as_view(), name="lms_proof"),
        path("proofs/<uuid:proof>/<uuid:file>/", ProofFileView.as_view(), name="lms_proof_file"),
    ]


class SessionsMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PLAN))


@hooks.register("register_admin_menu_item")
def sessions_menu_item() -> SessionsMenuItem:
    return SessionsMenuItem(
        _("Classroom sessions"), reverse("lms_sessions"), name="sessions", icon_name="group", order=245
    )


class ProofsMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        """By the permissions: a menu asks the database nothing."""
        return bool(request.user.has_perm(DECIDE) or request.user.has_perm(CHECK))


@hooks.register("register_admin_menu_item")
def proofs_menu_item() -> ProofsMenuItem:
    return ProofsMenuItem(
        _("Proofs to check"), reverse("lms_proofs"), name="proofs", icon_name="doc-full-inverse", order=246
    )


@hooks.register("register_permissions")
def permissions_of_courses() -> Any:
    """So that a site can give them to groups of its own."""
    return Permission.objects.filter(content_type__app_label="lms_courses", codename__regex="_(session|proof)$")


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for action, label in (
        ("plan", _("Session planned")),
        ("change", _("Session changed")),
        ("cancel", _("Session cancelled")),
        ("sign", _("Attendance sheet signed")),
        ("correct", _("Attendance sheet corrected")),
        ("reopen", _("More time given to confirm")),
    ):
        actions.register_action(f"lms.session.{action}", label, label)
    for action, label in (
        ("hand_in", _("Proof handed in")),
        ("withdraw", _("Proof withdrawn")),
        ("accepted", _("Proof accepted")),
        ("rejected", _("Proof not accepted")),
        ("more_needed", _("Another proof asked for")),
        ("import", _("Proof imported")),
    ):
        actions.register_action(f"lms.proof.{action}", label, label)
    actions.register_action("lms.tool.register", _("LTI tool registered"), _("An LTI tool was registered"))


@hooks.register("register_reports_menu_item")
def answers_menu_item() -> AnswersMenuItem:
    return AnswersMenuItem(
        _("Answers to questions"), reverse("lms_courses_with_questions"), name="answers", icon_name="help", order=910
    )


@hooks.register("after_publish_page")
def say_who_cannot_check(request: HttpRequest, page: Page) -> None:
    """A group is named by whoever writes the page, and let in by an administrator."""
    if not isinstance(page, ExternalPage) or page.reviewers is None:
        return
    if not page.reviewers.permissions.filter(codename__in=("check_proof", "decide_proof")).exists():
        messages.warning(
            request, gettext("The group that is to check the proof may not do so yet. Ask an administrator to let it.")
        )


@hooks.register("after_publish_page")
def say_what_is_missing(request: HttpRequest, page: Page) -> None:
    """A course may be published before its lessons; its author should know what people see until then."""
    if isinstance(page, CoursePage) and not page.can_be_taken():
        messages.warning(
            request,
            gettext(
                "This course has no published lesson yet. Nobody can start it; its page says that it is being prepared."
            ),
        )
