"""Columns of the admin's tables. Wagtail's own DateColumn says "3 weeks ago" and keeps the date for the mouse."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from wagtail.admin.ui.tables import Column

from lms.dates import day, moment

NOTHING = "–"


class DayColumn(Column):  # type: ignore[misc]
    """A date in full."""

    def get_value(self, instance: Any) -> str:
        return day(super().get_value(instance)) or NOTHING


class MomentColumn(Column):  # type: ignore[misc]
    """Day and time where the reader is."""

    def get_value(self, instance: Any) -> str:
        value = super().get_value(instance)
        return moment(timezone.localtime(value)) if value else NOTHING
