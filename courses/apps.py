"""Courses as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    label = "lms_courses"
    verbose_name = _("Courses")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.signals import page_published

        from courses import auditing, checks  # noqa: F401  registers a section of the auditor pack, and system checks
        from courses.issuing import on_completion
        from courses.kinds import ContentKind, CourseKind
        from courses.models import ClassroomPage, CoursePage, ExternalPage
        from courses.players.classroom import verifying  # noqa: F401  registers a check of the ledger
        from courses.players.classroom.kinds import ClassroomKind, SessionKind
        from courses.players.external import verifying as verifying_proofs  # noqa: F401  the same
        from courses.players.external.kinds import ExternalKind, ProofKind
        from courses.players.external.telling import DecisionsInWords
        from courses.registering import on_published
        from lms import notices
        from lms.requirements import kinds
        from lms.requirements.signals import completion_recorded

        for kind in (CourseKind(), ContentKind(), ClassroomKind(), SessionKind(), ExternalKind(), ProofKind()):
            kinds.register(kind)
        notices.register(DecisionsInWords())
        completion_recorded.connect(on_completion, dispatch_uid="courses.issuing")
        for page in (CoursePage, ClassroomPage, ExternalPage):
            page_published.connect(on_published, sender=page, dispatch_uid=f"courses.registering {page.__name__}")
