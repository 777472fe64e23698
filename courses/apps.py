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

        from courses import auditing  # noqa: F401  registers a section of the auditor pack
        from courses.issuing import on_completion
        from courses.kinds import ContentKind, CourseKind
        from courses.models import CoursePage
        from courses.registering import on_published
        from lms.requirements import kinds
        from lms.requirements.signals import completion_recorded

        kinds.register(CourseKind())
        kinds.register(ContentKind())
        completion_recorded.connect(on_completion, dispatch_uid="courses.issuing")
        page_published.connect(on_published, sender=CoursePage, dispatch_uid="courses.registering")
