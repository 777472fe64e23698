"""Template tags of the blocks that are answered inside a lesson. They give away nothing before the answer."""

from __future__ import annotations

from typing import Any

from django import template

from courses.models import BlockAnswer
from courses.tracking import walk

register = template.Library()


@register.simple_tag
def scene(block: Any, answer: BlockAnswer | None) -> dict[str, Any]:
    """The steps of a scene as far as the learner has come, the number of choices made, and whether it has ended.

    ``is_lost``: the author has changed the scene since, so that the way through it no longer exists.
    """
    path = answer.chosen if answer else []
    try:
        steps, ended = walk(block, path)
    except ValueError:
        steps, ended = walk(block, [])
        return {"steps": steps, "ended": ended, "made": len(path), "is_lost": True}
    return {"steps": steps, "ended": ended, "made": len(path), "is_lost": False}


@register.simple_tag
def outcome(block: Any, answer: BlockAnswer) -> str:
    """How an answered knowledge check went as a whole: ``right``, ``partly`` or ``not-yet``."""
    right = {place for place, option in enumerate(block.value["options"]) if option["correct"]}
    chosen = set(answer.chosen)
    if chosen == right:
        return "right"
    return "partly" if chosen & right and block.value["kind"] == "multiple" else "not-yet"
