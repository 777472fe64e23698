"""The question bank. Plain models, not snippets or pages: their keys must not leak through chooser, API or preview."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable


class QuestionBank(models.Model):  # type: ignore[django-manager-missing]  # its questions come from modelcluster
    """The questions from which the final check of one edition draws."""

    title = models.CharField(_("title"), max_length=200)
    key = models.SlugField(_("key"), max_length=64, unique=True)

    panels = [FieldPanel("title"), FieldPanel("key")]

    class Meta:
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def has_must_be_right(self) -> bool:
        """A check that draws from it can ask something that must be right, whatever the rest."""
        found: bool = self.questions.filter(is_active=True, must_be_right=True).exists()
        return found


class QuestionForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Looks at question and answers together."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        answers = self.formsets["options"]
        if not answers.is_valid():
            return cleaned
        kept = [
            form.cleaned_data for form in answers.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        right = sum(bool(answer.get("correct")) for answer in kept)
        kind = cleaned.get("kind")
        if kind in (Question.Kind.SINGLE, Question.Kind.TRUE_FALSE) and right != 1:
            raise ValidationError(_("Mark exactly one answer as correct."))
        if kind == Question.Kind.MULTIPLE and right == 0:
            raise ValidationError(_("Mark at least one answer as correct."))
        if kind == Question.Kind.TRUE_FALSE and len(kept) != 2:
            raise ValidationError(_("True or false has two answers."))
        return cleaned


class Question(ClusterableModel):
    """One question. A must-be-right question has a topic; every check holds one of each such topic."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One answer")
        MULTIPLE = "multiple", _("Several answers")
        TRUE_FALSE = "true_false", _("True or false")
        ORDERING = "ordering", _("Put in order")

    bank = models.ForeignKey(QuestionBank, on_delete=models.CASCADE, related_name="questions", verbose_name=_("bank"))
    key = models.SlugField(_("key"), max_length=64)
    lesson = models.PositiveSmallIntegerField(_("number of the lesson that teaches it"), default=1)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.SINGLE)
    text = models.TextField(_("question"), max_length=1000)
    feedback = models.TextField(_("feedback"), max_length=1000, help_text=_("Explains; shown after the check."))
    must_be_right = models.BooleanField(_("must be right"), default=False)
    topic = models.SlugField(_("topic"), max_length=64, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    panels = [
        FieldPanel("bank"),
        FieldPanel("key"),
        FieldPanel("lesson"),
        FieldPanel("kind"),
        FieldPanel("text"),
        InlinePanel(
            "options", heading=_("Answers"), min_num=2, help_text=_("For “put in order”: in the right order.")
        ),
        FieldPanel("feedback"),
        MultiFieldPanel([FieldPanel("must_be_right"), FieldPanel("topic")], heading=_("Must be right")),
        FieldPanel("is_active"),
    ]

    base_form_class = QuestionForm

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["bank", "key"]
        constraints = [
            models.UniqueConstraint(name="lms_courses_question_key_once", fields=["bank", "key"]),
            models.CheckConstraint(
                name="lms_courses_must_be_right_has_topic", condition=Q(must_be_right=False) | ~Q(topic="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.text[:60]}"

    def clean(self) -> None:
        super().clean()
        if self.must_be_right and not self.topic:
            raise ValidationError({"topic": _("A must-be-right question needs a topic.")})


class QuestionOption(Orderable):
    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(_("answer"), max_length=500)
    correct = models.BooleanField(_("correct"), default=False)

    panels = [FieldPanel("text"), FieldPanel("correct")]

    class Meta(Orderable.Meta):
        pass

    def __str__(self) -> str:
        return self.text
