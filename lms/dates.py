"""Days and times as people read them: in templates, in the tables of the admin, in messages."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import get_language


def day(value: date | None) -> str:
    """A date in full. English as most of the world writes it, with the month in letters: 3 December 2026."""
    return date_format(value, "j F Y" if _is_english() else "DATE_FORMAT") if value else ""


def clock(value: datetime) -> str:
    """The time of day, with 24 hours in English."""
    return date_format(value, "H:i" if _is_english() else "TIME_FORMAT")


def moment(value: datetime | None) -> str:
    """Day and time, without the zone, in the zone that the value carries."""
    return date_format(value, "j F Y, H:i" if _is_english() else "DATETIME_FORMAT") if value else ""


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")
