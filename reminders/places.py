"""Where it is which day, and when messages may be sent there: by office, and by the time zone of people of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from lms.people.calendars import Calendars
from lms.people.models import Person
from reminders.conf import conf
from reminders.ladder import DAY, LONGEST_BREAK, Reach, reach


@dataclass(frozen=True)
class Place:
    """An office, and the time zone of those of its people who live by another one; empty: the office's own."""

    office: int
    zone: str

    @classmethod
    def of(cls, person: Person) -> Place:
        return cls(person.office_id, person.time_zone)


class Places:
    """Read once for many people. Three queries, however many there are."""

    def __init__(self) -> None:
        self._calendars = Calendars()
        self._zones = {pk: office.time_zone for pk, office in self._calendars.offices.items()}
        self.reach = cache(self._reach)

    @cached_property
    def all(self) -> list[Place]:
        """Every place at which somebody may be."""
        own = Person.objects.exclude(time_zone="").order_by().values_list("office", "time_zone").distinct()
        return [Place(office, "") for office in self._zones] + [Place(office, zone) for office, zone in own]

    def today(self, place: Place, now: datetime) -> date:
        return now.astimezone(self._zone(place)).date()

    def opens(self, place: Place, moment: datetime) -> datetime:
        """The first moment from then on at which messages may be sent there: by day, on a working day.

        By the clock on the wall: the hour that is skipped or comes twice when clocks change lies in the night.
        """
        zone, free = self._zone(place), self._free(place.office)
        local = moment.astimezone(zone)
        for days in range(LONGEST_BREAK.days):
            day = local.date() + days * DAY
            if free(day) or (days == 0 and local.hour >= conf.SEND_UNTIL_HOUR):
                continue
            if days == 0 and local.hour >= conf.SEND_FROM_HOUR:
                return moment
            return datetime.combine(day, time(conf.SEND_FROM_HOUR), zone)
        return moment

    def _reach(self, office: int, day: date) -> Reach | None:
        """How far that day reaches at the office; None where nobody works there on it."""
        return reach(day, self._free(office))

    def _free(self, office: int) -> Callable[[date], bool]:
        return self._calendars.free(office) if conf.WORKING_DAYS_ONLY else lambda day: False

    def _zone(self, place: Place) -> ZoneInfo:
        return ZoneInfo(place.zone or self._zones[place.office])
