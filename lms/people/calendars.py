"""On which days an office does not work: its weekend, and the holidays of it and of the offices above it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from lms.people.models import Holiday, Office

NUMBERS = {"thu": 4, "fri": 5, "sat": 6, "sun": 7}


class Calendars:
    """Read once for many people. Two queries."""

    def __init__(self) -> None:
        self.offices = {office.pk: office for office in Office.objects.all()}
        self._holidays = list(Holiday.objects.values_list("office__path", "day"))
        self.free = cache(self._free)

    def _free(self, office_id: int) -> Callable[[date], bool]:
        """Says of a day whether it is free at that office."""
        office = self.offices[office_id]
        weekend = {NUMBERS[name] for name in office.weekend.split("-")}
        holidays = {day for path, day in self._holidays if office.path.startswith(path)}
        return lambda day: day.isoweekday() in weekend or day in holidays
