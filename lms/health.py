"""Registry of what /healthz tells beside the floor's own checks: an area above adds its own without being imported."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)
Checks = dict[str, dict[str, Any]]

_areas: dict[str, Callable[[], Checks]] = {}


def health_checks(area: str) -> Callable[[Callable[[], Checks]], Callable[[], Checks]]:
    """Registers what answers the checks of an area by name, each with ``ok``. Anybody reads them: no name, no address.

    They come after the floor's and take no place of theirs.
    """

    def add(answer: Callable[[], Checks]) -> Callable[[], Checks]:
        _areas[area] = answer
        return answer

    return add


def run() -> Checks:
    """The checks of every area. One whose answer fails is not healthy, and hides no other."""
    found: Checks = {}
    for area, answer in _areas.items():
        try:
            found |= answer()
        except Exception as error:  # /healthz has to answer, whatever is broken
            logger.warning("no health of %s: %s", area, type(error).__name__)
            found[area] = {"ok": False}
    return found
