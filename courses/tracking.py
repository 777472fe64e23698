"""Writes down how far a learner is: lessons opened and finished, answers given inside lessons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from courses.enrolling import say
from courses.models import BlockAnswer, Enrolment, LessonPage, LessonProgress
from courses.models.pages import CoursePage
from lms.lrs import vocabulary as v


def open_lesson(*, enrolment: Enrolment, lesson: LessonPage) -> LessonProgress:
    progress, _ = LessonProgress.objects.get_or_create(
        enrolment=enrolment, lesson=lesson.translation_key, defaults={"opened_at": timezone.now()}
    )
    return progress


def answer_check(*, enrolment: Enrolment, lesson: LessonPage, block: Any, chosen: Sequence[int]) -> BlockAnswer:
    """Keep the answer to a knowledge check; the last one counts. Raises ValueError for options that do not exist."""
    options = len(block.value["options"])
    positions = sorted(set(chosen))
    if not positions or positions[0] < 0 or positions[-1] >= options:
        raise ValueError("no such option")
    if block.value["kind"] == "single" and len(positions) != 1:
        raise ValueError("one option only")
    return _put(enrolment, lesson, block, chosen=positions, finished=True)


def choose_in_scenario(*, enrolment: Enrolment, lesson: LessonPage, block: Any, path: Sequence[int]) -> BlockAnswer:
    """Keep the way through a scene so far. Raises ValueError when the way does not exist."""
    return _put(enrolment, lesson, block, chosen=list(path), finished=walk(block, path)[1])


def skip_scenario(*, enrolment: Enrolment, lesson: LessonPage, block: Any) -> BlockAnswer:
    return _put(enrolment, lesson, block, chosen=[], finished=True, skipped=True)


def restart(*, enrolment: Enrolment, lesson: LessonPage, block: Any) -> None:
    answers_in(enrolment, lesson).filter(block=block.id).delete()


def walk(block: Any, path: Sequence[int]) -> tuple[list[dict[str, Any]], bool]:
    """The steps a learner sees after choosing ``path``, each with its choice, and whether the scene has ended."""
    steps = {step["key"]: step for step in block.value["steps"]}
    step = next(iter(steps.values()))
    seen: list[dict[str, Any]] = []
    for position in path:
        if step is None or not 0 <= position < len(step["options"]):
            raise ValueError("no such choice")
        option = step["options"][position]
        seen.append({"step": step, "position": position, "chosen": option})
        step = steps.get(option["next"]) if option["next"] else None
    if step is None or not len(step["options"]):
        return ([*seen, {"step": step, "position": None, "chosen": None}] if step else seen), True
    return [*seen, {"step": step, "position": None, "chosen": None}], False


def finish_lesson(*, enrolment: Enrolment, lesson: LessonPage) -> bool:
    """Mark the lesson done. False, and nothing written, while something in it is unanswered.

    With the last lesson the content is ``completed``; the check, where there is one, is a matter of its own.
    """
    with transaction.atomic():
        if unanswered(enrolment=enrolment, lesson=lesson):
            return False
        progress = open_lesson(enrolment=enrolment, lesson=lesson)
        LessonProgress.objects.filter(pk=progress.pk, done_at=None).update(done_at=timezone.now())
        if all_lessons_done(enrolment=enrolment, course=lesson.course):
            say(enrolment, v.COMPLETED, completion=True, duration=timezone.now() - enrolment.started_at)
    return True


def unanswered(*, enrolment: Enrolment, lesson: LessonPage) -> list[str]:
    """Ids of the checks and scenes that still wait for an answer."""
    blocks = lesson.interactive_blocks()
    finished = answers_in(enrolment, lesson).filter(finished=True).values_list("block", flat=True)
    done = {str(block) for block in finished}
    return [block for block in blocks if block not in done]


def answers_in(enrolment: Enrolment, lesson: LessonPage) -> QuerySet[BlockAnswer]:
    """What was answered in that lesson."""
    return BlockAnswer.objects.filter(enrolment=enrolment, lesson=lesson.translation_key)


def done_lessons(enrolment: Enrolment) -> set[Any]:
    return set(enrolment.lessons.exclude(done_at=None).values_list("lesson", flat=True))


def all_lessons_done(*, enrolment: Enrolment, course: CoursePage) -> bool:
    """False for a course that has no lesson yet: nothing was learned in it."""
    lessons = {lesson.translation_key for lesson in course.lessons()}
    return bool(lessons) and lessons <= done_lessons(enrolment)


def _put(enrolment: Enrolment, lesson: LessonPage, block: Any, **values: Any) -> BlockAnswer:
    answer, _ = BlockAnswer.objects.update_or_create(
        enrolment=enrolment,
        lesson=lesson.translation_key,
        block=block.id,
        defaults={"skipped": False, **values, "answered_at": timezone.now()},
    )
    return answer
