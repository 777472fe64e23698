"""StreamField blocks of a lesson. What is right in a check or a scenario is never rendered before the answer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

RICH_TEXT = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr", "blockquote"]


class RichText(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=RICH_TEXT, **kwargs)


class Picture(blocks.StructBlock):
    """An image with its alternative text; Wagtail asks for the text or for “decorative”."""

    image = ImageBlock(label=_("Image"))
    caption = blocks.CharBlock(required=False, label=_("Caption"))

    class Meta:
        icon = "image"
        label = _("Image")
        template = "courses/blocks/picture.html"


class Video(blocks.StructBlock):
    """A video that never starts by itself. Captions and the transcript are not optional."""

    video = DocumentChooserBlock(label=_("Video file"))
    captions = DocumentChooserBlock(label=_("Captions (WebVTT)"))
    captions_language = blocks.CharBlock(default="en", max_length=16, label=_("Language of the captions"))
    title = blocks.CharBlock(label=_("Title"))
    transcript = RichText(label=_("Transcript"))

    class Meta:
        icon = "media"
        label = _("Video")
        template = "courses/blocks/video.html"


class Callout(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        choices=[("note", _("Good to know")), ("rule", _("The rule")), ("care", _("Take care"))], default="note"
    )
    title = blocks.CharBlock(label=_("Title"))
    html = RichText(label=_("Text"))

    class Meta:
        icon = "warning"
        label = _("Callout")
        template = "courses/blocks/callout.html"


class AccordionItem(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    html = RichText(label=_("Text"))


class Accordion(blocks.StructBlock):
    items = blocks.ListBlock(AccordionItem(), label=_("Parts"))

    class Meta:
        icon = "list-ul"
        label = _("Accordion")
        template = "courses/blocks/accordion.html"


class Download(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("File"))
    description = blocks.CharBlock(label=_("What it is"))

    class Meta:
        icon = "download"
        label = _("Download")
        template = "courses/blocks/download.html"


class CheckOption(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Answer"), max_length=500)
    correct = blocks.BooleanBlock(required=False, label=_("Correct"))
    feedback = blocks.CharBlock(required=False, label=_("Feedback"), max_length=500)


class KnowledgeCheck(blocks.StructBlock):
    """A question inside the lesson; it is answered before going on and is not graded."""

    question = blocks.CharBlock(label=_("Question"), max_length=500)
    kind = blocks.ChoiceBlock(choices=[("single", _("One answer")), ("multiple", _("Several answers"))])
    options = blocks.ListBlock(CheckOption(), min_num=2, label=_("Answers"))
    feedback = blocks.TextBlock(label=_("Feedback after any answer"))

    class Meta:
        icon = "help"
        label = _("Knowledge check")
        template = "courses/blocks/check.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        right = sum(bool(option["correct"]) for option in cleaned["options"])
        if right == 0 or (cleaned["kind"] == "single" and right != 1):
            raise blocks.StructBlockValidationError(
                non_block_errors=[
                    ValidationError(_("Mark the correct answer: exactly one, or at least one of several."))
                ]
            )
        return cleaned


class ScenarioOption(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Choice"), max_length=500)
    verdict = blocks.ChoiceBlock(choices=[("good", _("Good")), ("risky", _("Risky")), ("wrong", _("Wrong"))])
    feedback = blocks.TextBlock(label=_("Feedback"))
    next = blocks.CharBlock(
        required=False, label=_("Next step"), help_text=_("Key of a later step; empty: the scene ends.")
    )


class ScenarioStep(blocks.StructBlock):
    key = blocks.CharBlock(label=_("Key"), max_length=64)
    html = RichText(label=_("What happens"))
    options = blocks.ListBlock(ScenarioOption(), label=_("Choices"))


class Scenario(blocks.StructBlock):
    """A scene with branches. Can be skipped without a reason; the summary then carries its point."""

    title = blocks.CharBlock(label=_("Title"))
    content_note = blocks.CharBlock(required=False, label=_("Content note"), max_length=500)
    summary = blocks.TextBlock(label=_("Summary for those who skip the scene"))
    steps = blocks.ListBlock(ScenarioStep(), min_num=1, label=_("Steps"))

    class Meta:
        icon = "group"
        label = _("Scenario")
        template = "courses/blocks/scenario.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        keys = [step["key"] for step in cleaned["steps"]]
        problem = None
        if len(set(keys)) != len(keys):
            problem = _("Two steps have the same key.")
        for position, step in enumerate(cleaned["steps"]):
            for option in step["options"]:
                if option["next"] and option["next"] not in keys[position + 1 :]:
                    problem = _("A choice leads to a step that does not come later.")
        if problem:
            raise blocks.StructBlockValidationError(non_block_errors=[ValidationError(problem)])
        return cleaned


class LessonBody(blocks.StreamBlock):
    text = RichText(icon="pilcrow", label=_("Text"), template="courses/blocks/text.html")
    callout = Callout()
    image = Picture()
    video = Video()
    scenario = Scenario()
    check = KnowledgeCheck()
    accordion = Accordion()
    download = Download()


INTERACTIVE = ("check", "scenario")
