"""Pure: one score of Assignment and Grade Services 2.0 as a tool posts it, and what it amounts to. Imports no Django."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from lms.lrs.rules.json_text import decode
from lms.lrs.rules.values import UUID_TEXT, InvalidStatement

MOST_BYTES = 10_000
MOST_POINTS = 1_000_000
ACTIVITY = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
GRADING = ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")
CONTENT_TYPE = "application/vnd.ims.lis.v1.score+json"


class BadScore(ValueError):
    """It is no score; the message says why, and holds nothing of what was sent."""


@dataclass(frozen=True)
class Score:
    """Who (the ``sub`` of a launch), when, how far. A comment is not kept: it could say anything about somebody."""

    user: UUID
    at: datetime
    activity: str
    grading: str
    given: float | None = None
    most: float | None = None

    @property
    def scaled(self) -> float | None:
        """Between 0 and 1; what a tool gives beyond its most is worth no more than that."""
        return None if self.given is None or not self.most else min(self.given / self.most, 1.0)

    @property
    def is_final(self) -> bool:
        """All is done and all of it is graded. Anything else completes nothing, whatever the number."""
        return self.activity == "Completed" and self.grading == "FullyGraded" and self.scaled is not None

    def reaches(self, mastery: int) -> bool:
        """``mastery`` in per cent; exactly that is enough, however the tool divides its points."""
        if not self.is_final or self.given is None or self.most is None:
            return False
        return Decimal(str(self.given)) * 100 >= mastery * Decimal(str(self.most))


def read(body: bytes) -> Score:
    """Raises BadScore."""
    try:
        found = decode(body)
    except InvalidStatement as error:
        raise BadScore("This is not JSON.") from error
    if not isinstance(found, dict):
        raise BadScore("A score is one object.")
    given, most = _points(found, "scoreGiven"), _points(found, "scoreMaximum")
    if given is not None and not most:
        raise BadScore("scoreGiven needs a scoreMaximum of more than 0.")
    return Score(
        user=_user(found.get("userId")),
        at=_moment(found.get("timestamp")),
        activity=_word(found, "activityProgress", ACTIVITY),
        grading=_word(found, "gradingProgress", GRADING),
        given=given,
        most=most,
    )


def _user(value: Any) -> UUID:
    if not isinstance(value, str) or not UUID_TEXT.fullmatch(value):
        raise BadScore("userId is the sub of a launch.")
    return UUID(value)


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) and len(value) <= 64 else None
        if found is None or datetime.fromisoformat(value).tzinfo is None:
            raise ValueError
    except (ValueError, OverflowError) as error:
        raise BadScore("timestamp is a moment in ISO 8601, with its time zone.") from error
    return found


def _word(found: dict[str, Any], name: str, words: tuple[str, ...]) -> str:
    value = found.get(name)
    if not isinstance(value, str) or value not in words:
        raise BadScore(f"{name} is one of {', '.join(words)}.")
    return value


def _points(found: dict[str, Any], name: str) -> float | None:
    value = found.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadScore(f"{name} is a number.")
    if not 0 <= value <= MOST_POINTS or not math.isfinite(value):
        raise BadScore(f"{name} is a number from 0 to {MOST_POINTS}.")
    return float(value)
