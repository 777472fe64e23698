"""How far a person is in a course: enrolment, lessons, answers inside lessons."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.pages import CoursePage
from lms.people.models import Person
from lms.requirements.models import Activity


class Enrolment(models.Model):
    """One person in one course for one cycle; ``registration`` is the assignment's and names the cycle in xAPI.

    Personal data: progress. Kept 12 months after the course is finished; the proof is in the ledger.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enrolments")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    registration = models.UUIDField()
    session = models.UUIDField(help_text="cmi5 session of this launch.")
    page = models.ForeignKey(CoursePage, null=True, on_delete=models.SET_NULL, related_name="enrolments")
    course_version = models.CharField(max_length=32)
    started_at = models.DateTimeField()

    class Meta:
        verbose_name = _("enrolment")
        constraints = [
            models.UniqueConstraint(name="lms_courses_enrolled_once", fields=["person", "activity", "registration"])
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.activity}"


class LessonProgress(models.Model):
    """A lesson that was opened, and when it was finished. Named by translation key: the same lesson in any language."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="lessons")
    lesson = models.UUIDField()
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="lms_courses_lesson_once", fields=["enrolment", "lesson"])]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.lesson}"


class BlockAnswer(models.Model):
    """What was chosen in a knowledge check or scene, so that a learner resumes where they stopped. Never free text."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="answers")
    lesson = models.UUIDField(help_text="A copied lesson has blocks of the same id.")
    block = models.UUIDField()
    chosen = models.JSONField(default=list, help_text="Positions of the chosen options; for a scene, step by step.")
    skipped = models.BooleanField(default=False)
    finished = models.BooleanField(default=False)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="lms_courses_block_answered_once", fields=["enrolment", "lesson", "block"])
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.block}"
