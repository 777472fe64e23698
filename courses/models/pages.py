"""The pages an author writes: catalogue, course, lesson. A page is an edition; the obligation hangs on the activity."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PageViewRestriction

from courses.blocks import INTERACTIVE, RICH_TEXT, LessonBody
from courses.models.questions import QuestionBank
from lms.requirements.models import Activity

ENCRYPTED_ADDRESS = RegexValidator(
    r"^(https://|http://(localhost|127\.0\.0\.1)[:/])\S+$", _("The address begins with https://.")
)
IRI = RegexValidator(r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$", _("An IRI begins with its scheme, such as https:."))


class CourseIndexPage(Page):
    """The catalogue: every published course, in the order of the page tree. Public."""

    is_learning = True  # a session that a link began may open it (lms.people.link_sessions)

    introduction = RichTextField(_("introduction"), blank=True, features=RICH_TEXT)

    content_panels = [*Page.content_panels, "introduction"]
    subpage_types = ["lms_courses.CoursePage", "lms_courses.ClassroomPage", "lms_courses.ExternalPage"]
    template = "courses/course_index.html"

    class Meta:
        verbose_name = _("course index")

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """A lesson in two queries; Wagtail's own way would ask twice for each page on the path."""
        if len(path_components) != 2:
            return super().route(request, path_components)
        course_slug, lesson_slug = path_components
        course = CoursePage.objects.child_of(self).live().filter(slug=course_slug)
        page = course.select_related("activity", "bank", "locale").first()
        if page is None:
            return super().route(request, path_components)
        page.known_lessons = list(LessonPage.objects.child_of(page).live().order_by("path"))
        lesson = next((lesson for lesson in page.known_lessons if lesson.slug == lesson_slug), None)
        if lesson is None:
            return super().route(request, path_components)
        lesson._cached_parent_obj = page
        if lesson.locale_id == page.locale_id:
            lesson.locale = page.locale
        return lesson.route(request, [])

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        from courses.models.classroom import ClassroomPage
        from courses.models.external import ExternalPage

        context["courses"] = CoursePage.objects.child_of(self).live().public().order_by("path")
        context["classrooms"] = ClassroomPage.objects.child_of(self).live().public().order_by("path")
        context["externals"] = ExternalPage.objects.child_of(self).live().public().order_by("path")
        return context


class CoursePage(Page):
    """One edition of a course. Editions in other languages are translations of it and share its activity."""

    is_learning = True  # a session that a link began may open it (lms.people.link_sessions)

    course_key = models.SlugField(
        _("key"), max_length=64, help_text=_("Names the course in every proof. Never change it after publishing.")
    )
    code = models.CharField(_("code"), max_length=32, blank=True)
    version = models.CharField(_("version"), max_length=32, default="1")
    summary = models.TextField(_("summary"), max_length=600)
    objectives = models.TextField(_("what you will be able to do"), blank=True, help_text=_("One a line."))
    minutes = models.PositiveSmallIntegerField(_("minutes"), help_text=_("For all lessons together."))
    sources = models.TextField(_("sources"), blank=True, help_text=_("One a line."))
    activity = models.ForeignKey(Activity, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    bank = models.ForeignKey(
        QuestionBank, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("question bank"), help_text=_("Empty: the course ends with its last lesson."),
    )  # fmt: skip
    draw = models.PositiveSmallIntegerField(
        _("questions in a check"), default=20, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    mastery = models.PositiveSmallIntegerField(
        _("pass mark, per cent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    pause_after = models.PositiveSmallIntegerField(
        _("pause after so many failed attempts"), default=3, validators=[MinValueValidator(1)]
    )
    pause_minutes = models.PositiveSmallIntegerField(_("length of the pause, minutes"), default=60)
    launch_address = models.URLField(
        _("address of the course"), blank=True, max_length=500, validators=[ENCRYPTED_ADDRESS],
        help_text=_("For a cmi5 course that runs on another server and reports back. Empty: the lessons are here."),
    )  # fmt: skip
    publisher_id = models.CharField(
        _("publisher's id"), max_length=500, blank=True, validators=[IRI],
        help_text=_("As the course's own description names it. Empty: its address."),
    )  # fmt: skip
    launch_move_on = models.CharField(
        _("completed when the course says"), max_length=32,
        choices=Activity.MoveOn.choices[:3], default=Activity.MoveOn.COMPLETED_AND_PASSED,
    )  # fmt: skip

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("objectives"),
        FieldPanel("minutes"),
        FieldPanel("sources"),
        MultiFieldPanel([FieldPanel("course_key"), FieldPanel("code"), FieldPanel("version")], heading=_("Identity")),
    ]
    check_panels = [FieldPanel(name) for name in ("bank", "draw", "mastery", "pause_after", "pause_minutes")]
    elsewhere_panels = [FieldPanel(name) for name in ("launch_address", "publisher_id", "launch_move_on")]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Course")),
            ObjectList(check_panels, heading=_("Final check")),
            ObjectList(elsewhere_panels, heading=_("Runs elsewhere")),
            ObjectList(Page.promote_panels, heading=_("Promote")),
            ObjectList(Page.settings_panels, heading=_("Settings")),
        ]
    )
    parent_page_types = ["lms_courses.CourseIndexPage"]
    subpage_types = ["lms_courses.LessonPage"]
    template = "courses/course.html"

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def clean(self) -> None:
        super().clean()
        from courses.registering import key_is_free, problem_with_check, problem_with_place

        if self.course_key and not key_is_free(self):
            raise ValidationError({"course_key": _("Another course has this key.")})
        if self.course_key and (problem := problem_with_check(self)):
            raise ValidationError({"bank": problem})
        if self.course_key and (problem := problem_with_place(self)):
            raise ValidationError({"launch_address": problem})

    known_lessons: list[LessonPage] | None = None

    def lessons(self) -> list[LessonPage]:
        """The published lessons in order; their text is fetched when it is asked for."""
        if self.known_lessons is not None:
            return self.known_lessons
        return list(LessonPage.objects.child_of(self).live().order_by("path").defer("body"))

    def can_be_taken(self) -> bool:
        """It runs elsewhere, or has a published lesson."""
        return bool(self.launch_address) or bool(self.lessons())

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in getattr(self, name).splitlines() if line.strip()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.players.native.course import course_context

        return {**super().get_context(request, *args, **kwargs), **course_context(request, self)}


class LessonPage(Page):
    """One lesson of at most a quarter of an hour. Needs a signed-in person; shows nothing that is graded."""

    is_learning = True  # a session that a link began may open it (lms.people.link_sessions)

    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)
    summary = models.TextField(_("summary"), blank=True, max_length=600)
    objectives = models.TextField(_("what you will be able to do"), blank=True, help_text=_("One a line."))
    body = StreamField(LessonBody(), verbose_name=_("lesson"))
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="Of the files, when loaded.")

    content_panels = [
        *Page.content_panels,
        FieldPanel("minutes"),
        FieldPanel("summary"),
        FieldPanel("objectives"),
        FieldPanel("body"),
    ]
    parent_page_types = ["lms_courses.CoursePage"]
    subpage_types: list[str] = []
    template = "courses/lesson.html"

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    @property
    def course(self) -> CoursePage:
        """The course it belongs to; already known when the lesson was reached through its address."""
        parent = self.get_parent()
        return parent if isinstance(parent, CoursePage) else parent.specific

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in getattr(self, name).splitlines() if line.strip()]

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        """Wagtail's own answer in one query instead of two; aliases are left to Wagtail."""
        if self.alias_of_id:
            return super().get_view_restrictions()  # type: ignore[no-any-return]
        paths = [self.path[:end] for end in range(self.steplen, len(self.path) + 1, self.steplen)]
        return PageViewRestriction.objects.filter(page__path__in=paths)

    def interactive_blocks(self) -> dict[str, Any]:
        """By block id: what must be answered before going on."""
        return {block.id: block for block in self.body if block.block_type in INTERACTIVE}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from courses.players.native.lesson import serve_lesson

        return serve_lesson(request, self)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from courses.players.native.lesson import preview_lesson

        return preview_lesson(request, self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context.setdefault("answers", {})
        return context
